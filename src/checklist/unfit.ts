// What makes two sides no pair to compare: the same look twice, another environment, or the wrong
// order. Pure.

import type { RoutedGrid } from '../analysis/routed-grid.ts';
import { EXPIRY_SAMPLE_ROWS } from '../domain/entry.ts';
import type { ProxyPair } from './proxy-changes.ts';
import type { Side } from './side.ts';
import { timeByUptimes } from './time-between.ts';

/** Complaints for a person who believes that two looks are compared; empty where they can be. */
export function unfitToCompare(before: Side, after: Side, pairs: readonly ProxyPair[]): readonly string[] {
  const environments = otherEnvironment(before, after);
  if (environments.length > 0) return environments;
  if (isSameLook(before, after, pairs)) {
    return [
      `AFTER (${placeOf(after)}) is the same look as BEFORE (${placeOf(before)}): nothing would be compared; take a new snapshot for AFTER`,
    ];
  }
  return wrongOrder(before, after, pairs);
}

function placeOf({ folders }: Side): string {
  return folders.length === 0 ? 'the live mesh' : folders.join(', ');
}

function otherEnvironment({ environment: was }: Side, { environment: is }: Side): readonly string[] {
  if (was === null || is === null || was === is) return [];
  return [`BEFORE is of environment ${was} and AFTER of ${is}: they are not looks at one mesh`];
}

/**
 * A copy of a snapshot has its times; dumps without times have the same remaining life in every
 * entry, which no two looks at a table in use have.
 */
function isSameLook(before: Side, after: Side, pairs: readonly ProxyPair[]): boolean {
  if (before.takenAt !== null && after.takenAt !== null && !isSameTime(before.takenAt, after.takenAt)) return false;
  const isPaired = pairs.every((pair) => pair.before >= 0 && pair.after >= 0);
  return isPaired && pairs.length > 0 && pairs.every((pair) => sameColumns(before.look, after.look, pair));
}

function isSameTime(one: NonNullable<Side['takenAt']>, other: NonNullable<Side['takenAt']>): boolean {
  return one.startedAtMs === other.startedAtMs && one.finishedAtMs === other.finishedAtMs;
}

/** Whether one proxy's dumps are alike, lives included. Tables without an end tell nothing. */
function sameColumns({ grid: was, context }: RoutedGrid, { grid: is }: RoutedGrid, pair: ProxyPair): boolean {
  const table = context.views[pair.before]!.table;
  if (table === null || table.entries === 0 || table.maxExpiresInMs === 0) return false;
  const rows = was.keys.count;
  for (let row = 0; row < rows; row++) {
    if ((was.labelAt(row, pair.before) === 0) !== (is.labelAt(row, pair.after) === 0)) return false;
    const isSampled = row < EXPIRY_SAMPLE_ROWS;
    if (isSampled && was.expiresInMs(row, pair.before) !== is.expiresInMs(row, pair.after)) return false;
  }
  return true;
}

/** By the uptimes where they tell, else by the clocks of those who looked. */
function wrongOrder(before: Side, after: Side, pairs: readonly ProxyPair[]): readonly string[] {
  const uptimes = timeByUptimes(pairs, before.look.context.views, after.look.context.views);
  const [was, is] = [before.takenAt, after.takenAt];
  const isOlder =
    uptimes !== null && (uptimes.most < 0 || uptimes.least > 0)
      ? uptimes.most < 0
      : was !== null && is !== null && is.startedAtMs < was.startedAtMs;
  if (!isOlder) return [];
  return [
    `AFTER (${placeOf(after)}) is older than BEFORE (${placeOf(before)}): name the older one first, as in compare BEFORE AFTER`,
  ];
}
