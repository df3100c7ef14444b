// A command on a host that is kept open for many requests. Its start, with a login shell and
// perhaps sudo, can cost more than a dump.

import { type OnChunk, pourInto, requestBytes } from '../conversation.ts';
import { onAbort } from '../deadline.ts';
import type { Dialect } from '../transport.ts';
import { discard, watchEnd } from './channel.ts';
import type { CommandEnd } from './channel-trouble.ts';
import { afterMark } from './mark.ts';
import type { Channel, Login } from './way.ts';

/** An interactive session with HAProxy over one channel. */
export interface Session {
  /** Whether it takes no more requests. */
  readonly isOver: boolean;
  /** Whether the mark of our command came (`mark.ts`). */
  readonly isMarked: boolean;
  /**
   * One request at a time. Resolves with `null` when all answers came, up to the last prompt.
   * Otherwise resolves with how the command ended, and whether an answer had begun by then. Rejects
   * with the signal's reason, or with the reader's error; the session is over then too.
   */
  ask(
    request: string,
    onChunk: OnChunk,
    signal: AbortSignal,
  ): Promise<(CommandEnd & { readonly hasBegun: boolean }) | null>;
  /** Resolves when the command has ended and sshd has closed its channel. */
  close(): Promise<void>;
}

/** The request that waits for its answer. */
interface OpenRequest {
  take(chunk: Buffer): void;
  failed(error: unknown): void;
  ended(end: CommandEnd): void;
}

/**
 * Milliseconds that HAProxy may take to print its first prompt. A forced command that reads its
 * input to the end first never does. On a host that is merely slow, the request is sent again over
 * a channel of its own.
 */
const GREETING_MS = 3_000;

/** Starts a session on `channel`, a new one to HAProxy's stats socket. */
export function startSession(channel: Channel, login: Login, dialect: Dialect): Session {
  let isNew = true;
  let isOver = false;
  let current: OpenRequest | null = null;
  let read: OnChunk = () => {};
  const mark = afterMark((chunk) => read(chunk), dialect);
  const give = () => {
    isOver = true;
    discard(channel);
  };
  channel.on('error', (error: unknown) => current?.failed(error));
  channel.on('data', (chunk: Buffer) => {
    // Data without a request: the next answer could not be told from it, so the session ends.
    if (current === null) give();
    else current.take(chunk);
  });
  const closed = new Promise<void>((done) => {
    watchEnd(channel, (end) => {
      isOver = true;
      current?.ended(end);
      done();
    });
  });
  const close = () => {
    if (!isOver) channel.end();
    isOver = true;
    return closed;
  };

  return {
    get isOver() {
      return isOver;
    },
    get isMarked() {
      return mark.isMarked;
    },
    ask(request, onChunk, signal) {
      return new Promise((resolve, reject) => {
        const lines = dialect.linesOf(request);
        const bytes = requestBytes(`${isNew ? dialect.opening : ''}${lines.join('')}`);
        const reader = dialect.readAnswers(lines.length, isNew, onChunk);
        const patience = setTimeout(() => {
          if (!reader.isGreeted) void close();
        }, GREETING_MS);
        let forget = () => {};
        const fail = (reason: unknown) => {
          clearTimeout(patience);
          forget();
          current = null;
          poured.stop();
          give();
          reject(reason);
        };
        read = reader.take;
        const poured = pourInto(mark.take, channel, fail);
        const finish = async (end: CommandEnd | null) => {
          clearTimeout(patience);
          current = null;
          forget();
          // Everything was read: a connection that breaks while the reader takes the rest does no
          // harm.
          forget = onAbort([signal], fail);
          await poured.drained();
          forget();
          resolve(end && { ...end, hasBegun: reader.hasBegun });
        };
        current = {
          take(chunk) {
            poured.take(chunk);
            if (reader.isOver && current !== null) void finish(null);
          },
          failed: fail,
          ended: finish,
        };
        forget = onAbort([signal, login.broken], fail);
        channel.write(bytes);
        isNew = false;
      });
    },
    close,
  };
}
