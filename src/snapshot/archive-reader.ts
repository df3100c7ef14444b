// Reads a folder of saved dumps as if it were a mesh: our own layout, or the predecessor's.

import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { ConfigError, ProtocolError } from '../errors.ts';
import { parseStat } from '../runtime-api/parse-servers.ts';
import { type ProxyState, parseState } from '../runtime-api/parse-state.ts';
import { createTableParser } from '../runtime-api/parse-table.ts';
import type { TableReader } from '../runtime-api/table-reader.ts';
import type { Member } from './collect.ts';
import { MANIFEST, parseManifest } from './manifest.ts';

/** A saved mesh: its members read from files, and what was written down of the run. */
export interface SavedMesh {
  readonly environment: string | null;
  readonly members: readonly Member[];
}

/** Rejects a folder without dumps of this table with a `ConfigError` that names the tables it has dumps of. */
export function openArchive(folder: string, table: string): SavedMesh {
  if (!existsSync(folder)) throw new ConfigError([`${folder}: there is no such folder of saved dumps`]);
  return existsSync(join(folder, MANIFEST)) ? openOurs(folder, table) : openPredecessors(folder, table);
}

function openOurs(folder: string, table: string): SavedMesh {
  const manifest = parseManifest(readFileSync(join(folder, MANIFEST), 'utf8'), join(folder, MANIFEST));
  if (manifest.table !== table)
    throw new ConfigError([
      `${folder}: this snapshot is of table ${manifest.table}, not ${table}: set \`table: ${manifest.table}\` or --table ${manifest.table}`,
    ]);
  const members = manifest.proxies.map((proxy) => ({
    target: {
      name: proxy.name,
      region: proxy.region,
      endpoint: { kind: 'unix' as const, path: join(folder, proxy.folder) },
    },
    reader: savedReader({
      state: async () => stateFrom(join(folder, proxy.folder, 'state.txt.gz'), table),
      table: () => createReadStream(join(folder, proxy.folder, 'table.txt.gz')).pipe(createGunzip()),
      tablePath: join(folder, proxy.folder, 'table.txt.gz'),
      keyLength: proxy.keyLength,
    }),
  }));
  return { environment: manifest.environment, members };
}

function openPredecessors(folder: string, table: string): SavedMesh {
  const files = readdirSync(folder);
  const prefix = `haproxy-table-${table}-`;
  const names = files
    .filter((file) => file.startsWith(prefix) && file.length > prefix.length)
    .map((file) => file.slice(prefix.length))
    .sort();
  if (names.length === 0) {
    const others = files.filter((file) => file.startsWith('haproxy-table-')).slice(0, 5);
    const there = others.length > 0 ? `; it has ${others.join(', ')}` : '';
    throw new ConfigError([
      `${folder}: no saved dumps of table ${table}: neither a snapshot (${MANIFEST}) nor files named ${prefix}PROXY${there}`,
    ]);
  }
  const members = names.map((name) => {
    const tablePath = join(folder, prefix + name);
    return {
      target: { name, region: null, endpoint: { kind: 'unix' as const, path: tablePath } },
      reader: savedReader({
        state: () => predecessorState(join(folder, `haproxy-stat-${name}`), table),
        table: () => createReadStream(tablePath, { highWaterMark: 1 << 20 }),
        tablePath,
        keyLength: null,
      }),
    };
  });
  return { environment: null, members };
}

interface Files {
  readonly state: () => Promise<ProxyState>;
  readonly table: () => Readable;
  readonly tablePath: string;
  readonly keyLength: number | null;
}

/** Stands in for a proxy: the same answers, from files. Single keys are found by reading the dump again. */
function savedReader({ state, table, tablePath, keyLength }: Files): TableReader {
  const dump: TableReader['dump'] = async (sink, signal, watcher) => {
    const parser = createTableParser(sink);
    if (!existsSync(tablePath))
      return {
        ...parser.end(),
        brokenBy: {
          code: 'closed-early',
          message: 'no dump of this proxy was saved',
          remedy: 'it could not be read in that run',
        },
      };
    try {
      for await (const chunk of table()) {
        signal.throwIfAborted();
        parser.push(chunk);
        watcher?.onBytes?.(parser.bytes);
      }
    } catch (error) {
      signal.throwIfAborted();
      return {
        ...parser.end(),
        brokenBy: {
          code: 'truncated',
          message: `the saved dump is damaged: ${(error as Error).message}`,
          remedy: 'take a new snapshot',
        },
      };
    }
    return { ...parser.end(), brokenBy: null };
  };
  return {
    state,
    dump,
    async entries(_keys, sink, signal) {
      await dump(sink, signal);
      return [];
    },
    fillsKeyLength: async (key) => keyLength !== null && Buffer.byteLength(key, 'latin1') >= keyLength,
    close: async () => {},
  };
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

/** The predecessor saved `show stat` beside each dump, and nothing of peers, version or uptime. */
async function predecessorState(statPath: string, table: string): Promise<ProxyState> {
  const servers = existsSync(statPath) ? parseStat(await readFile(statPath, 'utf8')) : [];
  return {
    haproxy: null,
    uptimeSeconds: null,
    pid: null,
    servers,
    tables: [{ name: table, type: 'string', size: 0, used: 0 }],
    peersKnown: false,
    localPeer: null,
    peers: [],
  };
}
