// Whose turn it is to log in at an sshd that several logins of a run go to.

import pLimit, { type LimitFunction } from 'p-limit';
import type { TroubleCode } from '../../domain/proxy.ts';
import { TransportError } from '../../errors.ts';
import { TURN, unlessAborted, type Wait } from '../deadline.ts';

/** OpenSSH begins to drop logins when ten are under way (`MaxStartups 10:30:100`). */
const MOST_AT_ONCE = 8;

/** What another try within the same run would only meet again, and newer sshd punish. */
const LASTING: ReadonlySet<TroubleCode> = new Set([
  'host-key-unknown',
  'host-key-changed',
  'host-key-revoked',
  'authentication',
]);

interface Door {
  readonly limit: LimitFunction;
  /** The first login of a run, until it has ended. */
  first: Promise<unknown> | null;
  isProven: boolean;
}

/**
 * At each door, an sshd by any name, the first login goes alone: what it fails with, the others
 * that wait fail with too. Once one is in, a few go at once. A refused key is not tried again:
 * since OpenSSH 9.8 sshd shuts out an address whose logins fail (PerSourcePenalties).
 */
export function takeTurnsAtDoors() {
  const doors = new Map<string, Door>();
  const refused = new Map<string, TransportError>();

  /** `user` is who logs in there: what one user meets may not hold for another. */
  return async function atDoor<T>(name: string, user: string, wait: Wait, logIn: () => Promise<T>): Promise<T> {
    const door = doors.get(name) ?? { limit: pLimit(MOST_AT_ONCE), first: null, isProven: false };
    doors.set(name, door);
    const enter = async () => {
      wait.signal.throwIfAborted();
      const before = refused.get(`${user}@${name}`);
      if (before) throw before;
      try {
        const entered = await logIn();
        door.isProven = true;
        return entered;
      } catch (error) {
        if (error instanceof TransportError && LASTING.has(error.code)) refused.set(`${user}@${name}`, error);
        throw error;
      }
    };
    while (door.first !== null && !door.isProven) {
      wait.queues({ ...TURN, what: `the first login at ${name}` });
      await unlessAborted(
        door.first.catch((error) => failAsWell(error, wait)),
        wait.signal,
      );
    }
    wait.queues({ ...TURN, what: `other logins at ${name}` });
    if (door.isProven) return unlessAborted(door.limit(enter), wait.signal);
    const first = enter().finally(() => {
      door.first = null;
    });
    door.first = first;
    return first;
  };
}

/** A login that its own run gave up says nothing about the others. */
function failAsWell(error: unknown, wait: Wait): void {
  wait.signal.throwIfAborted();
  if (!(error instanceof TransportError && error.code === 'interrupted')) throw error;
}
