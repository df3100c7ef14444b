// The plan that a person is shown, and the question before anything is written.

import { createInterface } from 'node:readline/promises';
import { isByCensus } from '../domain/finding.ts';
import { conferenceOf } from '../domain/key.ts';
import type { Plan, Refusal } from '../domain/plan.ts';
import type { RunReport } from '../domain/run-report.ts';
import { displayText } from '../report/display.ts';
import { renderPlan } from '../report/plan-lines.ts';
import { spellStep } from '../runtime-api/step-commands.ts';

/** How many conferences, and refusals, are shown in full. */
const SHOWN = 20;

/** How a plan is shown. */
export interface PlanShown {
  readonly unicode: boolean;
  /** How many conferences are shown in full. */
  readonly limit?: number;
}

/** The plan with its literal commands; shards are called as the report calls them. */
export function planText(
  plan: Plan,
  { table, shards }: Pick<RunReport, 'table' | 'shards'>,
  { unicode, limit = SHOWN }: PlanShown,
): string {
  const names = new Map(shards.map(({ address, name }) => [address, name]));
  const lines = renderPlan(plan, {
    spellStep: (key, step) => spellStep(table, key, step),
    show: (text) => displayText(text, unicode),
    limit,
    nameOf: (address) => names.get(address) ?? null,
  });
  return `${lines.join('\n')}\n`;
}

/**
 * The plan after an answer that took `waitedMs`. Right before a write the entries are read again,
 * but not where people are: what the census alone found is refused where it is older by then than
 * a report of it may be.
 */
export function withoutStalePeople(plan: Plan, waitedMs: number, maxAgeMs = Number.POSITIVE_INFINITY): Plan {
  if (waitedMs <= maxAgeMs) return plan;
  const because = `the answer took ${Math.round(waitedMs / 1000)} s, and its people may have moved meanwhile: run again`;
  const stale = plan.conferences.filter(isByCensus);
  return {
    ...plan,
    conferences: plan.conferences.filter((conference) => !isByCensus(conference)),
    refusals: [...plan.refusals, ...stale.map(({ key }): Refusal => ({ reason: 'plan-expired', key, because }))],
  };
}

/** Asks for consent. `none`: Ctrl-C, Ctrl-D or a signal came instead of an answer. */
export async function ask(plan: Plan, signal: AbortSignal): Promise<'yes' | 'no' | 'none'> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const conferences =
    plan.conferences.length === 1
      ? `conference ${displayText(conferenceOf(plan.conferences[0]!.key), false)}`
      : `${plan.conferences.length} conferences`;
  const stop = () => asking.close();
  const ended = new Promise<null>((resolve) => asking.once('close', () => resolve(null)));
  asking.once('SIGINT', stop);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    const question = `Write this to the proxies, for ${conferences}? [y/N] `;
    // When the terminal closes, Node rejects an open question or leaves it open, depending on the
    // version.
    const answered = signal.aborted ? null : asking.question(question).catch(() => null);
    const answer = await Promise.race([answered, ended]);
    if (answer !== null) return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
    process.stderr.write('\n');
    return 'none';
  } finally {
    signal.removeEventListener('abort', stop);
    asking.close();
  }
}
