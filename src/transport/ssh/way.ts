// What requests need of a login by SSH, whichever client made it.

import type { Duplex, Readable } from 'node:stream';
import type { ChannelOpenError } from './channel-trouble.ts';

/**
 * How sshd reaches the far end: by a command's standard input and output, or by a socket that sshd
 * opens.
 */
export type Way =
  | { readonly kind: 'exec'; readonly command: string }
  | { readonly kind: 'streamlocal'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/**
 * Bytes to and from the far end. `close` is emitted once everything was read, with the command's
 * exit code (`null`: none was sent) and the name of the signal that ended it, if one did.
 */
export type Channel = Duplex & { readonly stderr: Readable };

/**
 * A login. `broken` aborts when the connection has ended; its reason is a `TransportError`. `close`
 * never rejects.
 */
export interface Login {
  readonly broken: AbortSignal;
  /** Throws where the connection has ended and `broken` has not aborted yet. */
  open(way: Way, opened: (error: ChannelOpenError | undefined, channel: Channel) => void): void;
  /**
   * Resolves to whether sshd answers within `limitMs` milliseconds; rejects when the connection
   * breaks. `null` where the client cannot ask.
   */
  answersWithin(limitMs: number): Promise<boolean> | null;
  close(): Promise<void>;
}
