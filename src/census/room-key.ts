// From the name of a prosody room to the key of its conference, by Jitsi's rule
// (docs/jitsi-facts.md, "The key"). Pure.

import { JITSIS_KEY } from '../domain/census.ts';
import { decodeKey, encodeKey } from '../domain/key.ts';

/** How a room's name becomes a key. */
export interface RoomRule {
  /** The host of the rooms, in lower case: `conference.meet.example`. */
  readonly mucHost: string;
  /** Whether the key is `{tenant}/{room}`, Jitsi's. */
  readonly isJitsis: boolean;
  readonly joinName: (tenant: string | null, room: string) => string;
}

/** What `census.key` may hold in braces. */
const WORDS = /\{(tenant|room)\}/g;
/** From the one word to the other: without a tenant only the room is left of it. */
const TENANT_AND_ROOM = /\{tenant\}.*?\{room\}|\{room\}.*?\{tenant\}/s;

/** The rule of `census.key`: `{tenant}/{room}` is Jitsi's. */
export function roomRule(mucHost: string, keyPattern: string): RoomRule {
  const withoutTenant = keyPattern.replace(TENANT_AND_ROOM, '{room}');
  if (keyPattern === JITSIS_KEY)
    return { mucHost, isJitsis: true, joinName: (tenant, room) => (tenant === null ? room : `${tenant}/${room}`) };
  const filled = (pattern: string, tenant: string, room: string) =>
    pattern.replace(WORDS, (_, word) => (word === 'room' ? room : tenant));
  return {
    mucHost,
    isJitsis: false,
    joinName: (tenant, room) => filled(tenant === null ? withoutTenant : keyPattern, tenant ?? '', room),
  };
}

/** What lower case or a dump's spelling changes: nearly every name has none of it. */
const CHANGES = /[^!-<>-@[\]-~]/;
/** ASCII that a dump prints as it is. */
const PLAIN = /^[!-<>-[\]-~]*$/;
const AT = 0x40;
const BRACKET = 0x5b;

/**
 * The key under which the tables hold the conference of the room `jid`, spelled as a dump spells
 * it; `null` where the room is of another host. `[tenant]room@HOST` is `tenant/room` by Jitsi's
 * rule. HAProxy lower-cases ASCII letters only, and replaces each `%25` by `%`; nothing is
 * decoded. The key may be longer than a table holds: `cutKey`.
 */
export function roomKey(jid: string, { mucHost, joinName }: RoomRule): string | null {
  const name = nameIn(jid, mucHost);
  if (name === null) return null;
  return spellKey(joinParts(name, joinName));
}

/** A joined name as the tables hold it: lower case, `%` for each `%25`, as a dump spells it. */
export function spellKey(joined: string): string {
  if (!CHANGES.test(joined)) return withoutDoubleEscapes(joined);
  const key = withoutDoubleEscapes(joined.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()));
  return PLAIN.test(key) ? key : encodeKey(Buffer.from(key, 'utf8'));
}

/** What stands before the host; `null` where the room is of another one. */
function nameIn(jid: string, mucHost: string): string | null {
  const at = jid.length - mucHost.length - 1;
  if (at <= 0 || jid.charCodeAt(at) !== AT) return null;
  const isOurs = jid.endsWith(mucHost) || jid.slice(at + 1).toLowerCase() === mucHost;
  return isOurs ? jid.slice(0, at) : null;
}

/** `[tenant]room`, with something within the brackets and behind them. */
function joinParts(name: string, joinName: RoomRule['joinName']): string {
  const end = name.charCodeAt(0) === BRACKET ? name.indexOf(']') : -1;
  const hasTenant = end > 1 && end < name.length - 1;
  return hasTenant ? joinName(name.slice(1, end), name.slice(end + 1)) : joinName(null, name);
}

function withoutDoubleEscapes(key: string): string {
  return key.includes('%25') ? key.replaceAll('%25', '%') : key;
}

/** What is left of a key in a table whose keys have at most `bytes` bytes (`string len`). */
export function cutKey(key: string, bytes: number): string {
  if (key.length <= bytes) return key;
  const decoded = decodeKey(key);
  return decoded.length <= bytes ? key : encodeKey(decoded.subarray(0, bytes));
}
