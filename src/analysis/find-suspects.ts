// One pass over every conference of the mesh: counts them by shard, and finds those to look at
// again.

import { AMBIGUOUS, hasUnknownRoute, type Kinds } from './classify.ts';
import { plainShards } from './plain-rows.ts';
import { ABSENT, type RoutedGrid } from './routed-grid.ts';
import { kindsBesidesExpiry, type SuspectRules } from './suspects.ts';

/** The suspects of a look: row numbers in its grid, and what the look showed of each. */
export interface Suspects {
  readonly rows: readonly number[];
  readonly kinds: readonly Kinds[];
  /** Conferences held by at least one proxy that counts. */
  readonly conferences: number;
  /** By shard number: conferences that any proxy routes there. */
  readonly conferencesOn: readonly number[];
  /** Conferences with an entry whose route is not known. */
  readonly unknownRoutes: number;
  /** Conferences that some proxy lacks only because its table's `expire` has ended them. */
  readonly ended: number;
}

const PLAIN = { kinds: 0, hasEnded: false };

/** Judges every conference once. */
export function findSuspects(look: RoutedGrid, rules: SuspectRules): Suspects {
  const { grid, context } = look;
  const { keyLength } = rules;
  const rows: number[] = [];
  const kindsOfRows: Kinds[] = [];
  const conferencesOn = context.shards.map(() => 0);
  let unknownRoutes = 0;
  let ended = 0;
  const plain = plainShards(look);
  let conferences = tallyPlain(plain, conferencesOn);
  for (const row of rowsToJudge(plain, keyLength !== null)) {
    const isPlain = plain[row]! >= 0;
    if (!isPlain) {
      if (!tallyShards(look, row, conferencesOn)) continue;
      conferences++;
      if (hasUnknownRoute(look, row)) unknownRoutes++;
    }
    const judged = isPlain ? PLAIN : kindsBesidesExpiry(look, row, rules);
    if (judged.hasEnded) ended++;
    let { kinds } = judged;
    if (keyLength !== null && grid.keys.byteLengthAt(row) >= keyLength) kinds |= AMBIGUOUS;
    if (kinds === 0) continue;
    rows.push(row);
    kindsOfRows.push(kinds);
  }
  return { rows, kinds: kindsOfRows, conferences, conferencesOn, unknownRoutes, ended };
}

/** `rows` are suspects too, where `kindsOf` finds a kind. */
export function withRows(found: Suspects, rows: readonly number[], kindsOf: (row: number) => Kinds): Suspects {
  const kinds = new Map(found.rows.map((row, suspect) => [row, found.kinds[suspect]!]));
  for (const row of rows) {
    const added = kindsOf(row);
    if (added !== 0) kinds.set(row, (kinds.get(row) ?? 0) | added);
  }
  return { ...found, rows: [...kinds.keys()], kinds: [...kinds.values()] };
}

/** Nearly all rows are plain: where that settles them, they are passed over. */
function rowsToJudge(plain: Int32Array, plainToo: boolean): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < plain.length; row++) if (plainToo || plain[row]! < 0) rows.push(row);
  return rows;
}

/** Adds each plain conference to its shard; how many there are. */
function tallyPlain(plain: Int32Array, conferencesOn: number[]): number {
  let count = 0;
  for (let row = 0; row < plain.length; row++) {
    const shard = plain[row]!;
    if (shard < 0) continue;
    conferencesOn[shard]!++;
    count++;
  }
  return count;
}

/**
 * Adds the conference to each shard that it is routed to; false where no proxy that counts holds
 * it.
 */
function tallyShards(look: RoutedGrid, row: number, conferencesOn: number[]): boolean {
  let held = false;
  let previous = ABSENT;
  let others: Set<number> | null = null;
  for (let proxy = 0; proxy < look.context.evidence.length; proxy++) {
    if (look.context.evidence[proxy] === 'none') continue;
    const shard = look.shardAt(row, proxy);
    if (shard === ABSENT) continue;
    held = true;
    if (shard < 0 || shard === previous || others?.has(shard)) continue;
    conferencesOn[shard] = (conferencesOn[shard] ?? 0) + 1;
    if (previous !== ABSENT) others = (others ?? new Set<number>()).add(previous);
    previous = shard;
  }
  return held;
}
