// What is wrong with one conference in one look: a set of kinds, as bits, because every conference
// of the mesh is judged.

import { disagreementKinds, type FindingKind, kindRecords } from '../domain/finding.ts';
import { ABSENT, DUPLICATE, MIXED, ORPHANED, PARTLY, type RoutedGrid, UNKNOWN } from './routed-grid.ts';

/** A set of finding kinds: the sum of their bits. */
export type Kinds = number;

export const SPLIT = bitOf('split');
export const MISSING = bitOf('missing');
export const MIXED_KIND = bitOf('mixed');
export const ORPHANED_KIND = bitOf('orphaned');
export const AMBIGUOUS = bitOf('ambiguous');
export const DUPLICATED = bitOf('duplicated');
export const MISPLACED = bitOf('misplaced');
export const SCATTERED = bitOf('scattered');
/** The kinds that are a disagreement: only they can be in flight. */
export const DISAGREEMENT = disagreementKinds.reduce((kinds, kind) => kinds | bitOf(kind), 0);

export function bitOf(kind: FindingKind): Kinds {
  return kindRecords[kind].bit;
}

/**
 * The kinds that one look shows for one key, without `ambiguous`, which depends on the key alone.
 * Split: the entries are followed to two shards, or followed on one proxy and not on another that
 * holds one. The next request there is placed anew and overwrites every other entry (2.6 to 3.4).
 * An entry that is followed in some backends of a proxy only is not followed, and still parts
 * requests if another proxy's entry names another shard. Orphaned: no proxy follows the entry. A
 * split conference is not also missing: its routes show which proxies lack it. Only a proxy that
 * was read in full can lack an entry.
 */
export function kindsAt(look: RoutedGrid, row: number): Kinds {
  const { evidence } = look.context;
  let kinds = 0;
  let first = ABSENT;
  let firstPartly = ABSENT;
  let held = false;
  let lacking = false;
  let notFollowed = false;
  let unknown = false;
  for (let proxy = 0; proxy < evidence.length; proxy++) {
    if (evidence[proxy] === 'none') continue;
    const shard = look.shardAt(row, proxy);
    if (shard === ABSENT) {
      if (evidence[proxy] === 'full') lacking = true;
      continue;
    }
    held = true;
    const marks = look.marksAt(row, proxy);
    if ((marks & MIXED) !== 0) kinds |= MIXED_KIND;
    if (shard === DUPLICATE) kinds |= DUPLICATED;
    if ((marks & PARTLY) !== 0) {
      if (firstPartly === ABSENT) firstPartly = shard;
      else if (firstPartly !== shard) kinds |= SPLIT;
    }
    if ((marks & ORPHANED) !== 0) notFollowed = true;
    else if (shard < 0) unknown = true;
    else if (first === ABSENT) first = shard;
    else if (first !== shard) kinds |= SPLIT;
  }
  if (notFollowed && first !== ABSENT) kinds |= SPLIT;
  if (notFollowed && first === ABSENT && !unknown && (kinds & SPLIT) === 0) kinds |= ORPHANED_KIND;
  if (held && lacking && (kinds & SPLIT) === 0) kinds |= MISSING;
  return kinds;
}

/** Whether the route of some entry of this key is not known. */
export function hasUnknownRoute(look: RoutedGrid, row: number): boolean {
  for (let proxy = 0; proxy < look.context.evidence.length; proxy++) {
    if (look.context.evidence[proxy] !== 'none' && look.shardAt(row, proxy) === UNKNOWN) return true;
  }
  return false;
}

/** One key in one look. */
export interface KeyInLook {
  readonly look: RoutedGrid;
  readonly row: number;
}

/**
 * Whether two looks at one key, each of which shows this kind, show the same thing. Compares only
 * proxies that showed the key's state in both looks and did not change it: these must show the kind
 * by themselves. Any other proxy neither confirms nor contradicts, or one proxy could hide what the
 * others disagree on. `ambiguous` depends on the key alone, and the census
 * judges the routes of each look anew.
 */
export function sameAt(kind: Kinds, before: KeyInLook, after: KeyInLook): boolean {
  if ((kind & (AMBIGUOUS | MISPLACED | SCATTERED)) !== 0) return true;
  const mask = kind === MIXED_KIND ? MIXED : kind === ORPHANED_KIND || kind === SPLIT ? ORPHANED : 0;
  const isSteady = (proxy: number) =>
    !isSilent(before, proxy) &&
    before.look.shardAt(before.row, proxy) === after.look.shardAt(after.row, proxy) &&
    (before.look.marksAt(before.row, proxy) & mask) === (after.look.marksAt(after.row, proxy) & mask);
  const { context } = after.look;
  const evidence = context.evidence.map((known, proxy) => (isSteady(proxy) ? known : 'none'));
  return (kindsAt({ ...after.look, context: { ...context, evidence } }, after.row) & kind) !== 0;
}

/**
 * Whether it is not known if the proxy holds the key: it was not read, or its dump ended early and
 * did not show the key.
 */
function isSilent({ look, row }: KeyInLook, proxy: number): boolean {
  const evidence = look.context.evidence[proxy];
  return evidence === 'none' || (evidence === 'partial' && look.shardAt(row, proxy) === ABSENT);
}
