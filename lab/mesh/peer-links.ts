// The links between the proxies of a mesh: each way of each pair goes through a forwarder that can
// be cut.

import { startForwarder, type TcpForwarder } from '../links/tcp-forwarder.ts';

export interface PeerLinks {
  /** Where proxy `i` is told to find proxy `j`. */
  address(i: number, j: number): string;
  isCut(i: number, j: number): boolean;
  /**
   * Two proxies that connect to each other at once give up both connections, each of which had been
   * established, and try again seconds later (2.6 to 3.4). `false` while that may go on.
   */
  isSteady(i: number, j: number): boolean;
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

/** The second connection of a pair has been seen to end up to 400 ms after the first (2.6, 3.4). */
const STEADY_AFTER_MS = 1_000;

/**
 * Makes HAProxy say something: "I have taught you a part" (control message 2 of the peers protocol)
 * is answered by "confirmed" (3), and changes nothing else. HAProxy 2.6 begins its heartbeats five
 * seconds after a link came up, and gives up a link on which it has sent nothing for five seconds.
 * Without this, 9 of 32 fresh meshes were seen to drop a link at that moment, for seconds.
 */
const SAY_SOMETHING = { words: Buffer.from([0, 2]), answer: Buffer.from([0, 3]) };

/** What the forwarders of one pair carry, both ways together. */
interface Carried {
  connections: number;
  /** Whether there was more than one since there was none. */
  haveCollided: boolean;
  /** When `connections` changed last, by `performance.now`. */
  changedAt: number;
}

/**
 * Makes the links of a full mesh whose `i`th proxy has its peers port at `127.0.0.1:peerPorts[i]`.
 */
export async function startPeerLinks(peerPorts: readonly number[]): Promise<PeerLinks> {
  const forwarders = new Map<string, TcpForwarder>();
  const cuts = new Set<string>();
  const carried = new Map<string, Carried>();
  const pair = (i: number, j: number) => [Math.min(i, j), Math.max(i, j)].join('-');

  function countOn(i: number, j: number): (by: 1 | -1) => void {
    const link = carried.get(pair(i, j)) ?? { connections: 0, haveCollided: false, changedAt: 0 };
    carried.set(pair(i, j), link);
    return (by) => {
      link.connections += by;
      link.changedAt = performance.now();
      link.haveCollided = link.connections > 1 || (link.haveCollided && link.connections === 1);
    };
  }

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
        forwarders.set(
          `${i}>${j}`,
          await startForwarder(
            { host: sideOf(i), port },
            { host: '127.0.0.1', port },
            { onChange: countOn(i, j), question: SAY_SOMETHING },
          ),
        );
      }
    }
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    address: (i, j) => `${i === j ? '127.0.0.1' : sideOf(i)}:${peerPorts[j]}`,
    isCut: (i, j) => cuts.has(pair(i, j)),
    isSteady: (i, j) => {
      const { connections, haveCollided, changedAt } = carried.get(pair(i, j))!;
      return connections <= 1 && (!haveCollided || performance.now() - changedAt > STEADY_AFTER_MS);
    },
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
