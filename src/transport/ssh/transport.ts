// A stats socket behind an SSH login: one connection per proxy for the whole run, opened at the first ask, and there one command, kept for whatever may share it.

import type { ClientChannel } from 'ssh2';
import { type Endpoint, hostAndPort, spellEndpoint } from '../../domain/proxy.ts';
import type { SshSettings } from '../../domain/settings.ts';
import { TransportError } from '../../errors.ts';
import { askCompressed } from '../compressed/ask-compressed.ts';
import { type Compress, FAR_MS, wantsCompression } from '../compressed/compression.ts';
import { type OnChunk, requestBytes } from '../conversation.ts';
import { startDeadline, unlessAborted } from '../deadline.ts';
import { connectTcp } from '../socket.ts';
import type { Transport } from '../transport.ts';
import { converse, isRefusal, openChannel, type Way } from './channel.ts';
import { type CommandEnd, commandTrouble } from './channel-trouble.ts';
import { isFartherThan } from './distance.ts';
import { type Login, login } from './login.ts';
import { type Session, startSession } from './session.ts';
import { socatCommands } from './socat-command.ts';

type SshEndpoint = Extract<Endpoint, { kind: 'ssh' }>;

interface Asking {
  readonly onChunk: OnChunk;
  readonly signal: AbortSignal;
  readonly expectedBytes: number | undefined;
  readonly isRepeatable: boolean;
  readonly isNew: boolean;
}

/** The ways to one socket. `compressed` is `null` where no command runs that could do it. */
interface Ways {
  readonly plain: Way;
  readonly compressed: Way | null;
}

/** The deadline of an ask counts from the call: waiting for earlier asks and for the login is part of it. */
export function sshTransport(endpoint: SshEndpoint, settings: SshSettings, compress: Compress): Transport {
  const place = spellEndpoint(endpoint);
  const ways = waysToSocket(endpoint.path, settings.via);
  let refusesToCompress = false;
  let refusesSessions = ways.plain.kind !== 'exec';
  let session: Session | null = null;
  let distance: Promise<boolean> | null = null;
  const closing = new AbortController();
  let current: Login | null = null;
  let lastInLine: Promise<void> = Promise.resolve();

  async function paysToCompress(over: Login, { signal, expectedBytes }: Asking): Promise<boolean> {
    switch (refusesToCompress ? 'no' : wantsCompression(compress, expectedBytes)) {
      case 'no':
        return false;
      case 'yes':
        return true;
      case 'if-far':
        return unlessAborted(isFar(over), signal);
    }
  }

  function isFar(over: Login): Promise<boolean> {
    distance ??= isFartherThan(FAR_MS, over);
    // Whoever waits for it hears of its failure.
    distance.catch(() => {});
    return distance;
  }

  /** Over a login that stands. */
  async function talk(over: Login, request: string, asking: Asking): Promise<void> {
    const { onChunk, signal } = asking;
    const open = async (way: Way) => {
      const channel = await openChannel(over, place, way, signal);
      // Not before: sshd has the session of a login to open. Not later: a dump that is to come need not wait for it.
      if (compress === 'auto') void isFar(over);
      return channel;
    };
    const openBeside = (way: Way) =>
      open(way).catch(async (error: unknown) => {
        if (session === null || !isRefusal(error)) throw error;
        // sshd's MaxSessions may be 1.
        await endSession(signal);
        return open(way);
      });
    const by = async (way: Way, take: OnChunk) =>
      converse(await openBeside(way), requestBytes(request), { onChunk: take, login: over, signal });
    if (asking.isNew) await endSession(signal);
    const { plain, compressed } = ways;
    const compresses = compressed !== null && (await paysToCompress(over, asking));
    if (!compresses && asking.isRepeatable && !refusesSessions && (await askInSession(over, request, asking, open)))
      return;
    if (compresses && (await askCompressed((take) => by(compressed, take), { onChunk, place, signal }))) return;
    throwTrouble(await by(plain, onChunk));
    // What was refused once will be again. Where the plain way fails as well, it was not the compression.
    if (compresses) refusesToCompress = true;
  }

  /** Whether it was answered: a session that was kept may have ended since, and with a command that shows no prompt there is none to be had. */
  async function askInSession(
    over: Login,
    request: string,
    { onChunk, signal }: Asking,
    open: (way: Way) => Promise<ClientChannel>,
  ): Promise<boolean> {
    const kept = session?.isOver === false ? session : null;
    session = kept ?? startSession(await open(ways.plain), over);
    const end = await session.ask(request, onChunk, signal);
    if (end === null) return true;
    session = null;
    if (end.hasBegun) throwTrouble(end);
    else refusesSessions ||= kept === null;
    return end.hasBegun;
  }

  function throwTrouble(end: CommandEnd): void {
    const trouble = commandTrouble(place, end);
    if (trouble) throw new TransportError(trouble);
  }

  async function endSession(signal: AbortSignal): Promise<void> {
    const ending = session?.close();
    session = null;
    if (ending) await unlessAborted(ending, signal);
  }

  return {
    async ask(request, onChunk, { timeoutMs, signal, expectedBytes, isRepeatable = false, isNew = false }) {
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
          distance = null;
          session = null;
        }
        await talk(current, request, {
          onChunk,
          signal: deadline.signal,
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

/**
 * SSH's own compression, the only one without a command, is not used: it is settled at login, before anybody knows how far the host is or
 * what will be asked; sshd does it at level 6 and without `nice`; and ssh2 1.17 inflates a packet at once, whatever it grows to.
 */
function waysToSocket(path: string, via: SshSettings['via']): Ways {
  switch (via.kind) {
    case 'socat': {
      const { plain, compressed } = socatCommands(path, via.sudo);
      return { plain: { kind: 'exec', command: plain }, compressed: { kind: 'exec', command: compressed } };
    }
    case 'streamlocal':
      return { plain: { kind: 'streamlocal', path }, compressed: null };
    case 'tcp':
      return { plain: { kind: 'tcp', host: via.host, port: via.port }, compressed: null };
  }
}
