// A conference that no proxy has under the names that were tried: all names are read, to find it
// by another spelling, as a name that the table cut, or to name the nearest.

import { nearestKeys } from '../analysis/nearest-keys.ts';
import { whyUnknown } from '../analysis/why-unknown.ts';
import { cutKey } from '../census/room-key.ts';
import type { ConferenceList, Explanation } from '../domain/explanation.ts';
import { conferenceOf, decodeKey } from '../domain/key.ts';
import type { MeshRun } from '../session/mesh.ts';
import { type AllNames, type KeysLook, lookAtConferences, readAllNames } from './conference-looks.ts';
import { explainKey, listConferences } from './explain-key.ts';
import type { Looked } from './look.ts';

const NEAREST_SHOWN = 5;

/** What was looked for in vain. */
export interface Missed {
  readonly text: string;
  readonly looked: Looked;
  readonly explained: Explanation;
  readonly ways: KeysLook;
}

export async function searchFor(run: MeshRun, missed: Missed): Promise<Explanation | ConferenceList> {
  const { text, explained, ways } = missed;
  const names = await readAllNames(run);
  const keyLength = lengthOf(run, names);
  const same = sameNames(text, explained.key, names);
  const cut = keyLength === null ? explained.key : cutKey(explained.key, keyLength);
  const isCut = same.length === 0 && cut !== explained.key && holds(names, cut);
  const found = isCut ? [cut] : same;
  if (found.length === 0) return withReasons(missed, names, keyLength);
  const looked = await lookAtConferences(run, found, ways);
  const [key, ...others] = found as [string, ...string[]];
  if (others.length > 0) {
    const rows = found.map((each, row) => ({ key: each, row }));
    return listConferences(looked, { text, readAs: 'name' }, { rows, total: found.length });
  }
  return explainKey(run, looked, { asked: { text, readAs: isCut ? 'cut' : 'name' }, key, row: 0, byDump: ways.byDump });
}

/** Keys that people read as this text, or that have come since. */
function sameNames(text: string, key: string, { keys }: AllNames): readonly string[] {
  const same: string[] = [];
  for (let row = 0; row < keys.count; row++) {
    const other = keys.keyAt(row);
    if (other === key || other === text || (other.includes('\\') && conferenceOf(other) === text)) same.push(other);
  }
  return same;
}

function holds({ keys }: AllNames, key: string): boolean {
  for (let row = 0; row < keys.count; row++) if (keys.keyAt(row) === key) return true;
  return false;
}

function lengthOf({ settings }: MeshRun, { views }: AllNames): number | null {
  const known = views.flatMap(({ table }) => (table?.keyLength ? [table.keyLength] : []));
  return settings.keyLength ?? (known.length === 0 ? null : Math.min(...known));
}

function withReasons({ explained, looked }: Missed, { keys, views }: AllNames, keyLength: number | null): Explanation {
  const nearest = nearestKeys(explained.key, keys, NEAREST_SHOWN).map((row) => {
    const key = keys.keyAt(row);
    return { key, conference: conferenceOf(key) };
  });
  const reasons = whyUnknown({
    conference: explained.conference,
    byteLength: decodeKey(explained.key).length,
    keyLength,
    shardNames: [...explained.shardNames.values()].filter((name) => name !== null),
    maxExpiresInMs: Math.max(0, ...views.map(({ table }) => table?.maxExpiresInMs ?? 0)),
    unreadProxies: looked.report.proxies.filter(({ status }) => status !== 'ok').map(({ name }) => name),
    census: explained.census,
  });
  return { ...explained, unknown: { reasons, nearest, searched: keys.count } };
}
