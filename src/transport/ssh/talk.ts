// Requests to a stats socket over an open login, by a way that the host permits. What the host
// refused once is not tried again.

import type { SshSettings } from '../../domain/settings.ts';
import { TransportError } from '../../errors.ts';
import { askCompressed } from '../compressed/ask-compressed.ts';
import { type Compress, FAR_MS, wantsCompression } from '../compressed/compression.ts';
import { type OnChunk, requestBytes } from '../conversation.ts';
import { FIRST_BYTE, unlessAborted, type Wait } from '../deadline.ts';
import type { Printed, ShellCommand } from '../shell.ts';
import type { Dialect } from '../transport.ts';
import { converse, isRefusal, openChannel } from './channel.ts';
import { type CommandEnd, channelTrouble, commandTrouble } from './channel-trouble.ts';
import { afterMark, marked } from './mark.ts';
import { wasRefused } from './process-channel.ts';
import { runCommand } from './run-command.ts';
import { type Session, startSession } from './session.ts';
import { socatCommands } from './socat-command.ts';
import type { Channel, Login, Way } from './way.ts';

/** One request to the socket; its members are those of `Transport.ask`. */
export interface SocketRequest {
  readonly request: string;
  readonly onChunk: OnChunk;
  readonly wait: Wait;
  readonly expectedBytes: number | undefined;
  readonly isRepeatable: boolean;
  readonly isNew: boolean;
}

/** The ways to one socket. `compressed` is `null` where no command runs that could compress. */
interface Ways {
  readonly plain: Way;
  readonly compressed: Way | null;
}

/** Requests to one stats socket; it outlives the logins. */
export interface Talk {
  /** Rejects with `TransportError`, or with what the reader threw. */
  ask(over: Login, asked: SocketRequest): Promise<void>;
  /** Runs a command beside the conversations; `null` where the host permits none. */
  run(over: Login, asked: ShellCommand, wait: Wait): Promise<Printed | null>;
  /** Forgets what belongs to the previous login: another one follows. */
  begin(): void;
}

/** Where the socket is, and how it may be reached. */
export interface TalkOptions {
  /** Names the far end in messages. */
  readonly place: string;
  /** The path of the socket on the proxy's host. */
  readonly path: string;
  readonly via: SshSettings['via'];
  readonly compress: Compress;
  readonly dialect: Dialect;
}

/** Requests to the socket at `path`. */
export function talkTo({ place, path, via, compress, dialect }: TalkOptions): Talk {
  const commands = via.kind === 'socat';
  let marks: 'unknown' | 'pass' | 'refused' = commands ? 'unknown' : 'refused';
  let wasMarked = false;
  let refusesToCompress = false;
  let refusesSessions = !commands;
  let session: Session | null = null;
  let distance: Promise<boolean> | null = null;

  const ways = () => waysToSocket(path, via, marks !== 'refused');

  async function paysToCompress(over: Login, { wait, expectedBytes }: SocketRequest): Promise<boolean> {
    switch (refusesToCompress ? 'no' : wantsCompression(compress, expectedBytes)) {
      case 'no':
        return false;
      case 'yes':
        return true;
      case 'if-far':
        return unlessAborted(isFar(over), wait.signal);
    }
  }

  function isFar(over: Login): Promise<boolean> {
    distance ??= (over.answersWithin(FAR_MS) ?? Promise.resolve(true)).then((isNear) => !isNear);
    // Each waiter gets the rejection itself; this only prevents an unhandled one.
    distance.catch(() => {});
    return distance;
  }

  async function open(over: Login, way: Way, { signal }: Wait): Promise<Channel> {
    const channel = await openChannel(over, { place, way }, signal);
    // Measured after the channel is open, because sshd opens the session of a login first. Measured
    // now, so that a later dump need not wait for it.
    if (compress === 'auto') void isFar(over);
    return channel;
  }

  /** A request on a channel of its own, beside a session that may be kept. */
  async function byItself(over: Login, way: Way, { request, onChunk, wait }: SocketRequest): Promise<CommandEnd> {
    const talk = async () => {
      const channel = await open(over, way, wait);
      const isMarked = way.kind === 'exec' && (marks !== 'refused' || request === '');
      const mark = isMarked ? afterMark(onChunk, dialect) : null;
      const options = { onChunk, login: over, signal: wait.signal, mark };
      const end = await converse(channel, requestBytes(request), options);
      // The system's `ssh` reports only at the end that the channel did not open.
      if (wasRefused(end, way.kind))
        throw new TransportError(channelTrouble(place, way.kind, new Error('open failed')));
      wasMarked = end.isMarked;
      if (end.isMarked && end.code !== 0) marks = 'pass';
      return end;
    };
    return talk().catch(async (error: unknown) => {
      if (session === null || !isRefusal(error)) throw error;
      // sshd's MaxSessions may be 1.
      await endSession(wait.signal);
      return talk();
    });
  }

  async function talk(over: Login, asked: SocketRequest): Promise<void> {
    const { onChunk, wait } = asked;
    if (asked.isNew) await endSession(wait.signal);
    const { plain, compressed } = ways();
    const compresses = compressed !== null && (await paysToCompress(over, asked));
    if (!compresses && asked.isRepeatable && !refusesSessions && (await askInSession(over, asked))) return;
    const packed = (take: OnChunk) => byItself(over, compressed!, { ...asked, onChunk: take });
    if (compresses && (await askCompressed(packed, { onChunk, place, signal: wait.signal }))) return;
    throwTrouble(await byItself(over, plain, asked));
    // The host refused to compress, and would refuse again. Where the plain way fails too,
    // compression was not the reason.
    if (compresses) refusesToCompress = true;
  }

  /**
   * Resolves to whether the request was answered. A kept session may have ended since, and a
   * command that shows no prompt permits no session.
   */
  async function askInSession(over: Login, { request, onChunk, wait }: SocketRequest): Promise<boolean> {
    const kept = session?.isOver === false ? session : null;
    // One whose answer was given up may still be closing, and sshd's MaxSessions may be 1.
    if (kept === null) await endSession(wait.signal);
    session = kept ?? startSession(await open(over, ways().plain, wait), over, dialect);
    const end = await session.ask(request, onChunk, wait.signal);
    wasMarked = session.isMarked;
    if (end === null) return true;
    session = null;
    if (end.hasBegun) throwTrouble(end);
    else refusesSessions ||= kept === null;
    return end.hasBegun;
  }

  /**
   * The answer to a request shows whether the host permits our mark. Where no answer came, the host
   * is asked, and then the request is sent again.
   */
  async function askMarked(over: Login, asked: SocketRequest): Promise<void> {
    let hasBegun = false;
    const watched: OnChunk = (chunk) => {
      hasBegun = true;
      return asked.onChunk(chunk);
    };
    const trouble = await talk(over, { ...asked, onChunk: watched }).then(
      () => null,
      (error: unknown) => error,
    );
    // A forced command may lead to HAProxy too, without our mark.
    if (trouble === null && hasBegun) marks = wasMarked ? 'pass' : 'refused';
    const mayBeTheMark = trouble === null || (trouble instanceof TransportError && MARK_CODES.has(trouble.code));
    if (marks === 'unknown' && !hasBegun && mayBeTheMark) {
      marks = await learnMarks(over, asked.wait);
      if (marks === 'refused') return talk(over, asked);
    }
    if (trouble !== null) throw trouble;
  }

  /**
   * A host may permit only the unmarked command, or run a forced command. An empty request makes
   * HAProxy print nothing: a shell that prints something has not run our command.
   */
  async function learnMarks(over: Login, wait: Wait): Promise<'pass' | 'refused'> {
    const end = await byItself(over, ways().plain, { ...NOTHING, wait });
    if (end.isMarked) return 'pass';
    const bare = await byItself(over, waysToSocket(path, via, false).plain, { ...NOTHING, wait });
    throwTrouble(bare);
    refusesSessions = false;
    return 'refused';
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

  async function run(over: Login, asked: ShellCommand, wait: Wait): Promise<Printed | null> {
    const attempt = () =>
      runCommand(asked, { login: over, place, dialect, wait }).catch((error: unknown) => {
        if (isRefusal(error)) return 'refused' as const;
        throw error;
      });
    let printed = await attempt();
    if (printed === 'refused' && session !== null) {
      // sshd's MaxSessions may be 1.
      await endSession(wait.signal);
      printed = await attempt();
    }
    return printed === 'refused' ? null : printed;
  }

  return {
    run,
    async ask(over, asked) {
      asked.wait.awaits(FIRST_BYTE);
      if (marks === 'unknown' && asked.isRepeatable) return askMarked(over, asked);
      if (marks === 'unknown') marks = await learnMarks(over, asked.wait);
      return talk(over, asked);
    },
    begin() {
      session = null;
      distance = null;
    },
  };
}

/** The failures of a host that refuses the command for its text. */
const MARK_CODES: ReadonlySet<string> = new Set(['shell', 'remote-command']);

/** Connects, sends nothing and closes. */
const NOTHING = {
  request: '',
  onChunk: () => {},
  expectedBytes: undefined,
  isRepeatable: true,
  isNew: false,
} as const;

/**
 * SSH's own compression, the only one without a command, is not used. It is settled at login,
 * before the distance and the requests are known. sshd compresses at level 6 without `nice`. ssh2
 * 1.17 decompresses a packet at once, however large it becomes.
 */
function waysToSocket(path: string, via: SshSettings['via'], marks: boolean): Ways {
  switch (via.kind) {
    case 'socat': {
      const { plain, compressed } = socatCommands(path, via.sudo);
      const exec = (command: string): Way => ({ kind: 'exec', command: marks ? marked(command) : command });
      return { plain: exec(plain), compressed: exec(compressed) };
    }
    case 'streamlocal':
      return { plain: { kind: 'streamlocal', path }, compressed: null };
    case 'tcp':
      return { plain: { kind: 'tcp', host: via.host, port: via.port }, compressed: null };
  }
}
