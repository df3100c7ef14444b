// Whether a dump is compressed on its way over SSH: the time that it saves against the CPU that it
// costs on the proxy's host. Pure.

import type { Settings } from '../../domain/settings.ts';

/** When to compress; `collect.compress` of the configuration. */
export type Compress = Settings['collect']['compress'];

/** Bytes. A smaller dump takes less than 0.4 s at 20 Mbit/s. */
const WORTH_BYTES = 1_000_000;

/**
 * A host is far when a round trip takes longer than this. gzip -3 compresses 130 MB of dump a
 * second to a fifth of its size. Within a region (2 ms) the network is as fast, and compressing
 * only costs the proxy CPU. From 50 ms on, SSH's window of 2 MB keeps a connection below 40 MB/s.
 * With a lower limit, a near sshd whose answer Nagle's algorithm delays by 40 ms would count as
 * far.
 */
export const FAR_MS = 50;

/**
 * `expectedBytes` is the expected size of a dump; `undefined` for any other answer, which is short
 * and never compressed. `auto` compresses a large dump from a far host, `always` every dump.
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
