// A stats socket behind an SSH login: one connection per proxy for the whole run, opened at the first ask, one command at a time.

import { type Endpoint, hostAndPort, spellEndpoint } from '../domain/proxy.ts';
import type { SshSettings } from '../domain/settings.ts';
import { TransportError } from '../errors.ts';
import { requestBytes } from './conversation.ts';
import { startDeadline, unlessAborted } from './deadline.ts';
import { connectTcp } from './socket.ts';
import { converse, openChannel, type Way } from './ssh-channel.ts';
import { commandTrouble } from './ssh-channel-trouble.ts';
import { type Login, login } from './ssh-login.ts';
import type { Transport } from './transport.ts';

type SshEndpoint = Extract<Endpoint, { kind: 'ssh' }>;

/** The deadline of an ask counts from the call: waiting for earlier asks and for the login is part of it. */
export function sshTransport(endpoint: SshEndpoint, settings: SshSettings): Transport {
  const place = spellEndpoint(endpoint);
  const way = wayToSocket(endpoint.path, settings.via);
  const closing = new AbortController();
  let current: Login | null = null;
  let lastInLine: Promise<void> = Promise.resolve();

  return {
    async ask(request, onChunk, { timeoutMs, signal }) {
      const bytes = requestBytes(request);
      const deadline = startDeadline(place, timeoutMs, [signal, closing.signal]);
      // One after the other: sshd's MaxSessions may be 1, and an ask that finds the login open needs no second one.
      const before = lastInLine;
      let leave = () => {};
      const left = new Promise<void>((resolve) => {
        leave = resolve;
      });
      lastInLine = before.then(() => left);
      try {
        await unlessAborted(before, deadline.signal);
        if (current === null || current.broken.aborted) {
          // What is left of it ends by itself, within a second; this ask has no time to lose.
          void current?.close();
          current = await logIn(endpoint, settings, deadline.signal);
        }
        const channel = await openChannel(current, place, way, deadline.signal);
        const end = await converse(channel, bytes, { onChunk, login: current, signal: deadline.signal });
        const trouble = commandTrouble(place, end);
        if (trouble) throw new TransportError(trouble);
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

/** Through the jump host where there is one; both logins check their own host's key. */
async function logIn(endpoint: SshEndpoint, settings: SshSettings, signal: AbortSignal): Promise<Login> {
  signal.throwIfAborted();
  const { jump } = settings;
  if (jump === null) return login(endpoint, connectTcp(endpoint.host, endpoint.port, false), settings, signal);

  const first = await login(jump, connectTcp(jump.host, jump.port, false), settings, signal);
  try {
    const onward: Way = { kind: 'tcp', host: endpoint.host, port: endpoint.port };
    const place = `${hostAndPort(endpoint.host, endpoint.port)} from the jump host ${jump.host}`;
    const line = await openChannel(first, place, onward, signal);
    const second = await login(endpoint, line, settings, signal);
    const close = async () => {
      await second.close();
      await first.close();
    };
    return { ...second, close };
  } catch (error) {
    // Takes up to a second where the jump host is silent: the caller shall hear of the trouble at once.
    void first.close();
    throw error;
  }
}

function wayToSocket(path: string, via: SshSettings['via']): Way {
  switch (via.kind) {
    case 'socat':
      return { kind: 'exec', command: socatCommand(path, via.sudo) };
    case 'streamlocal':
      return { kind: 'streamlocal', path };
    case 'tcp':
      return { kind: 'tcp', host: via.host, port: via.port };
  }
}

/**
 * `-t30`: socat waits that long for more once our half-close has reached it; its default of 0.5 s would cut a dump in which
 * HAProxy pauses. `sudo -n` fails at once where it would ask for a password.
 */
function socatCommand(path: string, sudo: boolean): string {
  // socat gives a meaning to some punctuation in an address, and takes any character behind a backslash as it is.
  const address = `UNIX-CONNECT:${path.replace(/[^\w./-]/g, '\\$&')}`;
  const quoted = `'${address.replaceAll("'", "'\\''")}'`;
  return `${sudo ? 'sudo -n ' : ''}socat -t30 - ${quoted}`;
}
