// How many logins of a run are under way at one sshd, and which of them begins.

import pLimit, { type LimitFunction } from 'p-limit';
import type { TroubleCode } from '../../domain/proxy.ts';
import { TransportError } from '../../errors.ts';
import { TURN, unlessAborted, type Wait } from '../deadline.ts';

/** OpenSSH begins to drop logins when ten are under way (`MaxStartups 10:30:100`). */
const MOST_AT_ONCE = 8;

/**
 * Failures that a second login of the same run would meet again. sshd from OpenSSH 9.8 on shuts out
 * an address whose logins fail (`PerSourcePenalties`).
 */
const LASTING: ReadonlySet<TroubleCode> = new Set([
  'host-key-unknown',
  'host-key-changed',
  'host-key-revoked',
  'authentication',
]);

/** Where a login goes. Two users of one sshd can meet different failures there. */
export interface Account {
  /** The sshd, with the bastions on the way to it. */
  readonly sshd: string;
  readonly user: string;
}

interface Logins {
  readonly limit: LimitFunction;
  /** The first login of a run, until it has ended. */
  first: Promise<unknown> | null;
  /** Whether one login has succeeded. */
  isProven: boolean;
}

/** Runs `logIn` when its turn has come. Rejects with what `logIn`, or the first login, failed. */
export type LimitedLogin = <T>(account: Account, wait: Wait, logIn: () => Promise<T>) => Promise<T>;

/**
 * The first login at an sshd goes alone: if it fails, the logins that wait for it fail likewise. If
 * it succeeds, up to eight go at once. An account that was refused is not tried again.
 */
export function limitLogins(): LimitedLogin {
  const sshds = new Map<string, Logins>();
  const refused = new Map<string, TransportError>();

  return async function logInByTurns<T>({ sshd, user }: Account, wait: Wait, logIn: () => Promise<T>): Promise<T> {
    const logins = sshds.get(sshd) ?? { limit: pLimit(MOST_AT_ONCE), first: null, isProven: false };
    sshds.set(sshd, logins);
    const begin = async () => {
      wait.signal.throwIfAborted();
      const before = refused.get(`${user}@${sshd}`);
      if (before) throw before;
      try {
        const login = await logIn();
        logins.isProven = true;
        return login;
      } catch (error) {
        if (error instanceof TransportError && LASTING.has(error.code)) refused.set(`${user}@${sshd}`, error);
        throw error;
      }
    };
    while (logins.first !== null && !logins.isProven) {
      wait.queues({ ...TURN, what: `the first login at ${sshd}` });
      await unlessAborted(
        logins.first.catch((error) => failLikewise(error, wait)),
        wait.signal,
      );
    }
    wait.queues({ ...TURN, what: `other logins at ${sshd}` });
    if (logins.isProven) return unlessAborted(logins.limit(begin), wait.signal);
    const first = begin().finally(() => {
      logins.first = null;
    });
    logins.first = first;
    return first;
  };
}

/** A login that was interrupted by its own caller says nothing about the others. */
function failLikewise(error: unknown, wait: Wait): void {
  wait.signal.throwIfAborted();
  if (!(error instanceof TransportError && error.code === 'interrupted')) throw error;
}
