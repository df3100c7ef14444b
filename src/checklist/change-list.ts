// The changes by name, each made when it is asked for. Pure.

import type { RoutedGrid } from '../analysis/routed-grid.ts';
import {
  type ChangeKind,
  type ChangeList,
  type ConferenceChange,
  changeKinds,
  type Move,
} from '../domain/comparison.ts';
import { conferenceOf } from '../domain/key.ts';
import { type ConferenceChanges, kindOf } from './conference-changes.ts';
import { APART, addressesAt, type ShardNumbers, shardNamedBy } from './conference-states.ts';
import { type GoneEvidence, judgeGone, longestLifeAt } from './gone.ts';

/** Another look at some rows, after the first one at AFTER; `rowOf` is -1 for the others. */
export interface LaterLook {
  readonly look: RoutedGrid;
  rowOf(row: number): number;
}

/** Both looks, whose rows are the same keys. */
export interface BothLooks {
  readonly before: RoutedGrid;
  readonly after: RoutedGrid;
  readonly later: LaterLook | null;
}

/** What the list is made of. */
export interface ListedChanges {
  readonly changes: ConferenceChanges;
  readonly shards: ShardNumbers;
  readonly looks: BothLooks;
  readonly evidence: GoneEvidence;
}

/** Conferences that are named for each pair of shards. */
const MOVES_NAMED = 10;
const SIDES = ['before', 'after'] as const;

/** By kind and key. */
export function listChanges(listed: ListedChanges): ChangeList & { readonly moves: readonly Move[] } {
  const { marks } = listed.changes;
  const { keys } = listed.looks.before.grid;
  const sorted = new Map<ChangeKind, readonly number[]>();

  function rowsOf(kind: ChangeKind): readonly number[] {
    const known = sorted.get(kind);
    if (known !== undefined) return known;
    const found: { readonly row: number; readonly key: string }[] = [];
    for (let row = 0; row < marks.length; row++)
      if (kindOf(marks[row]!) === kind) found.push({ row, key: keys.keyAt(row) });
    const rows = found.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ row }) => row);
    sorted.set(kind, rows);
    return rows;
  }

  function* of(kind: ChangeKind): Generator<ConferenceChange> {
    for (const row of rowsOf(kind)) yield changeAt(listed, kind, row);
  }

  return {
    of,
    first: (kind, limit) =>
      rowsOf(kind)
        .slice(0, limit)
        .map((row) => changeAt(listed, kind, row)),
    *[Symbol.iterator]() {
      for (const kind of changeKinds) yield* of(kind);
    },
    moves: groupMoves(listed, rowsOf('moved')),
  };
}

function changeAt(listed: ListedChanges, kind: ChangeKind, row: number): ConferenceChange {
  const { looks, evidence, changes } = listed;
  const key = looks.before.grid.keys.keyAt(row);
  const lifeMs = longestLifeAt(looks.before, row);
  const isGone = kind === 'lost' || kind === 'expired' || kind === 'unclear';
  return {
    kind,
    key,
    conference: conferenceOf(key),
    before: shardsAt(listed, 'before', row),
    after: shardsAt(listed, 'after', row),
    apartOn: SIDES.filter((side) => changes.states[side][row] === APART),
    because: isGone ? judgeGone(row, evidence).because : null,
    expiresInMs: kind === 'new' || !Number.isFinite(lifeMs) ? null : lifeMs,
  };
}

/** Most states name one shard; else the entries are read. */
function shardsAt({ changes, shards, looks }: ListedChanges, side: 'before' | 'after', row: number): readonly string[] {
  const shard = shardNamedBy(changes.states[side][row]!);
  if (shard >= 0) return [shards.addresses[shard]!];
  if (side === 'before') return addressesAt(looks.before, row);
  const again = looks.later?.rowOf(row) ?? -1;
  return again < 0 ? addressesAt(looks.after, row) : addressesAt(looks.later!.look, again);
}

/** `rows` moved, in the order of their keys. The most frequent pair of shards comes first. */
function groupMoves(listed: ListedChanges, rows: readonly number[]): readonly Move[] {
  const { states } = listed.changes;
  const { addresses } = listed.shards;
  const groups = new Map<number, { from: string; to: string; count: number; changes: ConferenceChange[] }>();
  for (const row of rows) {
    const [from, to] = [shardNamedBy(states.before[row]!), states.after[row]!];
    const pair = from * addresses.length + to;
    const group = groups.get(pair) ?? { from: addresses[from]!, to: addresses[to]!, count: 0, changes: [] };
    groups.set(pair, group);
    if (group.count++ < MOVES_NAMED) group.changes.push(changeAt(listed, 'moved', row));
  }
  return [...groups.values()].sort(
    (one, other) => other.count - one.count || (`${one.from} ${one.to}` < `${other.from} ${other.to}` ? -1 : 1),
  );
}
