// Reads the predecessor's folder of saved dumps: `haproxy-table-TABLE-PROXY`, and
// `haproxy-stat-PROXY` where it was saved, side by side.

import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../errors.ts';
import { STATE_LIMIT } from '../../runtime-api/answer-limits.ts';
import { parseStat } from '../../runtime-api/parse-servers.ts';
import type { ProxyState } from '../../runtime-api/parse-state.ts';
import { parseTableHeader } from '../../runtime-api/table-header.ts';
import type { Member } from '../collect.ts';
import { savedReader } from './saved-reader.ts';
import { savedText } from './saved-text.ts';

/** A header is a name and three numbers. */
const HEADER_BYTES = 4096;

/**
 * The proxies whose dumps of this table are there, by name; rejects a folder that has none with a
 * `ConfigError` that names what it has.
 */
export function predecessorMembers(folder: string, table: string): readonly Member[] {
  const files = readdirSync(folder).filter((file) => file.startsWith('haproxy-table-'));
  const prefix = `haproxy-table-${table}-`;
  const names = files
    .filter((file) => file.startsWith(prefix) && file.length > prefix.length && !isOfAnother(join(folder, file), table))
    .map((file) => file.slice(prefix.length))
    .sort();
  if (names.length === 0) {
    const there = files.length > 0 ? `; it has ${files.sort().slice(0, 5).join(', ')}` : '';
    throw new ConfigError([
      `${folder}: no saved dumps of table ${table}: neither a snapshot (manifest.json) nor files named ${prefix}PROXY${there}`,
    ]);
  }
  return names.map((name) => {
    const state = () => stateOf(join(folder, `haproxy-stat-${name}`), table);
    const file = { path: join(folder, prefix + name), gzipped: false };
    return {
      target: { name, region: null, endpoint: { kind: 'unix', path: file.path } },
      reader: savedReader({ state, table: file, keyLength: null }),
    };
  });
}

/**
 * `haproxy-table-nodes-b-hap` can be table `nodes` of proxy `b-hap` or table `nodes-b` of proxy
 * `hap`. The header of the dump names the table.
 */
function isOfAnother(path: string, table: string): boolean {
  const head = Buffer.alloc(HEADER_BYTES);
  let length = 0;
  try {
    const file = openSync(path, 'r');
    try {
      length = readSync(file, head);
    } finally {
      closeSync(file);
    }
  } catch {
    // A file that cannot be read may be of this table. Reading the dump reports what is wrong with
    // it.
    return false;
  }
  const header = parseTableHeader(head.toString('latin1', 0, length).split('\n', 1)[0]!);
  return header !== null && header.name !== table;
}

/** The predecessor saved `show stat` beside each dump, and nothing of peers, version or uptime. */
async function stateOf(statPath: string, table: string): Promise<ProxyState> {
  const servers = existsSync(statPath) ? parseStat(await savedText(statPath, STATE_LIMIT, false)) : [];
  return {
    haproxy: null,
    uptimeSeconds: null,
    startedAtSeconds: null,
    pid: null,
    servers,
    tables: [{ name: table, type: 'string', size: 0, used: 0 }],
    peersKnown: false,
    peersRemark: null,
    localPeer: null,
    peers: [],
  };
}
