// One command line to a stats socket of a proxy of the laboratory, and what an entry looks like
// there. Independent of src on purpose: it judges it.

import { connect } from 'node:net';
import { until } from '../until.ts';

/**
 * An entry as `show table ... key` prints it. `key` is spelled as in the dump; `serverKey` is
 * `null` where HAProxy prints `-`.
 */
export interface LabEntry {
  readonly key: string;
  readonly expiresInMs: number;
  readonly serverId: number;
  readonly serverKey: string | null;
}

/** A conference by name (its UTF-8 bytes are the key) or by the bytes themselves. */
export type Conference = string | Uint8Array;

const DEADLINE_MS = 60_000;

/**
 * Sends one line, one character a byte, and reads to the end. Rejects when nothing moves for a
 * minute: an unfinished command gets no answer.
 */
export function sendLine(path: string, line: string): Promise<string> {
  return until(`${path} takes a connection`, () => converse(path, line));
}

/**
 * `null` where more connections are waiting than the socket's backlog holds: nothing has been sent
 * then.
 */
function converse(path: string, line: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const chunks: Buffer[] = [];
    socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error(`no answer from ${path} for ${DEADLINE_MS} ms`)));
    socket.on('connect', () => socket.write(Buffer.from(`${line}\n`, 'latin1')));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EAGAIN' ? resolve(null) : reject(error)));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

export function bytesOf(conference: Conference): Uint8Array {
  return typeof conference === 'string' ? Buffer.from(conference, 'utf8') : conference;
}

/**
 * A key for a command line: HAProxy 2.6 to 3.4 take a backslash before any byte, so every byte that
 * is no letter or digit gets one.
 */
export function commandKey(conference: Conference): string {
  let text = '';
  for (const byte of bytesOf(conference)) {
    const character = String.fromCharCode(byte);
    text += /[A-Za-z0-9]/.test(character) ? character : `\\${character}`;
  }
  // A key that ends in CR would lose it at the end of the line (all versions).
  return text.endsWith('\r') ? `${text} ` : text;
}

const ENTRY =
  /^0x[0-9a-f]+: key=((?:\\.|[^ \\])*) use=\d+ exp=(-?\d+)(?: shard=\d+)? server_id=(-?\d+) server_key=(.*)$/;

/** The entries of a dump, in its order. */
export function readEntries(dump: string): LabEntry[] {
  const entries: LabEntry[] = [];
  for (const line of dump.split('\n')) {
    const match = ENTRY.exec(line);
    if (!match) continue;
    const serverKey = match[4]!;
    entries.push({
      key: match[1]!,
      expiresInMs: Number(match[2]),
      serverId: Number(match[3]),
      serverKey: serverKey === '-' ? null : serverKey,
    });
  }
  return entries;
}

/**
 * Whether `show peers` says that the link to `peer` is established. Neither `active` nor `ESTA`
 * alone is enough: just after a cut, ESTA is stale.
 */
export function isPeerUp(showPeers: string, peer: string): boolean {
  const line = showPeers.split('\n').find((text) => text.includes(`id=${peer}(remote,`));
  return line?.includes('(remote,active)') === true && line.includes('last_status=ESTA');
}
