// The links between the proxies of a mesh: each way of each pair goes through a forwarder that can
// be cut.

import { startForwarder, type TcpForwarder } from '../links/tcp-forwarder.ts';

export interface PeerLinks {
  /** Where proxy `i` is told to find proxy `j`. */
  address(i: number, j: number): string;
  isCut(i: number, j: number): boolean;
  /** Cuts both ways: either proxy of a pair may have made the connection. */
  cut(i: number, j: number): Promise<void>;
  restore(i: number, j: number): Promise<void>;
  /**
   * Stops time on every link: what proxies say meanwhile arrives after it, crossing what others
   * said.
   */
  whileHeld<T>(body: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

// `127.0.2.1` is what proxy 0 sees of the others, `127.0.2.2` what proxy 1 sees, and so on; the
// port is the far peer's own.
const sideOf = (i: number): string => `127.0.2.${i + 1}`;

/**
 * Makes the links of a full mesh whose `i`th proxy has its peers port at `127.0.0.1:peerPorts[i]`.
 */
export async function startPeerLinks(peerPorts: readonly number[]): Promise<PeerLinks> {
  const forwarders = new Map<string, TcpForwarder>();
  const cuts = new Set<string>();
  const pair = (i: number, j: number) => [Math.min(i, j), Math.max(i, j)].join('-');

  function bothWays(i: number, j: number): TcpForwarder[] {
    const found = [forwarders.get(`${i}>${j}`), forwarders.get(`${j}>${i}`)].filter((way) => way !== undefined);
    if (found.length !== 2) throw new RangeError(`no link between proxies ${i} and ${j}`);
    return found;
  }

  async function stop(): Promise<void> {
    await Promise.all([...forwarders.values()].map((way) => way.cut()));
  }

  try {
    for (const [i] of peerPorts.entries()) {
      for (const [j, port] of peerPorts.entries()) {
        if (i === j) continue;
        forwarders.set(`${i}>${j}`, await startForwarder({ host: sideOf(i), port }, { host: '127.0.0.1', port }));
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    address: (i, j) => `${i === j ? '127.0.0.1' : sideOf(i)}:${peerPorts[j]}`,
    isCut: (i, j) => cuts.has(pair(i, j)),
    async cut(i, j) {
      const ways = bothWays(i, j);
      cuts.add(pair(i, j));
      await Promise.all(ways.map((way) => way.cut()));
    },
    async restore(i, j) {
      const ways = bothWays(i, j);
      cuts.delete(pair(i, j));
      await Promise.all(ways.map((way) => way.restore()));
    },
    async whileHeld(body) {
      for (const way of forwarders.values()) way.hold();
      try {
        return await body();
      } finally {
        for (const way of forwarders.values()) way.release();
      }
    },
    stop,
  };
}
