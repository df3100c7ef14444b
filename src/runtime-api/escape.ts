// How a key is spelled in a command, so that any bytes from 1 to 255 stay one word and never become
// a second command.

import { decodeKey, encodeKey } from '../domain/key.ts';

/** A word as the runtime API must get it: one character a byte. */
export type Word = string & { readonly word: unique symbol };

/**
 * Longer keys are cut by HAProxy at the table's `len`; a request line must stay below
 * `tune.bufsize` (16,384) together with the rest of the command.
 */
const MAX_WORD_BYTES = 8_000;

/** Why a key cannot be put into a command. */
export type Inexpressible = { readonly problem: 'empty' | 'contains-nul' | 'too-long' | 'misspelt' };

/**
 * Spells a key (as the dump has it) for a command: a backslash before every byte outside
 * `[A-Za-z0-9]`, which HAProxy 2.6 to 3.4 take off again for every byte from 1 to 255 (seen with
 * each byte first, in the middle and last). The empty key has no spelling (`Key value expected`),
 * and a word cannot hold NUL. A key in a spelling that HAProxy never prints has none either: the
 * command would name an entry of another proxy, which spells it as HAProxy does.
 */
export function escapeKey(key: string): Word | Inexpressible {
  const bytes = decodeKey(key);
  return encodeKey(bytes) === key ? escapeBytes(bytes) : { problem: 'misspelt' };
}

/** Whether a command can name the key at all; see `escapeKey`. */
export function isExpressible(key: string): boolean {
  return typeof escapeKey(key) === 'string';
}

/** Spells raw bytes for a command; see `escapeKey`. */
export function escapeBytes(bytes: Uint8Array): Word | Inexpressible {
  if (bytes.length === 0) return { problem: 'empty' };
  let word = '';
  for (const byte of bytes) {
    if (byte === 0) return { problem: 'contains-nul' };
    word += isPlain(byte) ? String.fromCharCode(byte) : `\\${String.fromCharCode(byte)}`;
  }
  if (word.length > MAX_WORD_BYTES) return { problem: 'too-long' };
  // A key that ends in CR must be followed by a blank, or `show` and `clear` lose the CR (all
  // versions).
  return (bytes[bytes.length - 1] === 0x0d ? `${word} ` : word) as Word;
}

function isPlain(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}
