// What a login by SSH is to the conversations over it, whichever client made it.

import type { Duplex, Readable } from 'node:stream';
import type { ChannelOpenError } from './channel-trouble.ts';

/**
 * What stands between sshd and the far end: a command's standard input and output, or a socket that
 * sshd itself opens.
 */
export type Way =
  | { readonly kind: 'exec'; readonly command: string }
  | { readonly kind: 'streamlocal'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/**
 * Bytes to and from the far end. `close` comes once all was read, with the command's exit code
 * (`null`: none was sent) and the name of the signal that ended it, if one did.
 */
export type Channel = Duplex & { readonly stderr: Readable };

/**
 * `broken` aborts when the connection is gone, with the `TransportError` that says how as its
 * reason. `close` never rejects.
 */
export interface Login {
  readonly broken: AbortSignal;
  /** Throws where the connection ended so recently that `broken` does not know yet. */
  open(way: Way, opened: (error: ChannelOpenError | undefined, channel: Channel) => void): void;
  /**
   * Whether sshd answers a question within so many milliseconds; rejects when the connection
   * breaks. `null` where it cannot be asked.
   */
  answersWithin(limitMs: number): Promise<boolean> | null;
  close(): Promise<void>;
}
