// Steady real traffic on a mesh: new conferences and old ones, through random proxies, one request
// after the other.

import type { Mesh } from './mesh.ts';

/**
 * A conference rests for this many requests before it is asked for through another proxy: news has
 * then mostly travelled, and need not be waited for.
 */
const REST = 60;

export interface Traffic {
  /** Requests that were answered so far. */
  readonly answered: number;
  /** Rejects where a request failed or landed on another shard than the conference's first one. */
  stop(): Promise<void>;
}

export function startTraffic({
  request,
  proxies,
  untilEntry,
}: Pick<Mesh, 'request' | 'proxies' | 'untilEntry'>): Traffic {
  const homes: (string | null)[] = [];
  const touchedAt: number[] = [];
  let answered = 0;
  let stopped = false;

  async function ask(n: number): Promise<void> {
    const proxy = Math.floor(Math.random() * proxies.length);
    const home = homes[n];
    if (home) await untilEntry(proxy, `busy/room ${n}`, (entry) => entry?.serverKey === home);
    const { shard, status } = await request(proxy, `busy/room ${n}`);
    if (shard === null) throw new Error(`request ${answered} was answered ${status}`);
    homes[n] ??= shard;
    if (homes[n] !== shard) throw new Error(`busy/room ${n} moved from ${homes[n]} to ${shard}`);
    touchedAt[n] = answered++;
  }

  async function run(): Promise<void> {
    while (!stopped) {
      const n = Math.floor(Math.random() * (homes.length + homes.length / 4));
      if (n >= homes.length) await ask(homes.length);
      else if (answered - touchedAt[n]! > REST) await ask(n);
      else await ask(homes.length);
    }
  }

  const ended = run();
  // Whoever stops the traffic hears of its failure; until then it is nobody's.
  ended.catch(() => {});
  return {
    get answered() {
      return answered;
    },
    stop: () => {
      stopped = true;
      return ended;
    },
  };
}
