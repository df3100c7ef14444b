// A TCP link that can be cut: passes bytes on to another port until told to refuse.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export interface TcpForwarder {
  /** Ends every connection at once and refuses new ones. Resolves when the port is closed. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  /**
   * Keeps what comes from now on, on connections that stand; `release` passes it on. HAProxy gives
   * a silent peer up after seconds (2.6 to 3.4).
   */
  hold(): void;
  release(): void;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Asked of both ends of a connection, once, when nothing has come from either for a second. */
export interface Question {
  readonly words: Buffer;
  /** What an end says to it: not passed on. */
  readonly answer: Buffer;
}

export interface ForwarderOptions {
  /** Gets 1 for each connection that has reached `to`, and -1 when it ends. */
  readonly onChange: (by: 1 | -1) => void;
  readonly question: Question;
}

const QUIET_MS = 1_000;

/** Listens on `from` and passes every connection on to `to`. */
export async function startForwarder(
  from: Address,
  to: Address,
  { onChange, question }: ForwarderOptions,
): Promise<TcpForwarder> {
  const sockets = new Set<Socket>();
  const pipes = new Map<Socket, Transform>();
  let server: Server | null = null;
  let isHeld = false;

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      pipes.delete(socket);
    });
    return socket;
  }

  function pass(inbound: Socket): void {
    const outbound = connect(to);
    keep(inbound).on('close', () => outbound.destroy());
    keep(outbound).on('close', () => inbound.destroy());
    outbound.once('connect', () => {
      onChange(1);
      outbound.once('close', () => onChange(-1));
    });
    const answering = new Set<Socket>();
    let isAsked = false;
    const quiet = setTimeout(() => {
      if (isHeld) return void quiet.refresh();
      isAsked = true;
      for (const end of [inbound, outbound]) {
        end.write(question.words);
        answering.add(end);
      }
    }, QUIET_MS);
    inbound.once('close', () => clearTimeout(quiet));
    const way = (from: Socket, to: Socket) => {
      const passing = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          if (!isAsked) quiet.refresh();
          const { length } = question.answer;
          const isAnswer = answering.has(from) && chunk.subarray(0, length).equals(question.answer);
          if (isAnswer) answering.delete(from);
          done(null, isAnswer ? chunk.subarray(length) : chunk);
        },
      });
      pipes.set(from, passing);
      from.pipe(passing).pipe(to);
    };
    way(inbound, outbound);
    way(outbound, inbound);
  }

  function hold(): void {
    isHeld = true;
    for (const [from, to] of pipes) from.unpipe(to).pause();
  }

  function release(): void {
    isHeld = false;
    for (const [from, to] of pipes) from.pipe(to);
  }

  async function restore(): Promise<void> {
    if (server) return;
    const fresh = createServer(pass);
    server = fresh;
    await new Promise<void>((resolve, reject) => {
      fresh.once('error', reject);
      fresh.listen({ ...from, exclusive: true }, resolve);
    });
  }

  async function cut(): Promise<void> {
    const old = server;
    server = null;
    for (const socket of sockets) socket.destroy();
    if (old) await new Promise<void>((resolve) => old.close(() => resolve()));
  }

  await restore();
  return { cut, restore, hold, release };
}
