// The key of a room with a usual name, written as bytes in one pass: a mesh has some hundred
// thousand rooms, and the strings in between take five times as long. Pure.

import type { RoomRule } from './room-key.ts';

const AT = 0x40;
const BRACKET = 0x5b;
const SLASH = 0x2f;
const PERCENT = 0x25;

/** ASCII that stays as it is in lower case and in the spelling of a dump. */
const STAYS = Uint8Array.from({ length: 128 }, (_, code) => (/[!-<>-@[\]-~]/.test(String.fromCharCode(code)) ? 1 : 0));

/** What `writeUsualKey` returns for all other rooms: `roomKey` knows them. */
export const UNUSUAL = -1;

/**
 * Writes the key of the room `jid` to the front of `bytes` and returns its length: the same key as
 * `roomKey` gives. Returns `UNUSUAL` where the rule is not Jitsi's, the room is of another host,
 * the key is longer than `bytes`, or a letter of it changes.
 */
export function writeUsualKey(jid: string, { mucHost, isJitsis }: RoomRule, bytes: Uint8Array): number {
  const end = jid.length - mucHost.length - 1;
  if (!isJitsis || end <= 0 || end > bytes.length || jid.charCodeAt(end) !== AT || !jid.endsWith(mucHost))
    return UNUSUAL;
  let length = 0;
  let from = 0;
  const tenantEnd = jid.charCodeAt(0) === BRACKET ? jid.indexOf(']') : -1;
  const hasTenant = tenantEnd > 1 && tenantEnd < end - 1;
  if (hasTenant) from = 1;
  for (let at = from; at < end; at++) {
    if (hasTenant && at === tenantEnd) {
      bytes[length++] = SLASH;
      continue;
    }
    const code = jid.charCodeAt(at);
    if (STAYS[code] !== 1 || (code === PERCENT && isDoubleEscape(jid, at))) return UNUSUAL;
    bytes[length++] = code;
  }
  return length;
}

/** `%25` becomes `%` in a key. */
function isDoubleEscape(jid: string, at: number): boolean {
  return jid.charCodeAt(at + 1) === 0x32 && jid.charCodeAt(at + 2) === 0x35;
}
