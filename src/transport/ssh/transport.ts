// A stats socket behind an SSH login: one login per proxy for the whole run, made at the first
// request. Other connections go through the same login.

import { setMaxListeners } from 'node:events';
import { hostAndPort } from '../../domain/address.ts';
import { spellEndpoint } from '../../domain/proxy.ts';
import type { SshSettings } from '../../domain/settings.ts';
import type { Compress } from '../compressed/compression.ts';
import { type Deadline, type Patience, startDeadline, TURN, unlessAborted } from '../deadline.ts';
import type { Dial } from '../dial.ts';
import type { Shell } from '../shell.ts';
import type { Dialect, Transport } from '../transport.ts';
import { openChannel } from './channel.ts';
import { keepLogin } from './kept-login.ts';
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

/** A transport that can also connect to other places, and run commands. */
export type SshTransport = Transport & { readonly dial: Dial; readonly shell: Shell };

/**
 * A transport for the socket of `target`. The deadline of a request starts at the call: it includes
 * the wait for earlier requests and for the login.
 */
export function sshTransport(target: SshTarget, { logIn, patience, ...rest }: SshTransportOptions): SshTransport {
  const place = spellEndpoint(target.endpoint);
  const talk = talkTo({ place, path: target.endpoint.path, ...rest });
  const closing = new AbortController();
  // Every connection listens to it; Node warns beyond ten.
  setMaxListeners(0, closing.signal);
  const kept = keepLogin(target, logIn);
  let known: Login | null = null;
  let lastInLine: Promise<void> = Promise.resolve();

  /**
   * Requests go one after the other: sshd's MaxSessions may be 1, and a request that finds the
   * login open needs no second login.
   */
  async function inTurn<T>(deadline: Deadline, use: (login: Login) => Promise<T>): Promise<T> {
    const before = lastInLine;
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    lastInLine = before.then(() => left);
    try {
      deadline.queues(TURN);
      await unlessAborted(before, deadline.signal);
      const login = await kept.standing(deadline);
      if (login !== known) talk.begin();
      known = login;
      return await use(login);
    } finally {
      leave();
      deadline.release();
    }
  }

  return {
    ask(request, onChunk, { timeoutMs, signal, expectedBytes, isRepeatable = false, isNew = false }) {
      const deadline = startDeadline(place, { ...patience, timeoutMs }, [signal, closing.signal]);
      return inTurn(deadline, (login) =>
        talk.ask(login, {
          request,
          onChunk: (chunk) => {
            deadline.received(chunk.length);
            return onChunk(chunk);
          },
          wait: deadline,
          expectedBytes,
          isRepeatable,
          isNew,
        }),
      );
    },
    shell(asked, signal) {
      const deadline = startDeadline(place, patience, [signal, closing.signal]);
      return inTurn(deadline, (login) => {
        deadline.awaits({
          what: `a command of this program on ${target.endpoint.host}`,
          remedy: 'Look at the login shell of that user there, and at the host itself.',
        });
        return talk.run(login, asked, deadline);
      });
    },
    async dial(host, port, signal) {
      const deadline = startDeadline(place, patience, [signal, closing.signal]);
      const there = hostAndPort(host, port);
      try {
        const login = await kept.standing(deadline);
        deadline.awaits({
          what: `${target.endpoint.host} to connect to ${there}`,
          remedy: `Check the route and firewalls between ${target.endpoint.host} and that host.`,
        });
        const way = { kind: 'tcp', host, port } as const;
        return await openChannel(login, { place: `${there} from ${target.endpoint.host}`, way }, deadline.signal);
      } finally {
        deadline.release();
      }
    },
    async close() {
      closing.abort();
      await lastInLine;
      await kept.close();
    },
  };
}
