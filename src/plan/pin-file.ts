// What a person pins: conferences and shards from the command line, or from a file in this
// program's format or the predecessor's.

import { conferenceOf, decodeKey, encodeKey } from '../domain/key.ts';
import type { Pin } from '../domain/plan.ts';
import { ConfigError } from '../errors.ts';

/** A pin as it was typed: the conference's name in UTF-8, and a name of the shard. */
export function pinOf(conference: string, shard: string): Pin {
  return { key: encodeKey(Buffer.from(conference, 'utf8')), shard };
}

/**
 * Reads `[{"conference": "...", "shard": "10.0.0.9:443"}]`, or the predecessor's `[{"key": "...",
 * "id": 11}]`, where keys are spelled as in a dump. Throws one `ConfigError` with every complaint.
 */
export function parsePins(text: string, path: string): readonly Pin[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError([`${path}: this is not JSON`], { cause });
  }
  if (!Array.isArray(value) || value.length === 0)
    throw new ConfigError([`${path}: expected a list of {"conference", "shard"} or {"key", "id"}`]);
  const pins = value.map(
    (item: unknown, index) =>
      readPin(item) ??
      `${path}: item ${index + 1}: expected {"conference": text, "shard": text} or {"key": text as a dump spells it, "id": number}`,
  );
  const complaints = pins.filter((pin) => typeof pin === 'string');
  const read = pins.filter((pin) => typeof pin !== 'string');
  const seen = new Set<string>();
  const twice = read
    .filter(({ key }) => seen.size === seen.add(key).size)
    .map(({ key }) => `${path}: ${JSON.stringify(conferenceOf(key))} is there twice`);
  if (complaints.length + twice.length > 0) throw new ConfigError([...complaints, ...twice]);
  return read;
}

function readPin(item: unknown): Pin | null {
  if (typeof item !== 'object' || item === null) return null;
  const { conference, shard, key, id } = item as Record<string, unknown>;
  if (typeof conference === 'string' && typeof shard === 'string') return pinOf(conference, shard);
  const isId = typeof id === 'number' || (typeof id === 'string' && /^\d+$/.test(id));
  // A key has several spellings. Entries are found only under the one that a dump has.
  return typeof key === 'string' && /^[\x20-\x7e]*$/.test(key) && isId
    ? { key: encodeKey(decodeKey(key)), shard: String(id) }
    : null;
}
