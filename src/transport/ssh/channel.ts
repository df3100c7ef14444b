// One conversation over a login: a channel to the stats socket, opened, asked, read to its end.

import type { ClientChannel } from 'ssh2';
import { TransportError } from '../../errors.ts';
import { type OnChunk, pour } from '../conversation.ts';
import { onAbort } from '../deadline.ts';
import { connectionLost } from '../socket-trouble.ts';
import { type ChannelOpenError, type CommandEnd, channelTrouble } from './channel-trouble.ts';
import type { Login } from './login.ts';

/** What stands between sshd and the far end: a command's standard input and output, or a socket that sshd itself opens. */
export type Way =
  | { readonly kind: 'exec'; readonly command: string }
  | { readonly kind: 'streamlocal'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** The first words of a complaint are enough for a person; the rest is read and thrown away, or the channel would stall. */
const STDERR_LIMIT = 4_096;

/** `place` names the far end in messages. Rejects with `TransportError`; a channel that comes too late is closed. */
export function openChannel(login: Login, place: string, way: Way, signal: AbortSignal): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    let waiting = true;
    let tries = 0;
    let forget = () => {};
    const fail = (reason: unknown) => {
      waiting = false;
      forget();
      reject(reason);
    };
    const opened = (error: ChannelOpenError | undefined, channel: ClientChannel) => {
      // OpenSSH 9.2 counts a session against MaxSessions for a moment after its close; its refusal shows that the moment is over.
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
        if (way.kind === 'exec') login.client.exec(way.command, opened);
        else if (way.kind === 'streamlocal') login.client.openssh_forwardOutStreamLocal(way.path, opened);
        else login.client.forwardOut('127.0.0.1', 0, way.host, way.port, opened);
      } catch (error) {
        // ssh2 throws when the connection ended so recently that it has not said so.
        fail(new TransportError(connectionLost(place, 'not connected'), { cause: error }));
      }
    };
    forget = onAbort([signal, login.broken], fail);
    if (waiting) start();
  });
}

/** Whether this is sshd's own refusal to run a command: nothing else has its code before the command has run. */
export function isRefusal(error: unknown): boolean {
  return error instanceof TransportError && error.code === 'remote-command';
}

interface Conversation {
  readonly onChunk: OnChunk;
  readonly login: Login;
  readonly signal: AbortSignal;
}

/** Sends `request` and half-closes; resolves when the channel is closed and every chunk was taken. */
export function converse(
  channel: ClientChannel,
  request: Buffer,
  { onChunk, login, signal }: Conversation,
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
      // All was read: a connection that breaks while the reader takes the rest no longer matters.
      forget();
      forget = onAbort([signal], fail);
      await poured.drained();
      forget();
      resolve(end);
    });
    const poured = pour(channel, onChunk, fail);
    forget = onAbort([signal, login.broken], fail);
    channel.end(request);
  });
}

/** Calls `ended` when the far end has closed the channel and all of it was read. */
export function watchEnd(channel: ClientChannel, ended: (end: CommandEnd) => void): void {
  let stderr = '';
  channel.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < STDERR_LIMIT) stderr += chunk.toString('utf8').slice(0, STDERR_LIMIT - stderr.length);
  });
  // Not `end`: the exit status may come after it, and ssh2 emits `close` only when all was read.
  channel.once('close', (code: number | null | undefined, killedBy?: string) =>
    ended({ code: code ?? null, killedBy: killedBy ?? null, stderr }),
  );
}

/** Closes a channel that nobody reads any more, and lets what is still under way drain. */
export function discard(channel: ClientChannel): void {
  channel.on('error', () => {});
  channel.resume();
  channel.stderr.resume();
  channel.destroy();
}
