// Carries out steps: looks at the entry once more, writes the intent down, writes, writes down what came of it.

import pLimit from 'p-limit';
import type { Clock } from '../clock.ts';
import type { EntryState, PlannedConference, Refusal, Step } from '../domain/plan.ts';
import type { TableWriter, WriteAnswer } from '../runtime-api/table-writer.ts';
import { type Asked, type EntriesNow, readEntries } from '../verify/read-entries.ts';
import type { ShardRequest } from './data-plane.ts';
import type { Journal } from './journal.ts';

export interface HealTools extends Asked {
  readonly writers: ReadonlyMap<string, TableWriter>;
  /** The way through the data plane, where the configuration has one. */
  readonly request: ShardRequest | null;
  readonly journal: Journal;
  readonly clock: Clock;
}

export interface Applied {
  /** Steps that a proxy accepted. */
  readonly applied: number;
  readonly refusals: readonly Refusal[];
}

/** So many conferences are in hand at once: one flush of the journal and one connection a proxy, and little to finish on Ctrl-C. */
const BATCH = 50;
/** What a touch sent has arrived after milliseconds; a worldwide line and a busy proxy are given this long. */
const ARRIVAL_MS = 2_000;
const POLL_MS = 25;
/** `Entry currently in use`: a dump is paused on it. */
const CLEAR_TRIES = 5;

/** `seq` numbers the writes of a run; the journal pairs intents and outcomes by it. */
export function createApplier(tools: HealTools): (conferences: readonly PlannedConference[]) => Promise<Applied> {
  let seq = 0;
  return async (conferences) => {
    let applied = 0;
    const refusals: Refusal[] = [];
    for (let start = 0; start < conferences.length && !tools.signal.aborted; start += BATCH) {
      const batch = conferences.slice(start, start + BATCH);
      const dropped = new Set<string>();
      const phases = Math.max(...batch.flatMap(({ steps }) => steps.map(({ phase }) => phase + 1)), 0);
      for (let phase = 0; phase < phases && !tools.signal.aborted; phase++) {
        const writes = batch
          .filter(({ key }) => !dropped.has(key))
          .flatMap(({ key, steps }) => steps.filter((step) => step.phase === phase).map((step) => ({ key, step })));
        const refused = await refuseChanged(tools, writes, phase > 0);
        if (refused === 'interrupted') break;
        for (const refusal of refused) dropped.add(refusal.key!);
        const going = writes.filter(({ key }) => !dropped.has(key)).map((write) => ({ ...write, seq: ++seq }));
        const rejected = await carryOut(tools, going);
        for (const refusal of rejected) dropped.add(refusal.key!);
        applied += going.length - rejected.length;
        refusals.push(...refused, ...rejected);
      }
    }
    return { applied, refusals };
  };
}

interface Write {
  readonly key: string;
  readonly step: Step;
}
type Numbered = Write & { readonly seq: number };

/** One refusal for each entry that is no longer what the plan expects; where a touch is still travelling, waits for it. */
async function refuseChanged(
  tools: HealTools,
  writes: readonly Write[],
  travelling: boolean,
): Promise<readonly Refusal[] | 'interrupted'> {
  if (writes.length === 0) return [];
  const keys = [...new Set(writes.map(({ key }) => key))];
  const proxies = new Set(writes.map(({ step }) => step.proxy));
  const deadline = tools.clock.now() + (travelling ? ARRIVAL_MS : 0);
  try {
    for (;;) {
      const now = await readEntries(tools, keys, proxies);
      const changed = writes.flatMap((write) => changeOf(write, now));
      if (changed.length === 0 || tools.clock.now() >= deadline) return changed;
      await tools.clock.sleep(POLL_MS, tools.signal);
    }
  } catch (error) {
    if (!tools.signal.aborted) throw error;
    return 'interrupted';
  }
}

function changeOf({ key, step }: Write, now: EntriesNow): readonly Refusal[] {
  const entries = now.get(step.proxy);
  if (!entries)
    return [{ reason: 'entry-changed', key, because: `${step.proxy} could not be read right before the write` }];
  const entry = entries.get(key) ?? null;
  if (sameEntry(entry, step.expect)) return [];
  return [
    {
      reason: 'entry-changed',
      key,
      because: `on ${step.proxy} the entry is ${spell(entry)} and no longer ${spell(step.expect)}`,
    },
  ];
}

function sameEntry(one: EntryState, other: EntryState): boolean {
  return one === null || other === null
    ? one === other
    : one.serverId === other.serverId && one.serverKey === other.serverKey;
}

function spell(entry: EntryState): string {
  return entry === null ? 'absent' : `server_id=${entry.serverId} server_key=${entry.serverKey ?? '-'}`;
}

/** Intents on disk, then clears everywhere, then sets everywhere: a request that comes between finds as few proxies as possible half done. */
async function carryOut(tools: HealTools, writes: readonly Numbered[]): Promise<readonly Refusal[]> {
  tools.journal.append(
    writes.map(({ seq, key, step: { kind, proxy, expect, serverId } }) => ({
      event: 'intent',
      seq,
      key,
      proxy,
      kind,
      expect,
      serverId,
    })),
  );
  const answers = new Map<number, WriteAnswer>();
  const clearing = writes.filter(
    ({ step }) => step.kind === 'remove' || (step.kind === 'replace' && step.expect !== null),
  );
  await onEachProxy(tools, clearing, answers, clearPatiently);
  const setting = writes.filter(
    ({ seq, step }) =>
      (step.kind === 'touch' || step.kind === 'replace') && (answers.get(seq)?.outcome ?? 'accepted') === 'accepted',
  );
  await onEachProxy(tools, setting, answers, (writer, own) =>
    writer.setServerIds(own.map(({ key, step }) => ({ key, serverId: step.serverId }))),
  );
  await requestEach(tools, writes, answers);
  tools.journal.append(
    writes.map(({ seq }) => {
      const answer = answers.get(seq)!;
      return {
        event: 'outcome',
        seq,
        outcome: answer.outcome,
        answer: answer.outcome === 'accepted' ? null : answer.answer,
      };
    }),
  );
  return writes.flatMap(({ seq, key, step }) => {
    const answer = answers.get(seq)!;
    return answer.outcome === 'accepted'
      ? []
      : [{ reason: 'rejected' as const, key, because: `${step.proxy} said to ${step.kind}: ${answer.answer}` }];
  });
}

type Send = (writer: TableWriter, own: readonly Numbered[], tools: HealTools) => Promise<readonly WriteAnswer[]>;

async function onEachProxy(
  tools: HealTools,
  writes: readonly Numbered[],
  answers: Map<number, WriteAnswer>,
  send: Send,
): Promise<void> {
  const limit = pLimit(tools.concurrency);
  const byProxy = new Map<string, Numbered[]>();
  for (const write of writes) byProxy.set(write.step.proxy, [...(byProxy.get(write.step.proxy) ?? []), write]);
  await Promise.all(
    [...byProxy].map(([proxy, own]) =>
      limit(async () => {
        const said = await send(tools.writers.get(proxy)!, own, tools);
        for (const [position, { seq }] of own.entries()) answers.set(seq, said[position]!);
      }),
    ),
  );
}

async function requestEach(
  tools: HealTools,
  writes: readonly Numbered[],
  answers: Map<number, WriteAnswer>,
): Promise<void> {
  const limit = pLimit(tools.concurrency);
  const requests = writes.filter(({ step }) => step.kind === 'request');
  await Promise.all(
    requests.map(({ seq, key, step }) =>
      limit(async () => {
        const answer = await tools.request?.(step.proxy, key, step.serverId);
        answers.set(seq, answer ?? { outcome: 'rejected', answer: 'the configuration has no heal.dataPlane' });
      }),
    ),
  );
}

async function clearPatiently(
  writer: TableWriter,
  own: readonly Numbered[],
  { clock }: HealTools,
): Promise<readonly WriteAnswer[]> {
  const answers = [...(await writer.clear(own.map(({ key }) => key)))];
  for (let attempt = 1; attempt < CLEAR_TRIES; attempt++) {
    const busy = own
      .map((write, position) => ({ ...write, position }))
      .filter(({ position }) => isInUse(answers[position]!));
    if (busy.length === 0) break;
    await clock.sleep(POLL_MS * attempt, new AbortController().signal);
    const again = await writer.clear(busy.map(({ key }) => key));
    for (const [index, { position }] of busy.entries()) answers[position] = again[index]!;
  }
  return answers;
}

function isInUse(answer: WriteAnswer): boolean {
  return answer.outcome === 'rejected' && answer.answer.includes('currently in use');
}
