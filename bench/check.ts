// `--check`: whether anything is grossly slower than it was. By ratios only, because machines
// differ, and so does the load on them.

import { readFileSync } from 'node:fs';
import type { Line } from './line.ts';

/** Ratios of `--small`, by the id of the line. */
export type Baseline = Readonly<Record<string, number>>;

/** A quiet run differs from another by a tenth, a busy machine by a third. */
const GROSS = 2;

export function readBaseline(): Baseline {
  return JSON.parse(readFileSync(new URL('baseline.json', import.meta.url), 'utf8')) as Baseline;
}

/**
 * A sentence for each line that is worse than its baseline by a factor of two, or has no ratio;
 * lines without a baseline are not judged.
 */
export function grossLosses(lines: readonly Line[], baseline: Baseline): readonly string[] {
  return lines.flatMap(({ id, what, ratio, better, absent }) => {
    if (absent !== null) return [`${what}: not measured, ${absent}`];
    const wanted = baseline[id];
    if (wanted === undefined) return [];
    if (ratio === null) return [`${what}: has no ratio, and bench/baseline.json has one`];
    const limit = better === 'higher' ? wanted / GROSS : wanted * GROSS;
    const isHeld = better === 'higher' ? ratio >= limit : ratio <= limit;
    if (isHeld) return [];
    const side = better === 'higher' ? 'at least' : 'at most';
    return [
      `${what}: ratio ${ratio.toFixed(2)}, ${side} ${limit.toFixed(2)} is wanted (bench/baseline.json: ${wanted})`,
    ];
  });
}

export const whatToDo = `What to do: run it again on a quiet machine, \`npm run bench -- --small --check\`. If it fails again, measure the commit before yours the same way:
what differs is yours. Where the loss is wanted, put the new ratio into bench/baseline.json (\`--json FILE\` shows it) and say why in the commit.`;
