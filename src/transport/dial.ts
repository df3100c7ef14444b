// What a dial is: a byte stream to a host and port, from here or from behind a login.

import type { Duplex } from 'node:stream';

/**
 * Connects to `host:port` as the far end of a login sees it. Rejects with `TransportError`, or with
 * the signal's reason. Whoever gets the stream closes it.
 */
export type Dial = (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;
