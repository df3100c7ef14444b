// What the words after `npm run bench --` mean, and what is wrong with them.

import { parseArgs } from 'node:util';

/** The measurements, in the order in which they run. */
export const measurementNames = [
  'start-up',
  'report-from',
  'memory',
  'live',
  'ssh',
  'slow-link',
  'heal-far',
  'busy',
  'census',
] as const;
export type MeasurementName = (typeof measurementNames)[number];

export interface Flags {
  /** `null`: all that make sense at the size. */
  readonly only: readonly MeasurementName[] | null;
  readonly small: boolean;
  readonly check: boolean;
  /** `null`: as many as each measurement deems enough. */
  readonly runs: number | null;
  readonly json: string | null;
  readonly markdown: boolean;
  readonly keep: boolean;
  readonly help: boolean;
}

export const helpText = `npm run bench -- [flags]     how fast the program is, one line a target; the table goes to standard output

  --only NAME[,NAME]   some of: ${measurementNames.join(', ')}
  --small              sizes for CI, without what says nothing at that size (memory, slow-link, heal-far, busy); targets are not judged
  --check              with --small: exit 1 where a ratio is worse than in bench/baseline.json by a factor of two
  --runs N             how often each contender runs; otherwise between 2 and 9 times, by what a run takes
  --markdown           the table as the block that docs/performance.md has
  --json FILE          the table for programs as well
  --keep               keeps the large dumps (2.5 GB each) in .cache/bench
  --help

All of it takes some six minutes, 6 GB on the disk and two idle cores. Exit: 0 measured · 1 a measurement failed, or --check did · 64 usage`;

/** Throws an error whose message says what is wrong. */
export function readFlags(words: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...words],
    options: {
      only: { type: 'string' },
      small: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      runs: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.check && !values.small) throw new Error('--check compares with a baseline that holds for --small');
  return {
    ...values,
    only: values.only === undefined ? null : values.only.split(',').map(measurementName),
    runs: values.runs === undefined ? null : wholeNumber(values.runs),
    json: values.json ?? null,
  };
}

function measurementName(text: string): MeasurementName {
  const name = measurementNames.find((each) => each === text);
  if (name) return name;
  throw new Error(`--only takes some of ${measurementNames.join(', ')}, not ${JSON.stringify(text)}`);
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new Error(`--runs takes a number from 1 to 999, not ${JSON.stringify(text)}`);
}
