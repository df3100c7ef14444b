// What one waits for in a mesh: links that are up or down, an entry that has come, changed or gone.

import { encodeKey } from '../../src/domain/key.ts';
import {
  bytesOf,
  type Conference,
  commandKey,
  isPeerUp,
  type LabEntry,
  readEntries,
} from '../haproxy/runtime-socket.ts';
import { type Patience, until } from '../until.ts';

/** Proxies are numbered from 0. Each wait rejects after its deadline with what it saw last. */
export interface Waits {
  /** What the proxy's table holds for the conference now. */
  entry(proxy: number, conference: Conference): Promise<LabEntry | undefined>;
  entries(proxy: number): Promise<LabEntry[]>;
  untilEntry(
    proxy: number,
    conference: Conference,
    holds: (entry: LabEntry | undefined) => boolean,
    patience?: Patience,
  ): Promise<LabEntry | undefined>;
  /** `up`: both ends say so, and it will stay; `down`: no running end says up. */
  untilPeers(i: number, j: number, state: 'up' | 'down', patience?: Patience): Promise<void>;
  /** Every link that is not cut, between proxies that run. */
  untilPeersUp(patience?: Patience): Promise<void>;
}

interface Subject {
  readonly proxies: readonly { readonly name: string; readonly running: boolean }[];
  command(proxy: number, line: string): Promise<string>;
  isCut(i: number, j: number): boolean;
  isSteady(i: number, j: number): boolean;
}

export function waitsOn({ proxies, command, isCut, isSteady }: Subject): Waits {
  const nameOf = (i: number): string => proxies[i]?.name ?? `proxy ${i}`;

  async function entry(proxy: number, conference: Conference): Promise<LabEntry | undefined> {
    const key = encodeKey(bytesOf(conference));
    const answer = await command(proxy, `show table nodes key ${commandKey(conference)}`);
    const found = readEntries(answer)[0];
    // HAProxy cuts a key that is longer than the table allows, and answers with the entry of the
    // cut one.
    return found && key.startsWith(found.key) ? found : undefined;
  }

  async function entries(proxy: number): Promise<LabEntry[]> {
    const dump = await command(proxy, 'show table nodes');
    if (!dump.endsWith('\n\n')) throw new Error(`the dump of ${nameOf(proxy)} was cut short`);
    return readEntries(dump);
  }

  const untilEntry: Waits['untilEntry'] = async (proxy, conference, holds, patience) => {
    let last: LabEntry | undefined;
    const found = await until(
      () => `${nameOf(proxy)} has the expected entry for ${conference}; last seen: ${JSON.stringify(last)}`,
      async () => {
        last = await entry(proxy, conference);
        return holds(last) ? { entry: last } : null;
      },
      patience,
    );
    return found.entry;
  };

  async function sees(i: number, j: number): Promise<boolean> {
    return isPeerUp(await command(i, 'show peers'), nameOf(j));
  }

  const untilPeers: Waits['untilPeers'] = async (i, j, state, patience) => {
    const ways = [
      [i, j],
      [j, i],
    ] as const;
    await until(
      `${nameOf(i)} and ${nameOf(j)} see each other ${state}`,
      async () => {
        const asked = ways.filter(([from]) => state === 'up' || proxies[from]?.running === true);
        const seen = await Promise.all(asked.map(([from, to]) => sees(from, to)));
        if (state === 'up' && !isSteady(i, j)) return null;
        return seen.every((isUp) => isUp === (state === 'up')) ? true : null;
      },
      patience,
    );
  };

  async function untilPeersUp(patience?: Patience): Promise<void> {
    const isWanted = (i: number, j: number): boolean =>
      i < j && proxies[i]?.running === true && proxies[j]?.running === true && !isCut(i, j);
    const pairs = [...proxies.keys()].flatMap((i) => [...proxies.keys()].map((j) => [i, j] as const));
    await Promise.all(pairs.filter(([i, j]) => isWanted(i, j)).map(([i, j]) => untilPeers(i, j, 'up', patience)));
  }

  return { entry, entries, untilEntry, untilPeers, untilPeersUp };
}
