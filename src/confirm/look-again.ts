// Another look at the suspects only, on all proxies at once: key by key, or by a second dump where
// they are many.

import pLimit from 'p-limit';
import { evidenceOf } from '../analysis/routed-grid.ts';
import type { Trouble } from '../domain/proxy.ts';
import type { ProxyView } from '../domain/view.ts';
import { ProtocolError } from '../errors.ts';
import type { EntrySink } from '../runtime-api/entry-sink.ts';
import type { TableReader } from '../runtime-api/table-reader.ts';
import { type Member, troubleOf } from '../snapshot/collect.ts';
import { createEntryGrid, type GridWriter } from '../snapshot/grid/entry-grid.ts';
import type { KeyTable } from '../snapshot/grid/key-table.ts';
import { limitByRegion, type RegionLimit } from '../snapshot/region-limit.ts';

/**
 * Up to here asking key by key (about 250 a line) costs a proxy less than a dump of an ordinary
 * table.
 */
export const MAX_KEYS_ASKED = 2_000;

export interface SecondLook {
  readonly grid: GridWriter;
  /**
   * The views, with what went wrong now: a proxy that fails in one look has not confirmed anything.
   */
  readonly views: readonly ProxyView[];
}

/**
 * `keys` holds the suspects, in their order. Reads the proxies that gave evidence so far; the
 * others stay without.
 */
export async function lookAgain(
  members: readonly Member[],
  views: readonly ProxyView[],
  keys: KeyTable,
  options: {
    readonly concurrency: number;
    readonly perRegion: number;
    /**
     * Proxies whose suspects are looked at in a dump, since an answer for one key would hide what
     * is wrong with it.
     */
    readonly byDump: ReadonlySet<number>;
    readonly signal: AbortSignal;
    readonly onProxy: (done: number, total: number) => void;
  },
): Promise<SecondLook> {
  const grid = createEntryGrid({ keys, proxyCount: members.length, admitsNewKeys: false, keepsExpiries: true });
  const limit = pLimit(options.concurrency);
  const spelled = keys.count > MAX_KEYS_ASKED ? [] : Array.from({ length: keys.count }, (_, row) => keys.keyAt(row));
  const total = views.filter(({ status }) => evidenceOf(status) !== 'none').length;
  const regionLimit = limitByRegion(
    members.map(({ target }) => target.region),
    options.perRegion,
  );
  let done = 0;
  const again = members.map((member, proxy) =>
    limit(async (): Promise<ProxyView> => {
      const view = views[proxy]!;
      if (evidenceOf(view.status) === 'none') return view;
      const shortfall = await readSuspects(
        member,
        proxy,
        grid,
        options.byDump.has(proxy) ? [] : spelled,
        regionLimit,
        options.signal,
      );
      options.onProxy(++done, total);
      return shortfall === null ? view : lessened(view, shortfall);
    }),
  );
  return { grid, views: await Promise.all(again) };
}

/**
 * How a proxy fell short in this look: what came of a dump that ended early is true, else it has
 * not confirmed anything.
 */
interface Shortfall {
  readonly status: 'truncated' | 'unreachable';
  readonly trouble: Trouble;
}

/** A proxy that was cut short in the first look already has said why. */
function lessened(view: ProxyView, { status, trouble }: Shortfall): ProxyView {
  if (status === view.status) return view;
  return { ...view, status, trouble: { ...trouble, message: `in the second look: ${trouble.message}` } };
}

/**
 * A dump where the suspects are many, where one of them has no spelling in a command, or where the
 * proxy cannot be asked for its keys.
 */
async function readSuspects(
  { reader }: Member,
  proxy: number,
  grid: GridWriter,
  spelled: readonly string[],
  regionLimit: RegionLimit,
  signal: AbortSignal,
): Promise<Shortfall | null> {
  try {
    if (spelled.length > 0 && (await findsAll(reader, spelled, grid.column(proxy), signal))) return null;
    const dump = await regionLimit.take(proxy, () => reader.dump(grid.column(proxy), signal));
    // A dump that Ctrl-C broke off comes back as one that was cut.
    signal.throwIfAborted();
    if (dump.brokenBy !== null)
      return { status: dump.entries > 0 ? 'truncated' : 'unreachable', trouble: dump.brokenBy };
    await reader.checkProcess(signal);
    if (dump.outcome === 'complete' && dump.unreadableLines === 0) return null;
    return { status: 'truncated', trouble: endedEarly(dump.entries) };
  } catch (error) {
    signal.throwIfAborted();
    return { status: 'unreachable', trouble: troubleOf(error) };
  }
}

/**
 * Whether every key could be asked for. A table of type binary cannot be asked for any (2.6 to
 * 3.4).
 */
async function findsAll(
  reader: TableReader,
  keys: readonly string[],
  sink: EntrySink,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await reader.entries(keys, sink, signal)).length === 0;
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'command-refused') return false;
    throw error;
  }
}

function endedEarly(entries: number): Trouble {
  return { code: 'truncated', message: `the dump ended early, after ${entries} entries`, remedy: 'run again' };
}
