// A distant proxy on loopback: a TCP forwarder with a rate towards the client, a round trip, and
// room for what is under way.

import { type AddressInfo, createServer, Socket } from 'node:net';

export interface PacedLink {
  /** Where to pass every connection on to. */
  readonly host: string;
  readonly port: number;
  /** Towards the client, of all connections together; the other way is as fast as the machine. */
  readonly bitsPerSecond: number;
  /**
   * Half of it is added each way; a connection takes one until its first byte may go, as a TCP
   * handshake would.
   */
  readonly roundTripMs: number;
}

/**
 * `port` is on 127.0.0.1. `bytesToClient` counts what has reached clients so far, of all
 * connections.
 */
export interface PacedForwarder {
  readonly port: number;
  bytesToClient(): number;
  /** Breaks every connection; resolves when the port is closed. */
  close(): Promise<void>;
}

/**
 * Beyond what is in flight on a full link, a router's queue holds this much; then TCP makes the
 * sender wait.
 */
const QUEUE_BYTES = 64_000;

/**
 * One direction of one connection. `leavesAt` says when the last bit of so many bytes is on the
 * line, in milliseconds of `performance.now`.
 */
interface Lane {
  readonly delayMs: number;
  readonly roomBytes: number;
  readonly pieceBytes: number;
  readonly leavesAt: (bytes: number) => number;
  readonly delivered: (bytes: number) => void;
}

/** No loss and no slow start: what a TCP connection does once it has found the rate of the link. */
export async function startPacedForwarder({
  host,
  port,
  bitsPerSecond,
  roundTripMs,
}: PacedLink): Promise<PacedForwarder> {
  const bytesPerMs = bitsPerSecond / 8_000;
  const roomBytes = bytesPerMs * roundTripMs + QUEUE_BYTES;
  const delayMs = roundTripMs / 2;
  // About two milliseconds of the link: smooth enough, and few timers.
  const pieceBytes = Math.max(1_500, Math.ceil(2 * bytesPerMs));
  const sockets = new Set<Socket>();
  let bytesToClient = 0;
  let linkFreeAt = 0;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const openedAt = performance.now();
    const far = connectAfter(delayMs, host, port);
    keep(client).on('close', () => far.destroy());
    // After its end there is still something under way, and the lane hands on the end itself.
    keep(far).on('close', () => {
      if (!far.readableEnded) client.destroy();
    });
    carry(far, client, {
      delayMs,
      roomBytes,
      pieceBytes,
      leavesAt: (bytes) => {
        linkFreeAt = Math.max(linkFreeAt, performance.now()) + bytes / bytesPerMs;
        return linkFreeAt;
      },
      delivered: (bytes) => {
        bytesToClient += bytes;
      },
    });
    carry(client, far, {
      delayMs,
      roomBytes,
      pieceBytes: Number.POSITIVE_INFINITY,
      leavesAt: () => Math.max(performance.now(), openedAt + roundTripMs),
      delivered: () => {},
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    bytesToClient: () => bytesToClient,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A socket that begins to connect when the handshake would have reached the far end. */
function connectAfter(delayMs: number, host: string, port: number): Socket {
  const socket = new Socket({ allowHalfOpen: true });
  setTimeout(() => {
    if (!socket.destroyed) socket.connect({ host, port });
  }, delayMs);
  return socket;
}

/**
 * Passes bytes and the end on, each at its time. Reading pauses while the lane is full or its far
 * end does not take what arrives.
 */
function carry(from: Socket, to: Socket, lane: Lane): void {
  const underWay: { readonly arrivesAt: number; readonly bytes: Buffer | null }[] = [];
  let bytesUnderWay = 0;
  let timer: NodeJS.Timeout | undefined;
  let blocked = false;

  const send = (bytes: Buffer | null) => {
    underWay.push({ arrivesAt: lane.leavesAt(bytes?.length ?? 0) + lane.delayMs, bytes });
    bytesUnderWay += bytes?.length ?? 0;
  };
  const schedule = () => {
    const next = underWay[0];
    if (next && !blocked) timer ??= setTimeout(arrive, Math.max(0, next.arrivesAt - performance.now()));
  };
  const arrive = () => {
    timer = undefined;
    for (let next = underWay[0]; next && !blocked && next.arrivesAt <= performance.now(); next = underWay[0]) {
      underWay.shift();
      if (next.bytes === null) {
        to.end();
        continue;
      }
      bytesUnderWay -= next.bytes.length;
      lane.delivered(next.bytes.length);
      blocked = !to.write(next.bytes);
    }
    if (from.isPaused() && bytesUnderWay < lane.roomBytes) from.resume();
    schedule();
  };
  from.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; at += lane.pieceBytes) send(chunk.subarray(at, at + lane.pieceBytes));
    if (bytesUnderWay >= lane.roomBytes) from.pause();
    schedule();
  });
  from.on('end', () => {
    send(null);
    schedule();
  });
  to.on('drain', () => {
    blocked = false;
    schedule();
  });
  to.on('close', () => clearTimeout(timer));
}
