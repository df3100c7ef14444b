// Times and durations for people. Pure.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `45 s`, `12 min`, `3 h 5 min`, `6 d 4 h`; never more than it was. */
export function durationWords(milliseconds: number): string {
  if (milliseconds < 2 * MINUTE_MS) return `${Math.floor(Math.max(0, milliseconds) / 1000)} s`;
  if (milliseconds < 2 * HOUR_MS) return `${Math.floor(milliseconds / MINUTE_MS)} min`;
  const [unit, inUnit, smaller, inSmaller] =
    milliseconds < 2 * DAY_MS ? (['h', HOUR_MS, 'min', MINUTE_MS] as const) : (['d', DAY_MS, 'h', HOUR_MS] as const);
  const rest = Math.floor((milliseconds % inUnit) / inSmaller);
  return `${Math.floor(milliseconds / inUnit)} ${unit}${rest === 0 ? '' : ` ${rest} ${smaller}`}`;
}

/** `2026-11-28 10:05`, in UTC. */
export function minuteWords(time: Readonly<Pick<Date, 'toISOString'>>): string {
  return time.toISOString().replace('T', ' ').slice(0, 16);
}
