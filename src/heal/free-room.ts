// The room of a table right before a batch is written. Traffic makes entries while a long fill goes
// on, and a full table throws an old entry out for each new one.

import type { Judged, Premises } from './premise.ts';

/** Refuses conferences of which a proxy without room would get an entry; the last ones wait. */
export function withinRoom(judged: readonly Judged[], premises: Premises): readonly Judged[] {
  const taken = new Map<string, number>();
  return judged.map((one) => {
    if (one.judgement.kind !== 'go') return one;
    const getting = proxiesWithout(one.key, Object.keys(one.judgement.conference.target), premises);
    const full = getting.find((proxy) => roomOn(proxy, premises) <= (taken.get(proxy) ?? 0));
    if (full === undefined) {
      for (const proxy of getting) taken.set(proxy, (taken.get(proxy) ?? 0) + 1);
      return one;
    }
    const because = `the table on ${full} has no room left right before the write: an entry more would throw another one out`;
    return { key: one.key, judgement: { kind: 'refused', refusal: { reason: 'no-room', key: one.key, because } } };
  });
}

function proxiesWithout(key: string, proxies: readonly string[], premises: Premises): readonly string[] {
  return proxies.filter((proxy) => {
    const premise = premises.get(proxy);
    return premise !== undefined && 'entries' in premise && (premise.entries.get(key) ?? null) === null;
  });
}

/** Entries; no limit where a few keys were asked for, and the table was not read. */
function roomOn(proxy: string, premises: Premises): number {
  const premise = premises.get(proxy);
  return (premise !== undefined && 'room' in premise ? premise.room : null) ?? Number.POSITIVE_INFINITY;
}
