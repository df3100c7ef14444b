// Waits for a condition on a real process: asks again until it holds or the deadline has passed.

import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /**
   * Milliseconds; default 120,000: HAProxy tries a lost peer again every 2 to 5 s, some tries
   * collide, and the machine may be busy with other work.
   */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

// Short against every delay of HAProxy, long against the cost of asking it (under a millisecond).
const PAUSE_MS = 20;

/**
 * Resolves with the first answer that is not `null`. Rejects after the deadline; `what` completes
 * "waited in vain until ...".
 */
export async function until<T>(
  what: string | (() => string),
  probe: () => Promise<T | null>,
  { timeoutMs = 120_000, signal }: Patience = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await probe();
    if (answer !== null) return answer;
    if (Date.now() >= deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain until ${typeof what === 'string' ? what : what()}`);
    }
    await delay(PAUSE_MS, undefined, signal ? { signal } : {});
  }
}
