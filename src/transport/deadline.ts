// A deadline ends one request: after its whole time, after a silence, or by the caller's signal,
// whichever comes first.

import { TransportError } from '../errors.ts';

/**
 * Limits of one request: `timeoutMs` for the whole of it, `firstByteMs` for the silence before the
 * answer begins.
 */
export interface Patience {
  readonly timeoutMs: number;
  readonly firstByteMs: number;
}

/**
 * What a request waits for (`what`, as it stands behind "for"), and what a person can do if it
 * never comes (`remedy`).
 */
export interface Awaited {
  readonly what: string;
  readonly remedy: string;
}

/** A request that can be ended, and that records what it waits for. */
export interface Wait {
  readonly signal: AbortSignal;
  /** From now on the request waits for `next`; the limit for silence starts anew. */
  awaits(next: Awaited): void;
  /** As `awaits`, without the limit for silence: `next` has a limit of its own. */
  queues(next: Awaited): void;
}

/**
 * `signal` aborts with a `TransportError` (`timeout` or `interrupted`) as its reason. `release`
 * removes timers and listeners.
 */
export interface Deadline extends Wait {
  /**
   * Counts bytes of the answer. From the first one on, only the limit for the whole request holds.
   */
  received(bytes: number): void;
  release(): void;
}

const ALIVE = 'Check that the host and its HAProxy are alive and not overloaded';

/** What requests over every transport wait for. */
export const FIRST_BYTE: Awaited = {
  what: "the first byte of HAProxy's answer",
  remedy: `${ALIVE}, or raise collect.firstByte.`,
};
export const TURN: Awaited = {
  what: 'an earlier question to the same proxy',
  remedy: `${ALIVE}, or raise collect.timeout.`,
};

/**
 * Starts a deadline now. `place` names the far end in messages; `signals` end the request early.
 */
export function startDeadline(place: string, patience: Patience, signals: readonly AbortSignal[]): Deadline {
  const controller = new AbortController();
  let awaited = FIRST_BYTE;
  let bytes = 0;
  let silence: NodeJS.Timeout | undefined;
  const end = (ms: number) =>
    controller.abort(bytes > 0 ? unfinished(place, ms, bytes) : neverCame(place, ms, awaited));
  const whole = setTimeout(end, patience.timeoutMs, patience.timeoutMs);
  const forget = onAbort(signals, () => controller.abort(interruptedError(place)));
  const queues = (next: Awaited) => {
    clearTimeout(silence);
    awaited = next;
  };
  return {
    signal: controller.signal,
    queues,
    awaits(next) {
      queues(next);
      if (patience.firstByteMs < patience.timeoutMs) {
        silence = setTimeout(end, patience.firstByteMs, patience.firstByteMs);
      }
    },
    received(count) {
      if (bytes === 0) clearTimeout(silence);
      bytes += count;
    },
    release: () => {
      clearTimeout(whole);
      clearTimeout(silence);
      forget();
    },
  };
}

/**
 * Calls `act` with the reason of the first signal that aborts, at once if one already has. Returns
 * a function that removes the listeners. Used in place of AbortSignal.any: in Node 20 its
 * dependents live as long as the run's own signal.
 */
export function onAbort(signals: readonly AbortSignal[], act: (reason: unknown) => void): () => void {
  const aborted = signals.find((signal) => signal.aborted);
  if (aborted) {
    act(aborted.reason);
    return () => {};
  }
  const forget = () => {
    for (const signal of signals) signal.removeEventListener('abort', listener);
  };
  const listener = (event: Event) => {
    forget();
    act((event.target as AbortSignal).reason);
  };
  for (const signal of signals) signal.addEventListener('abort', listener);
  return forget;
}

/**
 * Resolves as `promise` does, unless the signal aborts first: then it rejects with the signal's
 * reason, and `promise` is no longer waited for.
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort([signal], reject);
    promise.then(resolve, reject).finally(forget);
  });
}

function neverCame(place: string, ms: number, { what, remedy }: Awaited): TransportError {
  return new TransportError({
    code: 'timeout',
    message: `${place}: waited ${spellMs(ms)} for ${what}.`,
    remedy,
  });
}

function unfinished(place: string, ms: number, bytes: number): TransportError {
  return new TransportError({
    code: 'timeout',
    message: `${place} did not finish its answer within ${spellMs(ms)}; ${spellBytes(bytes)} had come.`,
    remedy: `${ALIVE}, or raise collect.timeout.`,
  });
}

function spellMs(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}

function spellBytes(bytes: number): string {
  return bytes < 10_000 ? `${bytes} bytes` : `${(bytes / 1_000_000).toFixed(2)} MB`;
}

function interruptedError(place: string): TransportError {
  return new TransportError({
    code: 'interrupted',
    message: `The conversation with ${place} was ended from our side before it was complete.`,
    remedy: 'Run again; nothing is known of this proxy from the interrupted run.',
  });
}
