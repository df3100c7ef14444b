// One line of the bench's table: a target, what was measured, and whether that meets it. And how
// figures are spelled.

export interface Line {
  /** Stable; what baseline.json calls it. */
  readonly id: string;
  readonly what: string;
  readonly measured: string;
  /** Empty where a target stands for itself. */
  readonly comparedWith: string;
  readonly ratio: number | null;
  /** Which way of the ratio is the good one. */
  readonly better: 'higher' | 'lower';
  readonly target: string;
  /** `null`: the size is not the target's, or the target is that the figure be told. */
  readonly met: boolean | null;
  /** Why there is no figure; `null` where there is one. */
  readonly absent: string | null;
}

/** What a target says, before anything is measured. */
export type Target = Pick<Line, 'id' | 'what' | 'better' | 'target'>;

export function absentLine(target: Target, why: string): Line {
  return { ...target, measured: '', comparedWith: '', ratio: null, met: null, absent: why };
}

/** Of an even number the upper of the two in the middle. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** `share` of 1; the value that this share of all values does not exceed. `NaN` of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
export const milliseconds = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
/** With a comma at each thousand, whatever the machine's language. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');
