// Since when the people of a conference have been apart, look by look. Pure.

/** By key of the conference: by name of the shard since when people were seen there, epoch ms. */
export type Sightings = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A conference that this look sees apart. */
export interface Sighting {
  readonly key: string;
  /** Names of the shards that have people of it. */
  readonly shards: readonly string[];
}

/** What the look before this one left behind. */
export interface EarlierSightings {
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly apart: Sightings;
}

/** Names of conferences are chosen by users: beyond these none is remembered. */
export const MOST_SIGHTINGS = 20_000;

/**
 * What this look adds to the one before it. A conference keeps the time of a shard for as long as
 * every look in between saw it apart with people there: a look that finds it together, or cannot
 * tell, begins anew. A look that lies more than `gapMs` back proves nothing about the time between.
 */
export function addSightings(
  earlier: EarlierSightings | null,
  seen: readonly Sighting[],
  { nowMs, gapMs }: { readonly nowMs: number; readonly gapMs: number },
): Sightings {
  const age = earlier === null ? Number.POSITIVE_INFINITY : nowMs - earlier.atMs;
  const known = earlier !== null && age >= 0 && age <= gapMs ? earlier.apart : {};
  return Object.fromEntries(
    seen.slice(0, MOST_SIGHTINGS).map(({ key, shards }) => {
      const before = Object.hasOwn(known, key) ? known[key]! : {};
      const since = (shard: string) => (Object.hasOwn(before, shard) ? Math.min(before[shard]!, nowMs) : nowMs);
      return [key, Object.fromEntries(shards.map((shard) => [shard, since(shard)]))];
    }),
  );
}
