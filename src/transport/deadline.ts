// A deadline is the end of patience with one conversation: its time, or the caller's signal, whichever comes first.

import { TransportError } from '../errors.ts';

/** `signal` aborts with a `TransportError` (`timeout` or `interrupted`) as its reason. `release` takes timer and listeners away. */
export interface Deadline {
  readonly signal: AbortSignal;
  release(): void;
}

/** Starts now. `place` names the far end in messages; `signals` end the conversation early. */
export function startDeadline(place: string, timeoutMs: number, signals: readonly AbortSignal[]): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(timeoutError(place, timeoutMs)), timeoutMs);
  const forget = onAbort(signals, () => controller.abort(interruptedError(place)));
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      forget();
    },
  };
}

/**
 * Calls `act` with the reason of the first signal that aborts, at once if one has; the answer takes the listeners away.
 * Used in place of AbortSignal.any, which in Node 20 keeps dependents alive as long as a run's own signal lives.
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

/** What `promise` gives, unless the signal aborts first: then its reason is thrown and the promise is left to itself. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort([signal], reject);
    promise.then(resolve, reject).finally(forget);
  });
}

function timeoutError(place: string, timeoutMs: number): TransportError {
  return new TransportError({
    code: 'timeout',
    message: `${place} did not finish its answer within ${timeoutMs} ms.`,
    remedy: 'Check that the host and its HAProxy are alive and not overloaded, or raise collect.timeout.',
  });
}

function interruptedError(place: string): TransportError {
  return new TransportError({
    code: 'interrupted',
    message: `The conversation with ${place} was ended from our side before it was complete.`,
    remedy: 'Run again; nothing is known of this proxy from the interrupted run.',
  });
}
