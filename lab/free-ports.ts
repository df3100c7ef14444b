// Ports for one mesh that no other mesh on this machine gets, also from test files that run at the
// same time.

import { createServer, type Server } from 'node:net';

/**
 * `ports` are free on all loopback addresses and stay ours until `release`, or until this process
 * ends.
 */
export interface PortBlock {
  readonly ports: readonly number[];
  release(): Promise<void>;
}

// Below the range from which Linux takes ports for outgoing connections (from 32768): none of those
// can take one of ours while a proxy is down.
const FIRST = 12_000;
const BLOCK = 64;
const BLOCKS = 300;

// Whoever listens on a block's first port at this address owns the block. The kernel gives it to
// one process only, and takes it back from a dead one.
const CLAIM_ADDRESS = '127.0.0.2';

function listenOn(host: string, port: number): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen({ host, port, exclusive: true }, () => resolve(server));
  });
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

async function isFree(port: number): Promise<boolean> {
  const server = await listenOn('127.0.0.1', port);
  if (server === null) return false;
  await closed(server);
  return true;
}

/** Claims `count` ports, at most 63. */
export async function claimPorts(count: number): Promise<PortBlock> {
  if (count >= BLOCK) throw new RangeError(`a mesh gets at most ${BLOCK - 1} ports, not ${count}`);
  const start = Math.floor(Math.random() * BLOCKS);
  for (let n = 0; n < BLOCKS; n++) {
    const base = FIRST + ((start + n) % BLOCKS) * BLOCK;
    const claim = await listenOn(CLAIM_ADDRESS, base);
    if (claim === null) continue;
    claim.unref();
    const ports = Array.from({ length: count }, (_, i) => base + 1 + i);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return { ports, release: () => closed(claim) };
    await closed(claim);
  }
  throw new Error(`no ${count} free ports between ${FIRST} and ${FIRST + BLOCKS * BLOCK}`);
}
