// The content of a lock's file, in the shared folder and on hosts. Text from a file is never
// trusted: a host may be hostile.

import type { Lock } from '../domain/lock.ts';

const SCHEMA = 'splitbrain/lock/1';

/** What a lock's file says. */
export interface LockFile extends Omit<Lock, 'place'> {
  readonly environment: string;
  readonly owner: string;
  readonly reason: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Tells one lock from the next at the same place. */
  readonly id: string;
}

/** Bytes. What is longer was not written by this program. */
export const MOST_BYTES = 4_000;

/** Letters of an owner or a reason: one line on a terminal. */
export const MOST_LETTERS = 200;

/** One line of JSON. */
export function spellLock({ sinceMs, untilMs, ...rest }: LockFile): string {
  const [since, until] = [sinceMs, untilMs].map((ms) => new Date(ms).toISOString());
  return `${JSON.stringify({ schema: SCHEMA, ...rest, since, until })}\n`;
}

/** `null` where this program has not written the text. */
export function parseLock(text: string): LockFile | null {
  const said = objectOf(text);
  if (said === null || said.schema !== SCHEMA) return null;
  const { environment, proxy, owner, reason, id } = said;
  const [sinceMs, untilMs] = [timeOf(said.since), timeOf(said.until)];
  const isOurs =
    isLine(environment) &&
    (proxy === null || isLine(proxy)) &&
    isLine(owner) &&
    isLine(reason) &&
    isLine(id) &&
    sinceMs !== null &&
    untilMs !== null;
  return isOurs ? { environment, proxy, owner, reason, id, sinceMs, untilMs } : null;
}

function objectOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function isLine(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 4 * MOST_LETTERS;
}

function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
