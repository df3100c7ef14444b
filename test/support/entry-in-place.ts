// An entry as a reader of dumps hands it on.

import type { EntryInPlace } from '../../src/runtime-api/entry-sink.ts';

export interface DrawnEntry {
  readonly key: string;
  readonly serverId?: number;
  /** `-`: none. */
  readonly serverKey?: string;
  readonly expiresInMs?: number;
}

export function entryInPlace({
  key,
  serverId = 11,
  serverKey = '-',
  expiresInMs = 100,
}: DrawnEntry): EntryInPlace & { readonly bytes: Buffer } {
  const bytes = Buffer.from(`${key} ${serverKey}`, 'latin1');
  const serverKeyStart = key.length + 1;
  return { bytes, keyStart: 0, keyEnd: key.length, expiresInMs, serverId, serverKeyStart, serverKeyEnd: bytes.length };
}
