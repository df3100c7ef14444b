// A lock in the documents for programs: of the report and of `locks`.

import type { SeenLock } from '../domain/lock.ts';

/** Times are ISO. */
export function lockJson({ sinceMs, untilMs, ...lock }: SeenLock): unknown {
  const [since, until] = [sinceMs, untilMs].map((ms) => (ms === null ? null : new Date(ms).toISOString()));
  return { ...lock, since, until };
}
