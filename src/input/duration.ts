// Durations as a configuration spells them: a number and its unit.

import type { Problem } from './complaint.ts';

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The longest delay of Node's timers: beyond 2^31-1 ms (24.8 days) they fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Milliseconds from `500ms`, `3s`, `1.5m` or `1h`. A number without a unit is refused: it could
 * mean seconds or milliseconds.
 */
export function parseDuration(value: unknown): number | Problem {
  const expected = 'expected a duration with its unit (ms, s, m or h)';
  // Only a number becomes a hint: a text can come from an environment variable.
  if (typeof value === 'number' && value >= 0) return { problem: expected, hint: `${value}s` };
  const parts = typeof value === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(value.trim()) : null;
  if (!parts) return { problem: expected };
  const milliseconds = Math.round(Number(parts[1]) * MILLISECONDS[parts[2]!]!);
  return milliseconds <= LONGEST_MS ? milliseconds : { problem: 'expected a duration of at most 24 days' };
}
