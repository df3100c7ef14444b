// What a look shows of the suspects, key by key, once the noise of its time is taken off.

import type { EvidenceGrid } from '../domain/entry.ts';
import { AMBIGUOUS, DISAGREEMENT, type Kinds, kindsAt, MISSING } from './classify.ts';
import { aboutToExpire, tooYoung } from './noise.ts';
import type { RoutedGrid } from './routed-grid.ts';

export interface SuspectRules {
  /** Entries that end within this time may be gone elsewhere already. */
  readonly expiryMarginMs: number;
  readonly keyLength: number | null;
  /** The table's expiry where this look is the only one, so that an entry's age has to be told from it; else `null`. */
  readonly expireMs: number | null;
}

/** `young` counts the conferences without any disagreement but that their entries are too new to be everywhere. */
export function judgeSuspects(
  look: RoutedGrid,
  grid: EvidenceGrid,
  rules: SuspectRules,
): { readonly kinds: readonly Kinds[]; readonly young: number } {
  let young = 0;
  const kinds = Array.from({ length: grid.keys.count }, (_, row) => {
    let found = kindsAt(look, row);
    if ((found & MISSING) !== 0) {
      const isYoung = tooYoung(minExpiresInMs(grid, row), rules.expireMs);
      if (isYoung || aboutToExpire(grid.maxExpiresInMs(row), rules.expiryMarginMs)) found &= ~MISSING;
      if (isYoung && (found & DISAGREEMENT) === 0) young++;
    }
    if (rules.keyLength !== null && grid.maxExpiresInMs(row) > 0 && grid.keys.byteLengthAt(row) >= rules.keyLength)
      found |= AMBIGUOUS;
    return found;
  });
  return { kinds, young };
}

function minExpiresInMs(grid: EvidenceGrid, row: number): number {
  let min = Number.POSITIVE_INFINITY;
  for (let proxy = 0; proxy < grid.proxyCount; proxy++) {
    if (grid.labelAt(row, proxy) !== 0) min = Math.min(min, grid.expiresInMs(row, proxy));
  }
  return min;
}
