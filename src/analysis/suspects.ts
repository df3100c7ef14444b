// What a look shows of the suspects, key by key, once the noise of its time is taken off.

import type { EntryGrid } from '../domain/entry.ts';
import { AMBIGUOUS, type Kinds, kindsAt, MISSING } from './classify.ts';
import type { Expiries } from './expiry.ts';
import { aboutToExpire } from './noise.ts';
import type { RoutedGrid } from './routed-grid.ts';

export interface SuspectRules {
  /** Entries that end within this time may be gone elsewhere already. */
  readonly expiryMarginMs: number;
  readonly keyLength: number | null;
  readonly expiries: Expiries;
  /** The table is spread over the peers: what a proxy lacks is as it should be. */
  readonly isSpread: boolean;
}

/**
 * The kinds of one key, without `missing` where an absent entry proves nothing: the entry is about
 * to end, or has ended by a table's own `expire` (`hasEnded`).
 */
export function kindsBesidesExpiry(
  look: RoutedGrid,
  row: number,
  { expiryMarginMs, expiries, isSpread }: SuspectRules,
): { readonly kinds: Kinds; readonly hasEnded: boolean } {
  const kinds = kindsAt(look, row);
  if ((kinds & MISSING) === 0) return { kinds, hasEnded: false };
  if (isSpread) return { kinds: kinds & ~MISSING, hasEnded: false };
  const lifeMs = look.grid.maxExpiresInMs(row);
  const ending = !(lifeMs === 0 && expiries.isEndless) && aboutToExpire(lifeMs, expiryMarginMs);
  const hasEnded = !ending && expiries.hasEnded(look, row, lifeMs);
  return { kinds: ending || hasEnded ? kinds & ~MISSING : kinds, hasEnded };
}

/** The kinds of every suspect. */
export function judgeSuspects(look: RoutedGrid, grid: EntryGrid, rules: SuspectRules): readonly Kinds[] {
  return Array.from({ length: grid.keys.count }, (_, row) => {
    const { kinds } = kindsBesidesExpiry(look, row, rules);
    const isAmbiguous = rules.keyLength !== null && grid.keys.byteLengthAt(row) >= rules.keyLength && isHeld(look, row);
    return isAmbiguous ? kinds | AMBIGUOUS : kinds;
  });
}

function isHeld({ grid, context }: RoutedGrid, row: number): boolean {
  return context.evidence.some((evidence, proxy) => evidence !== 'none' && grid.labelAt(row, proxy) !== 0);
}
