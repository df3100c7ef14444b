// Reads a folder of saved dumps as if it were a mesh: our own layout, or the predecessor's.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ConfigError, ProtocolError } from '../errors.ts';
import { type ProxyState, parseState } from '../runtime-api/parse-state.ts';
import type { Member } from './collect.ts';
import { MANIFEST, type Manifest, parseManifest } from './manifest.ts';
import { predecessorMembers } from './predecessor-folder.ts';
import { savedReader } from './saved-reader.ts';

/** A saved mesh: its members read from files, and what was written down of the run. */
export interface SavedMesh {
  readonly environment: string | null;
  readonly members: readonly Member[];
}

/** Rejects a folder without dumps of this table with a `ConfigError` that names the tables it has dumps of. */
export function openArchive(folder: string, table: string): SavedMesh {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ConfigError([`${folder}: there is no such folder of saved dumps`]);
  try {
    if (!existsSync(join(folder, MANIFEST))) return { environment: null, members: predecessorMembers(folder, table) };
    const path = join(folder, MANIFEST);
    const manifest = parseManifest(readFileSync(path, 'utf8'), path);
    return { environment: manifest.environment, members: members(folder, manifest, table) };
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    throw new ConfigError([`${folder}: cannot be read: ${(cause as Error).message}`], { cause });
  }
}

function members(folder: string, manifest: Manifest, table: string): readonly Member[] {
  if (manifest.table !== table)
    throw new ConfigError([
      `${folder}: this snapshot is of table ${manifest.table}, not ${table}: set \`table: ${manifest.table}\` or --table ${manifest.table}`,
    ]);
  return manifest.proxies.map(({ name, region, keyLength, folder: ofProxy }) => {
    const place = join(folder, ofProxy);
    const file = { path: join(place, 'table.txt.gz'), gzipped: true };
    const state = () => stateFrom(join(place, 'state.txt.gz'), table);
    return {
      target: { name, region, endpoint: { kind: 'unix', path: place } },
      reader: savedReader({ state, table: file, keyLength }),
    };
  });
}

async function stateFrom(path: string, table: string): Promise<ProxyState> {
  if (!existsSync(path))
    throw new ProtocolError({
      code: 'closed-early',
      message: 'nothing of this proxy was saved',
      remedy: 'it could not be read in that run',
    });
  let text: string;
  try {
    text = gunzipSync(await readFile(path)).toString('latin1');
  } catch (cause) {
    throw new ProtocolError(
      { code: 'truncated', message: 'the saved answers are damaged', remedy: 'take a new snapshot' },
      { cause },
    );
  }
  const state = parseState(text, table);
  if ('problem' in state)
    throw new ProtocolError({
      code: 'closed-early',
      message: 'the proxy did not answer in that run',
      remedy: 'take a new snapshot',
    });
  return state;
}
