// Reads all proxies side by side into one grid. A proxy that fails costs only itself.

import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import type { ProxyTarget, Trouble } from '../domain/proxy.ts';
import type { ProxyView, ReleaseMaps } from '../domain/view.ts';
import { ProtocolError, TransportError } from '../errors.ts';
import type { Clock } from '../process/clock.ts';
import type { ProxyState } from '../runtime-api/parse-state.ts';
import type { Dump, TableReader, Watcher } from '../runtime-api/table-reader.ts';
import { noTable, viewOf } from './completeness.ts';
import type { GridWriter } from './grid/entry-grid.ts';
import { createLikelySize, type LikelySize } from './likely-size.ts';
import { readMaps } from './read-maps.ts';
import { limitByRegion, type RegionLimit } from './region-limit.ts';

/** A proxy and the way to read it, in the order of the grid's columns. */
export interface Member {
  readonly target: ProxyTarget;
  readonly reader: TableReader;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

/**
 * Keeps what is read, as it came. Each call gives a place for one answer; `done` resolves when it
 * is safe on disk.
 */
export interface Keeper {
  state(proxy: number): Kept;
  table(proxy: number): Kept;
  maps?(proxy: number): Kept;
}

export interface Kept {
  write(chunk: Uint8Array): void | Promise<void>;
  done(): Promise<void>;
}

export interface CollectOptions {
  readonly table: string;
  readonly concurrency: number;
  /** How many proxies of one region may dump at the same time. */
  readonly perRegion: number;
  /** The table's `len` where the configuration says it; otherwise each proxy is asked. */
  readonly keyLength: number | null;
  /** The map files to read, `null` where none are. */
  readonly maps: { readonly live: string; readonly tenant: string } | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly keeper: Keeper | null;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * The views, in the order of `members`. Rejects only for what is not a proxy's fault (a full disk,
 * a defect, Ctrl-C), and only after every conversation has ended: nothing is written afterwards.
 */
export async function collect(
  members: readonly Member[],
  grid: GridWriter,
  options: CollectOptions,
): Promise<readonly ProxyView[]> {
  const limit = pLimit(options.concurrency);
  const ending = new AbortController();
  // Every conversation listens to it; Node warns beyond ten.
  setMaxListeners(0, ending.signal);
  const end = () => ending.abort(options.signal.reason);
  if (options.signal.aborted) end();
  options.signal.addEventListener('abort', end);
  const bytes = members.map(() => 0);
  let done = 0;
  const report = () =>
    options.onProgress({ done, total: members.length, bytes: bytes.reduce((sum, each) => sum + each, 0) });
  report();
  const regionLimit = limitByRegion(
    members.map(({ target }) => target.region),
    options.perRegion,
  );
  const made = { likelySize: createLikelySize(), sharedMaps: new Map<string, ReadonlyMap<string, string>>() };
  const onBytes = (proxy: number, count: number) => {
    bytes[proxy] = count;
    report();
  };
  const shared = { ...options, ...made, grid, regionLimit, signal: ending.signal, onBytes };
  const reading = (proxy: number) =>
    limit(async () => {
      const view = await read(members[proxy]!, proxy, shared);
      done++;
      report();
      return view;
    }).catch((error) => {
      ending.abort(error);
      throw error;
    });
  const readings = new Map(regionLimit.order.map((proxy) => [proxy, reading(proxy)]));
  try {
    await Promise.allSettled(readings.values());
    return await Promise.all(members.map((_, proxy) => readings.get(proxy)!));
  } finally {
    options.signal.removeEventListener('abort', end);
  }
}

/** What all proxies of a look share. */
interface Shared extends CollectOptions {
  readonly grid: GridWriter;
  readonly regionLimit: RegionLimit;
  readonly likelySize: LikelySize;
  readonly sharedMaps: Map<string, ReadonlyMap<string, string>>;
  /** Tells how many bytes of the proxy's dump have come. */
  readonly onBytes: (proxy: number, bytes: number) => void;
}

async function read({ target, reader }: Member, proxy: number, shared: Shared): Promise<ProxyView> {
  const { table, clock, signal, keeper, grid, regionLimit, likelySize } = shared;
  const startedAt = clock.now();
  let state: ProxyState | null = null;
  let answer: Dump | null = null;
  let keyLength = shared.keyLength;
  let trouble: Trouble | null = null;
  let maps: ReleaseMaps | null = null;
  let bytes = 0;
  try {
    state = await kept(keeper?.state(proxy), (watcher) => reader.state(signal, watcher));
    const claimed = state.tables.find(({ name }) => name === table);
    if (claimed === undefined) trouble = noTable(table, state.tables);
    else {
      likelySize.learn(claimed.size);
      const dump = () =>
        kept(keeper?.table(proxy), (watcher) =>
          reader.dump(grid.column(proxy), signal, {
            ...watcher,
            onRead: (count, lines) => {
              bytes = count;
              shared.onBytes(proxy, count);
              const unlikely = likelySize.troubleWith(lines);
              if (unlikely !== null) throw new ProtocolError(unlikely);
            },
          }),
        );
      answer = await regionLimit.take(proxy, dump);
      // A dump that Ctrl-C broke off comes back as one that was cut short.
      signal.throwIfAborted();
      trouble = answer.brokenBy;
      // A dump that is not whole keeps that as its trouble.
      if (answer.outcome === 'complete') await reader.checkProcess(signal);
      const asksLength = answer.outcome === 'complete' && answer.header?.type === 'string';
      keyLength ??= asksLength ? await askKeyLength(reader, proxy, shared) : null;
      maps = await readMaps(reader, {
        files: shared.maps,
        shared: shared.sharedMaps,
        clock,
        signal,
        keep: (text) => keepText(keeper?.maps?.(proxy), text),
      });
    }
  } catch (error) {
    signal.throwIfAborted();
    trouble = troubleOf(error);
    // Nothing of a dump that was given up counts, and its memory is free again.
    if (answer === null) grid.column(proxy);
  }
  const milliseconds = clock.now() - startedAt;
  const { duplicates } = grid.factsOf(proxy);
  return viewOf({ target, state, answer, trouble, duplicates, keyLength, maps, bytes, milliseconds }, table);
}

/**
 * Whether the longest key fills the table's key length, as only that one can; the proxy itself is
 * asked. Not asked for other types: HAProxy reads a longer spelling of an ip or an integer as the
 * same key, and cannot be asked for a key of type binary (2.6 to 3.4). If the question fails, the
 * length is not known, and the dump stays as complete as it was.
 */
async function askKeyLength(reader: TableReader, proxy: number, { grid, signal }: Shared): Promise<number | null> {
  const { longest } = grid.factsOf(proxy);
  if (longest < 0) return null;
  try {
    return (await reader.fillsKeyLength(grid.keys.keyAt(longest), signal)) ? grid.keys.byteLengthAt(longest) : null;
  } catch (error) {
    signal.throwIfAborted();
    troubleOf(error);
    return null;
  }
}

async function kept<T>(place: Kept | undefined, ask: (watcher: Watcher) => Promise<T>): Promise<T> {
  if (!place) return ask({});
  try {
    return await ask({ onChunk: (chunk) => place.write(chunk) });
  } finally {
    await place.done();
  }
}

async function keepText(place: Kept | undefined, text: string): Promise<void> {
  await place?.write(Buffer.from(text, 'latin1'));
  await place?.done();
}

/** The trouble that a proxy caused, as a value. Throws any other error again. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof TransportError || error instanceof ProtocolError)
    return { code: error.code, message: error.message, remedy: error.remedy };
  throw error;
}
