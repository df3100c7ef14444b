// Reads a folder of saved dumps as if it were a mesh: our own layout, or the predecessor's.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TakenAt } from '../../domain/comparison.ts';
import type { Trouble } from '../../domain/proxy.ts';
import { ConfigError, ProtocolError } from '../../errors.ts';
import { MAPS_LIMIT, STATE_LIMIT } from '../../runtime-api/answer-limits.ts';
import { type ProxyState, parseState } from '../../runtime-api/parse-state.ts';
import type { Member } from '../collect.ts';
import { MANIFEST, type Manifest, parseManifest } from './manifest.ts';
import { predecessorMembers } from './predecessor-folder.ts';
import { savedReader } from './saved-reader.ts';
import { savedText } from './saved-text.ts';

/** About 200 bytes a proxy. */
const MOST_MANIFEST_BYTES = 16_000_000;

/**
 * A saved mesh: its members read from files, and what was written down of the run. `null` is what
 * the folder does not say: the predecessor wrote nothing down.
 */
export interface SavedMesh {
  readonly environment: string | null;
  readonly takenAt: TakenAt | null;
  /** How many proxies there had to be. */
  readonly expected: { readonly min: number; readonly max: number } | null;
  readonly members: readonly Member[];
}

/**
 * Rejects a folder without dumps of this table with a `ConfigError` that names the tables it has
 * dumps of.
 */
export function openArchive(folder: string, table: string): SavedMesh {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ConfigError([`${folder}: there is no such folder of saved dumps`]);
  try {
    const manifest = manifestIn(folder);
    if (manifest === null)
      return { environment: null, takenAt: null, expected: null, members: predecessorMembers(folder, table) };
    const { environment, startedAt, finishedAt, expected = null } = manifest;
    const takenAt = { startedAtMs: Date.parse(startedAt), finishedAtMs: Date.parse(finishedAt) };
    return { environment, takenAt, expected, members: members(folder, manifest, table) };
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError([`${folder}: cannot be read: ${(cause as Error).message}`], { cause });
  }
}

/** The table of a snapshot of ours; `null` where the folder does not say it, or is none. */
export function savedTable(folder: string): string | null {
  try {
    return manifestIn(folder)?.table ?? null;
  } catch {
    // Opening it reports what is wrong.
    return null;
  }
}

function manifestIn(folder: string): Manifest | null {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return null;
  if (statSync(path).size > MOST_MANIFEST_BYTES)
    throw new ConfigError([`${path}: this is no manifest: it is larger than ${MOST_MANIFEST_BYTES / 1_000_000} MB`]);
  return parseManifest(readFileSync(path, 'utf8'), path);
}

function members(folder: string, manifest: Manifest, table: string): readonly Member[] {
  if (manifest.table !== table)
    throw new ConfigError([
      `${folder}: this snapshot is of table ${manifest.table}, not ${table}: set \`table: ${manifest.table}\` or --table ${manifest.table}`,
    ]);
  return manifest.proxies.map(({ name, region, keyLength, folder: ofProxy, status, because }) => {
    const place = join(folder, ofProxy);
    const file = { path: join(place, 'table.txt.gz'), gzipped: true };
    const state = () => stateFrom(join(place, 'state.txt.gz'), table, lackOf(status, because));
    const maps = join(place, 'maps.txt.gz');
    return {
      target: { name, region, endpoint: { kind: 'unix', path: place } },
      reader: savedReader({
        state,
        table: file,
        keyLength,
        ...(existsSync(maps) && { maps: () => savedText(maps, MAPS_LIMIT, true) }),
      }),
    };
  });
}

/** Why nothing of a proxy may be there, in the words of the run that took the snapshot. */
function lackOf(status: string, because: string | undefined): Pick<Trouble, 'code' | 'message'> {
  const isLocked = status === 'locked';
  const usual = isLocked ? 'it was locked' : 'the proxy did not answer in that run';
  return {
    code: isLocked ? 'locked' : 'closed-early',
    message: because === undefined ? usual : `when the snapshot was taken: ${because}`,
  };
}

async function stateFrom(path: string, table: string, lack: Pick<Trouble, 'code' | 'message'>): Promise<ProxyState> {
  if (!existsSync(path))
    throw new ProtocolError({
      code: 'closed-early',
      message: 'nothing of this proxy was saved',
      remedy: 'it could not be read in that run',
    });
  const state = parseState(await savedText(path, STATE_LIMIT, true), table);
  if ('problem' in state) throw new ProtocolError({ ...lack, remedy: 'take a new snapshot' });
  return state;
}
