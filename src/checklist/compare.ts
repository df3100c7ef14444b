// Two looks at one mesh against each other: which conferences changed shard, which are gone, and
// what became of proxies, servers and maps. Pure.

import { summariseShards } from '../analysis/summary.ts';
import type { ComparedShard, ComparedSide, MeshComparison } from '../domain/comparison.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import { type BothLooks, type LaterLook, listChanges } from './change-list.ts';
import { type BothStates, type ConferenceChanges, markChanges, rowsToConfirm } from './conference-changes.ts';
import { createShardNumbers, NOT_HELD, type ShardNumbers, stateAt, statesOf } from './conference-states.ts';
import { emptiedPairs, type GoneEvidence } from './gone.ts';
import { mapChanges } from './map-changes.ts';
import { pairProxies, proxyChanges } from './proxy-changes.ts';
import { serverChanges } from './server-changes.ts';
import { describeSide, gapsOf, type Side } from './side.ts';
import { type TimeBetween, timeBetween, timeByClocks, timeByUptimes } from './time-between.ts';

/** What is compared. The rows of both looks are the same keys. */
export interface ComparedLooks {
  readonly table: string;
  readonly environment: string;
  readonly before: Side;
  readonly after: Side;
  /** Of the live mesh: another look at what changed. */
  readonly later: LaterLook | null;
  readonly notes: readonly string[];
}

export interface Compared {
  readonly comparison: MeshComparison;
  /** Rows whose change another look at the live mesh should confirm. */
  readonly toConfirm: readonly number[];
}

export function compareLooks(looks: ComparedLooks): Compared {
  const { before, after, later } = looks;
  const views = { before: before.look.context.views, after: after.look.context.views };
  const pairs = pairProxies(views.before, views.after);
  const shards = createShardNumbers();
  const states = statesOfBoth(looks, shards);
  const lastLook = later === null ? after : { ...after, look: later.look };
  const sides = {
    before: describeSide(before, heldIn(states.before)),
    after: describeSide(lastLook, heldIn(states.after)),
  };
  const clocks = timeByClocks(before.takenAt, after.takenAt);
  const { time, clocksDiffer } = timeBetween(clocks, timeByUptimes(pairs, views.before, views.after));
  const both = { before: before.look, after: after.look, later };
  const emptied = emptiedPairs(both.before, both.after, { pairs, time });
  const afterIsComplete = gapsOf(lastLook).length === 0;
  const evidence: GoneEvidence = { ...both, pairs, time, afterIsComplete, emptied };
  const changes = markChanges(states, shards, evidence);
  const list = listChanges({ changes, shards, looks: both, evidence });
  const maps = mapChanges(views.before, views.after);
  return {
    toConfirm: rowsToConfirm(changes),
    comparison: {
      environment: looks.environment,
      table: looks.table,
      ...judgeChanges(changes, sides),
      ...sides,
      betweenMs: time,
      counts: {
        ...changes.counts,
        kept: changes.kept,
        before: sides.before.conferences,
        after: sides.after.conferences,
      },
      moves: list.moves,
      changes: list,
      shards: shardsOf(states, shards, both),
      proxies: proxyChanges(pairs, views, emptied),
      servers: serverChanges({ ...views, pairs }),
      maps: maps.changes,
      notes: [...looks.notes, ...maps.notes, ...notesOf(changes, { sides, time, clocksDiffer })],
    },
  };
}

/** Where another look was taken, its states count. */
function statesOfBoth({ before, after, later }: ComparedLooks, shards: ShardNumbers): BothStates {
  const states = { before: statesOf(before.look, shards), after: statesOf(after.look, shards) };
  if (later === null) return states;
  for (let row = 0; row < states.after.length; row++) {
    const again = later.rowOf(row);
    if (again >= 0) states.after[row] = stateAt(later.look, again, shards);
  }
  return states;
}

function heldIn(states: Int32Array): number {
  let held = 0;
  for (let row = 0; row < states.length; row++) if (states[row] !== NOT_HELD) held++;
  return held;
}

interface Sides {
  readonly before: ComparedSide;
  readonly after: ComparedSide;
}

/** A change that was seen holds however little else was seen; without one, a gap is no pass. */
function judgeChanges(
  { kept, counts, disturbed }: ConferenceChanges,
  { before, after }: Sides,
): Pick<MeshComparison, 'verdict' | 'view' | 'exitCode'> {
  const isIncomplete =
    before.gaps.length + after.gaps.length > 0 || kept + counts.moved === 0 || counts.unknown + counts.unclear > 0;
  return {
    verdict: disturbed > 0 ? 'changed' : isIncomplete ? 'incomplete' : 'kept',
    view: isIncomplete ? 'incomplete' : 'complete',
    exitCode: isIncomplete ? exitCodes.incomplete : disturbed > 0 ? exitCodes.disagreement : exitCodes.agree,
  };
}

/** Every shard that a side has as a server or leads a conference to, by address. */
function shardsOf(states: BothStates, shards: ShardNumbers, looks: BothLooks): readonly ComparedShard[] {
  const nothing = { participantsOn: new Map<string, number>(), wanted: [] };
  const names = new Map<string, string | null>();
  for (const look of [looks.before, looks.after])
    for (const { address, name } of summariseShards(look.context, [], nothing))
      names.set(address, name ?? names.get(address) ?? null);
  const count = (side: Int32Array) => {
    const counts = shards.addresses.map(() => 0);
    for (let row = 0; row < side.length; row++) if (side[row]! >= 0) counts[side[row]!]!++;
    return counts;
  };
  const [before, after] = [count(states.before), count(states.after)];
  return shards.addresses
    .map((address, shard) => ({
      address,
      name: names.get(address) ?? null,
      before: before[shard] ?? 0,
      after: after[shard] ?? 0,
    }))
    .sort((one, other) => (one.address < other.address ? -1 : 1));
}

interface Circumstances {
  readonly sides: Sides;
  readonly time: TimeBetween | null;
  readonly clocksDiffer: boolean;
}

function notesOf(
  { kept, counts, overEitherWay }: ConferenceChanges,
  { sides: { before, after }, time, clocksDiffer }: Circumstances,
): readonly string[] {
  return [
    ...(kept + counts.moved === 0 ? ['No conference has one shard on each side, so that no shard was compared.'] : []),
    ...(before.gaps.length > 0 ? ['BEFORE is not complete: a conference that counts as new may have been there.'] : []),
    ...(time === null
      ? ['When a side was taken is not known: whether a gone conference was lost or has expired is not known either.']
      : []),
    ...(clocksDiffer
      ? [
          'The clocks of those who took the snapshots do not fit the uptimes of the proxies: the time between the sides is taken from the uptimes.',
        ]
      : []),
    ...(overEitherWay > 0
      ? [
          `${overEitherWay} of the expired conferences were held only by proxies that were replaced before their time was over: at AFTER they would be gone either way.`,
        ]
      : []),
    ...(before.environment === null || after.environment === null
      ? ['A side does not say of which environment it is: that both are of one mesh is taken for granted.']
      : []),
  ];
}
