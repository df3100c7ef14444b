// Which findings are still true after another look: those that every look shows.

import { bitOf, DISAGREEMENT, type KeyInLook, type Kinds, MISSING, SPLIT, sameAt } from '../analysis/classify.ts';
import type { RoutedGrid } from '../analysis/routed-grid.ts';
import { findingKinds } from '../domain/finding.ts';

/**
 * One look at the suspects. `rowOf(suspect)` is the suspect's row in the grid of this look,
 * `kinds[suspect]` the kinds that it showed.
 */
export interface SuspectLook {
  readonly look: RoutedGrid;
  readonly rowOf: (suspect: number) => number;
  readonly kinds: readonly Kinds[];
}

export interface ConfirmedKinds {
  /**
   * By suspect: the kinds that all looks show, judged by the proxies whose state is the same in all
   * of them.
   */
  readonly confirmed: readonly Kinds[];
  /** Suspects that disagreed in some look and of which no disagreement is confirmed. */
  readonly inFlight: number;
}

const kindBits = findingKinds.map(bitOf);

/**
 * `looks` in the order they were taken. With a single look, everything that it shows stays. A kind
 * that only proxies show whose state changed between looks is in flight: the mesh is changing
 * there, and a later run shows the result.
 */
export function confirmKinds(looks: readonly SuspectLook[]): ConfirmedKinds {
  const last = looks[looks.length - 1];
  if (!last) return { confirmed: [], inFlight: 0 };
  const confirmed = last.kinds.map((kinds, suspect) => {
    const persisting = kindBits.reduce((set, bit) => (persists(bit, looks, suspect) ? set | bit : set), 0);
    // A split may end because one proxy changed, while another proxy lacks the entry in every look.
    return persisting & (kinds | ((persisting & SPLIT) === 0 ? MISSING : 0));
  });
  return { confirmed, inFlight: areInFlight(looks, confirmed).filter((is) => is).length };
}

/** By suspect: whether it disagreed in some look, and no disagreement is confirmed. */
export function areInFlight(looks: readonly SuspectLook[], confirmed: readonly Kinds[]): readonly boolean[] {
  return confirmed.map(
    (stays, suspect) =>
      (stays & DISAGREEMENT) === 0 && looks.some((look) => (look.kinds[suspect]! & DISAGREEMENT) !== 0),
  );
}

function persists(kind: Kinds, looks: readonly SuspectLook[], suspect: number): boolean {
  return looks.every((after, position) => {
    if (!shows(after.kinds[suspect]!, kind)) return false;
    const before = looks[position - 1];
    return before === undefined || sameAt(kind, keyIn(before, suspect), keyIn(after, suspect));
  });
}

function keyIn({ look, rowOf }: SuspectLook, suspect: number): KeyInLook {
  return { look, row: rowOf(suspect) };
}

/**
 * A split covers that a proxy lacks the entry: if one side of the split is not read in the next
 * look, `missing` is left of it.
 */
function shows(kinds: Kinds, kind: Kinds): boolean {
  return (kinds & (kind === MISSING ? MISSING | SPLIT : kind)) !== 0;
}
