// A stats socket behind an SSH login: one login per proxy for the whole run, made at the first
// request.

import { spellEndpoint } from '../../domain/proxy.ts';
import type { SshSettings } from '../../domain/settings.ts';
import type { Compress } from '../compressed/compression.ts';
import { type Patience, startDeadline, TURN, unlessAborted } from '../deadline.ts';
import type { Dialect, Transport } from '../transport.ts';
import type { LogIn, SshTarget } from './logins.ts';
import { talkTo } from './talk.ts';
import type { Login } from './way.ts';

/** How to log in and to reach the socket. */
export interface SshTransportOptions {
  readonly logIn: LogIn;
  readonly via: SshSettings['via'];
  readonly compress: Compress;
  readonly dialect: Dialect;
  /** A request's own `timeoutMs` counts instead of the one in here. */
  readonly patience: Patience;
}

/**
 * A transport for the socket of `target`. The deadline of a request starts at the call: it includes
 * the wait for earlier requests and for the login.
 */
export function sshTransport(target: SshTarget, { logIn, patience, ...rest }: SshTransportOptions): Transport {
  const place = spellEndpoint(target.endpoint);
  const talk = talkTo({ place, path: target.endpoint.path, ...rest });
  const closing = new AbortController();
  let current: Login | null = null;
  let lastInLine: Promise<void> = Promise.resolve();

  return {
    async ask(request, onChunk, { timeoutMs, signal, expectedBytes, isRepeatable = false, isNew = false }) {
      const deadline = startDeadline(place, { ...patience, timeoutMs }, [signal, closing.signal]);
      // Requests go one after the other: sshd's MaxSessions may be 1, and a request that finds the
      // login open needs no second login.
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
          // The old login ends by itself, within a second; this request does not wait for it.
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
