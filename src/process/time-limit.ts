// A limit of time for one question, which also ends with the run.

export interface TimeLimit {
  readonly signal: AbortSignal;
  /** Removes the timer and the listener. */
  release(): void;
}

/**
 * Starts a limit now. `AbortSignal.any` over `AbortSignal.timeout` would not do: in Node 20 the
 * timeout can be garbage-collected, and then never fires.
 */
export function startTimeLimit({
  signal,
  timeoutMs,
}: {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}): TimeLimit {
  const controller = new AbortController();
  const end = () => controller.abort(signal.reason);
  const timer = setTimeout(() => controller.abort(new Error('late')), timeoutMs);
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
    },
  };
}
