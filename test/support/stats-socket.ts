// A stand-in for HAProxy's stats socket: answers when the request has ended, then closes.

import net from 'node:net';

export interface StatsSocket {
  /** Requests in the order in which they came, one character per byte. */
  readonly requests: readonly string[];
  /** Where it listens, for TCP. */
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * `where` is the path of a unix socket, or `null` for a TCP port on 127.0.0.1. `answer` gives the
 * bytes for a request.
 */
export async function startStatsSocket(
  where: string | null,
  answer: (request: string) => string | Buffer,
): Promise<StatsSocket> {
  const requests: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    let request = '';
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      request += chunk.toString('latin1');
    });
    socket.on('end', () => {
      requests.push(request);
      const bytes = answer(request);
      socket.end(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    });
  });
  await new Promise<void>((done) =>
    where === null ? server.listen(0, '127.0.0.1', done) : server.listen(where, done),
  );
  const address = server.address();
  return {
    requests,
    port: address && typeof address === 'object' ? address.port : 0,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
