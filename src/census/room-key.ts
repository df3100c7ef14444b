// From the name of a prosody room to the key of its conference, by Jitsi's rule
// (docs/jitsi-facts.md, "The key"). Pure.

import { decodeKey, encodeKey } from '../domain/key.ts';

const TENANT = /^\[([^\]]+)\](.+)$/s;
/** ASCII that a dump prints as it is. */
const PLAIN = /^[!-<>-[\]-~]*$/;

/**
 * The key under which the tables hold the conference of the room `jid`, spelled as a dump spells
 * it; `null` where the room is of another host than `mucHost`. `[tenant]room@HOST` is
 * `tenant/room`. HAProxy lower-cases ASCII letters only, and replaces each `%25` by `%`; nothing is
 * decoded. The key may be longer than a table holds: `cutKey`.
 */
export function roomKey(jid: string, mucHost: string): string | null {
  const at = jid.lastIndexOf('@');
  if (at <= 0 || jid.slice(at + 1).toLowerCase() !== mucHost) return null;
  const name = jid.slice(0, at);
  const parts = name.startsWith('[') ? TENANT.exec(name) : null;
  const joined = parts === null ? name : `${parts[1]}/${parts[2]}`;
  const key = lowered(joined).replaceAll('%25', '%');
  return PLAIN.test(key) ? key : encodeKey(Buffer.from(key, 'utf8'));
}

/** `toLowerCase` would lower other alphabets too. */
function lowered(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text;
}

/** What is left of a key in a table whose keys have at most `bytes` bytes (`string len`). */
export function cutKey(key: string, bytes: number): string {
  if (key.length <= bytes) return key;
  const decoded = decodeKey(key);
  return decoded.length <= bytes ? key : encodeKey(decoded.subarray(0, bytes));
}
