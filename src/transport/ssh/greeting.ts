// The plain text that an SSH server sends before its version, where it says why it lets nobody in.

import type { Duplex } from 'node:stream';

/** More than any refusal of OpenSSH, and far less than what a stranger may send. */
const MOST_BYTES = 1_024;

/**
 * Listens to `line` beside whoever reads it; the answer is what came until the version, one line
 * without control characters (RFC 4253, section 4.2). Empty where the version came first.
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
