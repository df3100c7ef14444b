// Whether a dump is compressed on its way over SSH: what it saves against what it costs the proxy's
// host. Pure.

import type { Settings } from '../../domain/settings.ts';

export type Compress = Settings['collect']['compress'];

/** Less is over in 0.4 s at 20 Mbit/s. */
const WORTH_BYTES = 1_000_000;

/**
 * A host is far when a round trip takes longer than this. gzip -3 takes 130 MB of dump a second and
 * leaves a fifth: within a region (2 ms) the line is as fast, and compressing only costs the proxy
 * CPU. From here on SSH's window of 2 MB alone keeps a connection below 40 MB/s. Less would take a
 * near sshd for a far one where Nagle's algorithm holds its answer back for 40 ms.
 */
export const FAR_MS = 50;

/**
 * `expectedBytes` of a dump, `undefined` for another answer: those are short, and never compressed.
 * `auto` is for a large dump from far away; `always` for every dump.
 */
export function wantsCompression(compress: Compress, expectedBytes: number | undefined): 'no' | 'if-far' | 'yes' {
  if (expectedBytes === undefined) return 'no';
  switch (compress) {
    case 'never':
      return 'no';
    case 'auto':
      return expectedBytes >= WORTH_BYTES ? 'if-far' : 'no';
    case 'always':
      return 'yes';
  }
}
