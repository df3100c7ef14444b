// The plain text that an SSH server sends before its version. It says there why it refuses logins.

import type { Duplex } from 'node:stream';

/** Bytes. Refusals of OpenSSH are shorter; an unknown server may send any amount. */
const MOST_BYTES = 1_024;

/**
 * Reads along on `line`, beside its other reader. The returned function gives what came before the
 * version, as one line without control characters (RFC 4253, section 4.2); empty where the version
 * came first.
 */
export function hearGreeting(line: Duplex): () => string {
  let heard = '';
  const listen = (chunk: Buffer) => {
    heard += chunk.toString('latin1', 0, MOST_BYTES - heard.length);
    const version = heard.search(/^SSH-/m);
    if (version >= 0) heard = heard.slice(0, version);
    if (version >= 0 || heard.length >= MOST_BYTES) line.removeListener('data', listen);
  };
  line.on('data', listen);
  return () =>
    heard
      .replace(/[^\x20-\x7e]+/g, ' ')
      .trim()
      .slice(0, 200);
}
