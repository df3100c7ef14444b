// Time as an interface: deciding code gets a clock instead of reading time, and tests need not
// wait.

import { setTimeout as delay } from 'node:timers/promises';

/** A source of time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `milliseconds`, rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /**
   * Calls `act` every so many milliseconds, until the returned function is called. Does not keep
   * the process alive.
   */
  every(milliseconds: number, act: () => void): () => void;
}

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
  every: (milliseconds, act) => {
    const timer = setInterval(act, milliseconds).unref();
    return () => clearInterval(timer);
  },
};
