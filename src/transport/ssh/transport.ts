// A stats socket behind an SSH login: one login per proxy for the whole run, made at the first ask.

import { spellEndpoint } from '../../domain/proxy.ts';
import type { SshSettings } from '../../domain/settings.ts';
import type { Compress } from '../compressed/compression.ts';
import { type Patience, startDeadline, TURN, unlessAborted } from '../deadline.ts';
import type { Transport } from '../transport.ts';
import type { LogIn, SshTarget } from './logins.ts';
import { talkTo } from './talk.ts';
import type { Login } from './way.ts';

export interface SshTransportOptions {
  readonly logIn: LogIn;
  readonly via: SshSettings['via'];
  readonly compress: Compress;
  /** An ask's own `timeoutMs` counts instead of the one in here. */
  readonly patience: Patience;
}

/**
 * The deadline of an ask counts from the call: waiting for earlier asks and for the login is part
 * of it.
 */
export function sshTransport(target: SshTarget, { logIn, via, compress, patience }: SshTransportOptions): Transport {
  const place = spellEndpoint(target.endpoint);
  const talk = talkTo({ place, path: target.endpoint.path, via, compress });
  const closing = new AbortController();
  let current: Login | null = null;
  let lastInLine: Promise<void> = Promise.resolve();

  return {
    async ask(request, onChunk, { timeoutMs, signal, expectedBytes, isRepeatable = false, isNew = false }) {
      const deadline = startDeadline(place, { ...patience, timeoutMs }, [signal, closing.signal]);
      // One after the other: sshd's MaxSessions may be 1, and an ask that finds the login open
      // needs no second one.
      const before = lastInLine;
      let leave = () => {};
      const left = new Promise<void>((resolve) => {
        leave = resolve;
      });
      lastInLine = before.then(() => left);
      try {
        deadline.queues(TURN);
        await unlessAborted(before, deadline.signal);
        if (current === null || current.broken.aborted) {
          // What is left of it ends by itself, within a second; this ask has no time to lose.
          void current?.close();
          current = await logIn(target, deadline);
          talk.begin();
        }
        await talk.ask(current, {
          request,
          onChunk: (chunk) => {
            deadline.received(chunk.length);
            return onChunk(chunk);
          },
          wait: deadline,
          expectedBytes,
          isRepeatable,
          isNew,
        });
      } finally {
        leave();
        deadline.release();
      }
    },
    async close() {
      closing.abort();
      await lastInLine;
      await current?.close();
      current = null;
    },
  };
}
