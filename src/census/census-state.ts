// The file in which a look leaves for the next one which conferences it saw apart, and which were
// healed: beside the journals, for its owner only.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Move } from './moves.ts';
import type { EarlierSightings } from './sightings.ts';

export interface CensusState extends EarlierSightings {
  /** Conferences that a heal moved and that no census has seen whole. */
  readonly moved: readonly Move[];
}

export interface StatePlace {
  readonly folder: string;
  readonly environment: string;
  readonly table: string;
}

/** The types of a move's fields. */
const MOVE = 'string string number';
const SCHEMA = 'splitbrain/census-state/1';

/** `null` where nothing was left, or what is there is damaged or of another table: a first look. */
export function readCensusState(place: StatePlace): CensusState | null {
  try {
    const { schema, table, atMs, apart, moved } = JSON.parse(readFileSync(pathOf(place), 'utf8'));
    const isWhole =
      schema === SCHEMA &&
      table === place.table &&
      typeof atMs === 'number' &&
      Object.values(apart).every((shards) => Object.values(shards as object).every((at) => typeof at === 'number')) &&
      (moved as Move[]).every(({ key, winner, atMs: at }) => `${typeof key} ${typeof winner} ${typeof at}` === MOVE);
    return isWhole ? { atMs, apart, moved } : null;
  } catch {
    return null;
  }
}

/** Why it could not be written, or `null`: the next look then knows of no earlier one. */
export function writeCensusState(place: StatePlace, state: CensusState): string | null {
  const path = pathOf(place);
  const draft = `${path}.${randomBytes(4).toString('hex')}.draft`;
  try {
    mkdirSync(place.folder, { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify({ schema: SCHEMA, table: place.table, ...state }), { flag: 'wx', mode: 0o600 });
    renameSync(draft, path);
    return null;
  } catch (error) {
    if (existsSync(draft)) rmSync(draft, { force: true });
    return (error as Error).message;
  }
}

function pathOf({ folder, environment }: StatePlace): string {
  return join(folder, `${encodeURIComponent(environment)}.census.json`);
}
