// Writes what was decided: intents on disk before the first command, outcomes after the last.

import pLimit from 'p-limit';
import type { Refusal, Step } from '../domain/plan.ts';
import type { TableWriter, WriteAnswer } from '../runtime-api/table-writer.ts';
import { type HealTools, obstacleTo } from './heal-tools.ts';

/** `Entry currently in use`: a dump is paused on it. */
const CLEAR_TRIES = 5;
const BUSY_MS = 25;

export interface Write {
  readonly key: string;
  readonly step: Step;
}
/** `seq` numbers the writes of a run. */
export type NumberedWrite = Write & { readonly seq: number };

export interface WrittenSteps {
  /** Whether any write may have gone out. */
  readonly sent: boolean;
  /** One for each write that was not accepted. */
  readonly refusals: readonly Refusal[];
}

/**
 * Intents on disk, then clears everywhere, then sets everywhere: a request that comes between finds
 * as few proxies as possible half done.
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
  // Asked at the last moment: between a clear and its set nothing stops any more.
  const obstacle = obstacleTo(tools);
  if (obstacle !== null) return { sent: false, refusals: writes.map(({ key }) => ({ ...obstacle, key })) };
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
  const refusals = writes.flatMap(({ seq, key, step }) => {
    const answer = answers.get(seq)!;
    return answer.outcome === 'accepted'
      ? []
      : [{ reason: 'rejected' as const, key, because: `${step.proxy} said to ${step.kind}: ${answer.answer}` }];
  });
  return { sent: true, refusals };
}

type Send = (writer: TableWriter, own: readonly NumberedWrite[], tools: HealTools) => Promise<readonly WriteAnswer[]>;

async function onEachProxy(
  tools: HealTools,
  writes: readonly NumberedWrite[],
  answers: Map<number, WriteAnswer>,
  send: Send,
): Promise<void> {
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
        const said = await send(tools.writers.get(proxy)!, own, tools);
        for (const [position, { seq }] of own.entries()) answers.set(seq, said[position]!);
      }),
    ),
  );
}

async function requestEach(
  tools: HealTools,
  writes: readonly NumberedWrite[],
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
  own: readonly NumberedWrite[],
  { clock }: HealTools,
): Promise<readonly WriteAnswer[]> {
  const answers = [...(await writer.clear(own.map(({ key }) => key)))];
  for (let attempt = 1; attempt < CLEAR_TRIES; attempt++) {
    const busy = own
      .map((write, position) => ({ ...write, position }))
      .filter(({ position }) => isInUse(answers[position]!));
    if (busy.length === 0) break;
    await clock.sleep(BUSY_MS * attempt, new AbortController().signal);
    const again = await writer.clear(busy.map(({ key }) => key));
    for (const [index, { position }] of busy.entries()) answers[position] = again[index]!;
  }
  return answers;
}

function isInUse(answer: WriteAnswer): boolean {
  return answer.outcome === 'rejected' && answer.answer.includes('currently in use');
}
