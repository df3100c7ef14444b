// A key is a conference's name as the dump spells it: ASCII, escaped, lossless. This file turns it
// back into bytes and into words for people.

const BACKSLASH = 0x5c;
/** Well below what a proxy takes for all headers of a request together. */
const MAX_HEADER_BYTES = 4_000;
const LETTER_ESCAPES: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, r: 0x0d, e: 0x1b };

/**
 * The bytes of a key. HAProxy 2.6 to 3.4 print space, `=` and `\` behind a backslash, tab, LF, CR
 * and ESC as `\t \n \r \e`, and every other control byte, DEL and bytes from 0x80 on as `\xHH`.
 */
export function decodeKey(key: string): Uint8Array {
  const out = new Uint8Array(key.length);
  let length = 0;
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code !== BACKSLASH || i + 1 >= key.length) {
      out[length++] = code;
      continue;
    }
    const next = key[++i]!;
    const hex = next === 'x' ? /^[0-9A-Fa-f]{2}/.exec(key.slice(i + 1, i + 3)) : null;
    if (hex) {
      out[length++] = Number.parseInt(hex[0], 16);
      i += 2;
    } else {
      out[length++] = LETTER_ESCAPES[next] ?? next.charCodeAt(0);
    }
  }
  return out.subarray(0, length);
}

/**
 * Whether an HTTP header can carry the key to HAProxy unchanged: no control bytes, no comma
 * (`hdr()` splits there), no blank at an end (trimmed on the way), not empty.
 */
export function fitsHeader(key: string): boolean {
  const bytes = decodeKey(key);
  if (bytes.length === 0 || bytes.length > MAX_HEADER_BYTES || bytes[0] === 0x20 || bytes[bytes.length - 1] === 0x20)
    return false;
  return bytes.every((byte) => byte >= 0x20 && byte !== 0x7f && byte !== 0x2c);
}

/** How HAProxy 2.6 to 3.4 print these bytes in a dump: the inverse of `decodeKey`. */
export function encodeKey(bytes: Uint8Array): string {
  let key = '';
  for (const byte of bytes) {
    if (byte === 0x20 || byte === 0x3d || byte === BACKSLASH) key += `\\${String.fromCharCode(byte)}`;
    else if (byte === 0x09) key += '\\t';
    else if (byte === 0x0a) key += '\\n';
    else if (byte === 0x0d) key += '\\r';
    else if (byte === 0x1b) key += '\\e';
    else if (byte < 0x20 || byte >= 0x7f) key += `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    else key += String.fromCharCode(byte);
  }
  return key;
}

/**
 * The conference's name for people. Bytes that are not UTF-8 become U+FFFD. Two keys can have the
 * same name here, so it must not be used to look anything up.
 */
export function conferenceOf(key: string): string {
  return new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(decodeKey(key));
}
