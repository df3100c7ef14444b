// A clock that stands still until somebody sleeps, and then goes to the end of the sleep at once,
// past whatever was to happen meanwhile.

import type { Clock } from '../../src/process/clock.ts';

export interface FakeClock extends Clock {
  /** Something that happens so many milliseconds from now, if anybody sleeps that long. */
  after(milliseconds: number, event: () => void): void;
}

export function createFakeClock(start = Date.parse('2026-11-21T10:00:00Z')): FakeClock {
  let now = start;
  let events: { readonly at: number; readonly event: () => void }[] = [];
  function after(milliseconds: number, event: () => void): void {
    events = [...events, { at: now + milliseconds, event }].sort((one, other) => one.at - other.at);
  }
  return {
    now: () => now,
    after,
    every(milliseconds, act) {
      let isOver = false;
      const again = () => {
        if (isOver) return;
        act();
        after(milliseconds, again);
      };
      after(milliseconds, again);
      return () => {
        isOver = true;
      };
    },
    async sleep(milliseconds, signal) {
      signal.throwIfAborted();
      const end = now + milliseconds;
      while (events[0] !== undefined && events[0].at <= end) {
        const [{ at, event }] = events as [(typeof events)[number]];
        events = events.slice(1);
        now = Math.max(now, at);
        event();
        signal.throwIfAborted();
      }
      now = end;
    },
  };
}
