// Writes steps to the proxies: intents on disk before the first command, outcomes after the last.

import pLimit from 'p-limit';
import type { Refusal, Step } from '../domain/plan.ts';
import type { TableWriter, WriteAnswer } from '../runtime-api/table-writer.ts';
import { type HealTools, obstacleTo } from './heal-tools.ts';

/** How often a clear is tried while a dump is paused on the entry. */
const CLEAR_TRIES = 5;
/** The wait before the second try; the third waits twice as long, and so on. */
const BUSY_MS = 25;

/** One step of the conference with this key. */
export interface Write {
  readonly key: string;
  readonly step: Step;
}
/** `seq` numbers the writes of a run. */
export type NumberedWrite = Write & { readonly seq: number };

/** What became of the writes. */
export interface WrittenSteps {
  /** Whether any write may have been sent. */
  readonly sent: boolean;
  /** One for each write that was not accepted. */
  readonly refusals: readonly Refusal[];
}

/** By `seq`. */
type Answers = ReadonlyMap<number, WriteAnswer>;

/**
 * Sends all clears, then all sets, so that a request in between finds as few proxies as possible
 * with half of the writes. An entry that could not be cleared is not set.
 */
export async function writeSteps(tools: HealTools, writes: readonly NumberedWrite[]): Promise<WrittenSteps> {
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
  // Checked at the last moment: between a clear and its set nothing may stop the writes.
  const obstacle = obstacleTo(tools);
  if (obstacle !== null) return { sent: false, refusals: writes.map(({ key }) => ({ ...obstacle, key })) };
  const answers = await sendAll(tools, writes);
  tools.journal.append(
    writes.map(({ seq }) => {
      const answer = answers.get(seq)!;
      return {
        event: 'outcome',
        seq,
        // What stays busy was not carried out.
        outcome: answer.outcome === 'busy' ? 'rejected' : answer.outcome,
        answer: answer.outcome === 'accepted' ? null : answer.answer,
      };
    }),
  );
  const refusals = writes.flatMap(({ seq, key, step }) => {
    const answer = answers.get(seq)!;
    return answer.outcome === 'accepted'
      ? []
      : [{ reason: 'rejected' as const, key, because: `${step.proxy} said to ${step.kind}: ${answer.answer}` }];
  });
  return { sent: true, refusals };
}

async function sendAll(tools: HealTools, writes: readonly NumberedWrite[]): Promise<Answers> {
  const clears = writes.filter(
    ({ step }) => step.kind === 'remove' || (step.kind === 'replace' && step.expect !== null),
  );
  const cleared = await sendByProxy(tools, clears, clearWhenFree);
  const sets = writes.filter(
    ({ seq, step }) =>
      (step.kind === 'touch' || step.kind === 'replace') && (cleared.get(seq)?.outcome ?? 'accepted') === 'accepted',
  );
  const set = await sendByProxy(tools, sets, (writer, own) =>
    writer.setServerIds(own.map(({ key, step }) => ({ key, serverId: step.serverId }))),
  );
  return new Map([...cleared, ...set, ...(await sendRequests(tools, writes))]);
}

/** Sends the writes of one proxy; the answers are in the order of the writes. */
type Send = (writer: TableWriter, own: readonly NumberedWrite[], tools: HealTools) => Promise<readonly WriteAnswer[]>;

async function sendByProxy(tools: HealTools, writes: readonly NumberedWrite[], send: Send): Promise<Answers> {
  const answers = new Map<number, WriteAnswer>();
  const limit = pLimit(tools.concurrency);
  const byProxy = new Map<string, NumberedWrite[]>();
  for (const write of writes) {
    const own = byProxy.get(write.step.proxy);
    if (own) own.push(write);
    else byProxy.set(write.step.proxy, [write]);
  }
  await Promise.all(
    [...byProxy].map(([proxy, own]) =>
      limit(async () => {
        const answered = await send(tools.writers.get(proxy)!, own, tools);
        for (const [position, { seq }] of own.entries()) answers.set(seq, answered[position]!);
      }),
    ),
  );
  return answers;
}

async function sendRequests(tools: HealTools, writes: readonly NumberedWrite[]): Promise<Answers> {
  const limit = pLimit(tools.concurrency);
  const requests = writes.filter(({ step }) => step.kind === 'request');
  const answers = await Promise.all(
    requests.map(({ seq, key, step }) =>
      limit(async (): Promise<[number, WriteAnswer]> => {
        const answer = await tools.request?.(step.proxy, key, step.serverId);
        return [seq, answer ?? { outcome: 'rejected', answer: 'the configuration has no heal.dataPlane' }];
      }),
    ),
  );
  return new Map(answers);
}

/** Clears the entries, and tries those again that are in use. */
async function clearWhenFree(
  writer: TableWriter,
  own: readonly NumberedWrite[],
  { clock }: HealTools,
): Promise<readonly WriteAnswer[]> {
  const answers = [...(await writer.clear(own.map(({ key }) => key)))];
  for (let attempt = 1; attempt < CLEAR_TRIES; attempt++) {
    const busy = own
      .map((write, position) => ({ ...write, position }))
      .filter(({ position }) => answers[position]!.outcome === 'busy');
    if (busy.length === 0) break;
    await clock.sleep(BUSY_MS * attempt, new AbortController().signal);
    const again = await writer.clear(busy.map(({ key }) => key));
    for (const [index, { position }] of busy.entries()) answers[position] = again[index]!;
  }
  return answers;
}
