// What a person asks of `lock` and `unlock`: the words of the command line, checked.

import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { ConfigError } from '../errors.ts';
import { isProblem } from '../input/complaint.ts';
import { parseDuration } from '../input/duration.ts';
import { nearestName } from '../input/nearest-name.ts';
import { type LockFile, MOST_LETTERS } from '../locks/lock-file.ts';

/** A forgotten lock ends within a day. */
const LONGEST_MS = 24 * 3_600_000;

/** As they were typed. */
export interface LockWords {
  readonly reason: string;
  readonly for: string;
  readonly owner?: string;
}

/** The locks to take, one for each proxy; throws `ConfigError`. */
export function wantedLocks(
  { reason, for: duration, owner = usualOwner() }: LockWords,
  { environment, proxies }: { readonly environment: string; readonly proxies: readonly (string | null)[] },
  nowMs: number,
): readonly LockFile[] {
  const ms = parseDuration(duration);
  const complaints = [
    ...lineComplaints('--reason', reason),
    ...lineComplaints('--owner', owner),
    ...(isProblem(ms) ? [`--for ${JSON.stringify(duration)}: ${ms.problem}, as in 30m`] : durationComplaints(ms)),
  ];
  if (isProblem(ms) || complaints.length > 0) throw new ConfigError(complaints);
  const common = { environment, reason: reason.trim(), owner: owner.trim(), sinceMs: nowMs, untilMs: nowMs + ms };
  return proxies.map((proxy) => ({ ...common, proxy, id: randomUUID() }));
}

/** Who is typing, and where. Throws `ConfigError` for an owner that cannot be kept. */
export function ownerOf(given: string | undefined): string {
  const owner = given ?? usualOwner();
  const complaints = lineComplaints('--owner', owner);
  if (complaints.length > 0) throw new ConfigError(complaints);
  return owner.trim();
}

/** Throws `ConfigError` with the nearest name for each that no proxy has. */
export function checkNames(names: readonly string[], known: readonly string[]): void {
  const complaints = names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const nearest = nearestName(name, known);
      const rest = nearest === undefined ? `they are ${listOf(known)}` : `did you mean ${nearest}?`;
      return `${JSON.stringify(name)} is no proxy of this mesh: ${rest}`;
    });
  if (complaints.length > 0) throw new ConfigError(complaints);
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

function durationComplaints(ms: number): readonly string[] {
  if (ms === 0) return ['--for: a lock lasts longer than nothing; `splitbrain unlock` releases one'];
  return ms > LONGEST_MS ? ['--for: a lock lasts at most 24h; lock again to go on'] : [];
}

/** An owner and a reason are read on terminals and in tables: one line each. */
function lineComplaints(flag: string, text: string): readonly string[] {
  if (text.trim() === '') return [`${flag}: it is empty`];
  if (text.length > MOST_LETTERS) return [`${flag}: at most ${MOST_LETTERS} letters`];
  return /\p{C}/u.test(text) ? [`${flag}: one line of printable letters`] : [];
}

/** A user of a container may have a number and no name. */
function usualOwner(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `user ${process.getuid?.() ?? '?'}@${hostname()}`;
  }
}
