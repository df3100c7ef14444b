// The end of patience with whoever is asked: its time, or the run's own end.

export interface Deadline {
  readonly signal: AbortSignal;
  /** Takes the timer and the listener away. */
  release(): void;
}

/**
 * Starts now. (`AbortSignal.any` over `AbortSignal.timeout` does not do: in Node 20 the timeout can
 * be collected as garbage, and never comes.)
 */
export function startDeadline({
  signal,
  timeoutMs,
}: {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}): Deadline {
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
