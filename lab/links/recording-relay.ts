// Stands in front of a proxy's stats socket: passes everything on, both ways, and writes down what
// was asked.

import { connect, createServer, type Socket } from 'node:net';

export interface RecordingRelay {
  /** Each conversation's request in the order in which they began, one character a byte. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

/**
 * Listens on the unix socket `path`. Where `passes` is set, each answer is broken off, with a clean
 * end, after that many bytes.
 */
export async function startRelay(
  path: string,
  socketPath: string,
  passes = Number.POSITIVE_INFINITY,
): Promise<RecordingRelay> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, (inbound) => {
    const number = requests.push('') - 1;
    const outbound = keep(connect({ path: socketPath, allowHalfOpen: true }));
    keep(inbound);
    inbound.on('data', (chunk: Buffer) => {
      requests[number] += chunk.toString('latin1');
      outbound.write(chunk);
    });
    inbound.on('end', () => outbound.end());
    inbound.on('close', () => outbound.destroy());
    let left = passes;
    outbound.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, left);
      left -= part.length;
      if (!inbound.write(part)) {
        outbound.pause();
        inbound.once('drain', () => outbound.resume());
      }
      if (left === 0) {
        inbound.end();
        outbound.destroy();
      }
    });
    outbound.on('end', () => inbound.end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    requests,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
