// What is said of a lock: who holds it, why, and until when. Whoever prints it makes it safe for a
// terminal.

import { CLOCK_SLACK_MS, type Lock } from '../domain/lock.ts';

const NAMELESS = 'somebody who left no name';

type Told = Omit<Lock, 'place'> & Partial<Pick<Lock, 'place'>> & { readonly path?: string };

/** `stage is locked by alice ("upgrade") until ... (25 min left)`, without a full stop. */
export function lockWords(lock: Told, environment: string, nowMs: number): string {
  const { owner, reason, sinceMs, untilMs } = lock;
  const file = lock.path === undefined ? '' : ` (${lock.path})`;
  const place = lock.place === 'host' ? ` on its host${file}` : '';
  const who = `${owner ?? NAMELESS}${reason === null ? '' : ` ("${reason}")`}`;
  const what = `${lock.proxy ?? environment} is locked${place} by ${who}`;
  if (untilMs !== null) return `${what} until ${timeWords(untilMs)} (${leftWords(untilMs - nowMs)})`;
  const age = sinceMs === null ? '' : `, since ${timeWords(sinceMs)} (${spanWords(nowMs - sinceMs)})`;
  return `${what}${age}, without an end`;
}

/** `the lock of alice on hap-b ended at ... (12 min ago)`. */
export function endedWords(lock: Told, environment: string, nowMs: number): string {
  const { proxy, owner, untilMs } = lock;
  const ended = untilMs === null ? '' : ` at ${timeWords(untilMs)} (${spanWords(nowMs - untilMs)} ago)`;
  return `the lock of ${owner ?? NAMELESS} on ${proxy ?? environment} ended${ended}`;
}

/** `2026-11-28 21:45:10 UTC`. */
export function timeWords(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function leftWords(leftMs: number): string {
  if (leftMs > 0) return `${spanWords(leftMs)} left`;
  return `${CLOCK_SLACK_MS / 1000} s more, as clocks differ`;
}

/** `40 s`, `25 min`, `3 h 20 min`. A start in the future is a clock that differs. */
export function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}
