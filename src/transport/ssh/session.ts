// A command on a host that is kept for many requests: its start there, a login shell and perhaps
// sudo, can cost more than a dump.

import { type OnChunk, pourInto, requestBytes } from '../conversation.ts';
import { onAbort } from '../deadline.ts';
import { linesOf, PROMPT_LINE, readToPrompt } from '../prompt.ts';
import { discard, watchEnd } from './channel.ts';
import type { CommandEnd } from './channel-trouble.ts';
import { afterMark } from './mark.ts';
import type { Channel, Login } from './way.ts';

export interface Session {
  /** Whether it can be asked no more. */
  readonly isOver: boolean;
  /** Whether our command's mark came. */
  readonly isMarked: boolean;
  /**
   * One request at a time. Resolves with `null` when its answers came up to the last prompt;
   * otherwise with how the command ended, and whether an answer had begun by then. Rejects with the
   * signal's reason, or with what the reader threw; then, too, the session is over.
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
 * How long HAProxy may take to greet. A forced command that reads its input to the end before it
 * acts never will; of a host that is merely slow, the request is asked again, in a conversation of
 * its own.
 */
const GREETING_MS = 3_000;

/** `channel` is a new one to HAProxy's stats socket. */
export function startSession(channel: Channel, login: Login): Session {
  let isNew = true;
  let isOver = false;
  let current: OpenRequest | null = null;
  let read: OnChunk = () => {};
  const mark = afterMark((chunk) => read(chunk));
  const give = () => {
    isOver = true;
    discard(channel);
  };
  channel.on('error', (error: unknown) => current?.failed(error));
  channel.on('data', (chunk: Buffer) => {
    // Nobody asked: whose answer comes next could not be told any more.
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
    isOver = true;
    channel.end();
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
        const lines = linesOf(request);
        const bytes = requestBytes(`${isNew ? PROMPT_LINE : ''}${lines.join('')}`);
        const reader = readToPrompt(lines.length, isNew, onChunk);
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
          // All was read: a connection that breaks while the reader takes the rest no longer
          // matters.
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
