// One request over a login: a channel to the stats socket is opened, asked, and read to its end.

import { TransportError } from '../../errors.ts';
import { type OnChunk, pour } from '../conversation.ts';
import { onAbort } from '../deadline.ts';
import { connectionLost } from '../socket-trouble.ts';
import { type ChannelOpenError, type CommandEnd, channelTrouble } from './channel-trouble.ts';
import type { MarkReader } from './mark.ts';
import type { Channel, Login, Way } from './way.ts';

/**
 * Bytes of standard error that are kept: enough for a person. The rest is read and dropped, because
 * the channel would stall otherwise.
 */
const STDERR_LIMIT = 4_096;

/** Where a channel leads. */
export interface ChannelTarget {
  /** Names the far end in messages. */
  readonly place: string;
  readonly way: Way;
}

/**
 * Opens a channel over a login. Rejects with `TransportError`. A channel that opens after `signal`
 * has aborted is closed.
 */
export function openChannel(login: Login, { place, way }: ChannelTarget, signal: AbortSignal): Promise<Channel> {
  return new Promise((resolve, reject) => {
    let waiting = true;
    let tries = 0;
    let forget = () => {};
    const fail = (reason: unknown) => {
      waiting = false;
      forget();
      reject(reason);
    };
    const opened = (error: ChannelOpenError | undefined, channel: Channel) => {
      // OpenSSH 9.2 counts a session against MaxSessions for a moment after its close. After its
      // refusal that moment is over, so one more try is enough.
      if (error?.reason !== undefined && way.kind === 'exec' && tries === 1 && waiting) return start();
      if (error) return fail(new TransportError(channelTrouble(place, way.kind, error), { cause: error }));
      if (!waiting) return discard(channel);
      waiting = false;
      forget();
      resolve(channel);
    };
    const start = () => {
      tries++;
      try {
        login.open(way, opened);
      } catch (error) {
        // ssh2 throws when the connection has ended and it has not emitted that yet.
        fail(new TransportError(connectionLost(place, 'not connected'), { cause: error }));
      }
    };
    forget = onAbort([signal, login.broken], fail);
    if (waiting) start();
  });
}

/**
 * Whether sshd itself refused to run a command: before the command runs, only that failure has this
 * code.
 */
export function isRefusal(error: unknown): boolean {
  return error instanceof TransportError && error.code === 'remote-command';
}

/** Who takes the answer, and what ends it early. */
interface ChannelReading {
  readonly onChunk: OnChunk;
  readonly login: Login;
  readonly signal: AbortSignal;
  /**
   * Reads what the command prints behind its mark; `null` where it has none. The login shell's own
   * words come before the mark.
   */
  readonly mark: MarkReader | null;
}

/**
 * Sends `request` and half-closes. Resolves when the channel is closed and the reader has taken
 * every chunk.
 */
export function converse(
  channel: Channel,
  request: Buffer,
  { onChunk, login, signal, mark }: ChannelReading,
): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    let forget = () => {};
    const fail = (reason: unknown) => {
      forget();
      poured.stop();
      discard(channel);
      reject(reason);
    };
    channel.on('error', fail);
    watchEnd(channel, async (end) => {
      // Everything was read: a connection that breaks while the reader takes the rest does no harm.
      forget();
      forget = onAbort([signal], fail);
      try {
        await poured.drained();
        resolve({ ...end, ...(await mark?.finish()) });
      } catch (error) {
        fail(error);
      } finally {
        forget();
      }
    });
    const poured = pour(channel, mark?.take ?? onChunk, fail);
    forget = onAbort([signal, login.broken], fail);
    channel.end(request);
  });
}

/** Calls `ended` when the far end has closed the channel and all of it was read. */
export function watchEnd(channel: Channel, ended: (end: CommandEnd) => void): void {
  let stderr = '';
  channel.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < STDERR_LIMIT) stderr += chunk.toString('utf8').slice(0, STDERR_LIMIT - stderr.length);
  });
  // Not `end`: the exit status may come after it, and ssh2 emits `close` only when all was read.
  channel.once('close', (code: number | null | undefined, killedBy?: string) =>
    ended({ code: code ?? null, killedBy: killedBy ?? null, stderr, isMarked: false, blamed: null }),
  );
}

/** Closes a channel whose answer is no longer wanted, and drops what still comes. */
export function discard(channel: Channel): void {
  channel.on('error', () => {});
  channel.resume();
  channel.stderr.resume();
  channel.destroy();
}
