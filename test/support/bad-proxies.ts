// Far ends that are no good: they never answer, break the connection, or speak something else.

import { createServer, type Server, type Socket } from 'node:net';
import { claimPorts } from '../../lab/free-ports.ts';

export interface BadProxy {
  readonly port: number;
  /** Connections that came in so far. */
  readonly accepted: number;
  stop(): Promise<void>;
}

async function listen(onConnection: (socket: Socket) => void): Promise<BadProxy> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return {
    port: address.port,
    get accepted() {
      return accepted;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Accepts, reads, and never says a word. */
export const startHung = (): Promise<BadProxy> => listen((socket) => socket.resume());

/** Breaks every connection at the first byte. */
export const startResetting = (): Promise<BadProxy> =>
  listen((socket) => socket.on('data', () => socket.resetAndDestroy()));

/** Answers whatever it is asked with these bytes, and closes. */
export const startAnswering = (bytes: Buffer): Promise<BadProxy> =>
  listen((socket) => socket.on('data', () => socket.end(bytes)));

/** A port where nobody listens, as long as this process lives. */
export async function deadPort(): Promise<number> {
  return (await claimPorts(1)).ports[0]!;
}
