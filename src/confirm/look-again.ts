// Another look at the suspects only, on all proxies at once: key by key, or by a second dump if
// they are many.

import pLimit from 'p-limit';
import { evidenceOf } from '../analysis/routed-grid.ts';
import type { Trouble } from '../domain/proxy.ts';
import type { ProxyView } from '../domain/view.ts';
import { ProtocolError } from '../errors.ts';
import type { EntrySink } from '../runtime-api/entry-sink.ts';
import type { Dump, TableReader } from '../runtime-api/table-reader.ts';
import { type Member, troubleOf } from '../snapshot/collect.ts';
import { createEntryGrid, type GridWriter } from '../snapshot/grid/entry-grid.ts';
import type { KeyTable } from '../snapshot/grid/key-table.ts';
import { limitByRegion } from '../snapshot/region-limit.ts';

/**
 * Up to this number, asking key by key (about 250 a line) costs a proxy less than a dump of an
 * ordinary table.
 */
export const MAX_KEYS_ASKED = 2_000;

export interface SecondLook {
  readonly grid: GridWriter;
  /** The views, with the trouble of this look: a proxy that fails in one look confirms nothing. */
  readonly views: readonly ProxyView[];
}

/** The proxies of a run in the order of the grid's columns, and what the look before showed. */
export interface ReadMesh {
  readonly members: readonly Member[];
  readonly views: readonly ProxyView[];
}

export interface LookAgainOptions {
  readonly concurrency: number;
  /** How many proxies of one region may dump at the same time. */
  readonly perRegion: number;
  /**
   * Proxies whose suspects are looked at in a dump: an answer for one key would hide what is wrong
   * with it.
   */
  readonly byDump: ReadonlySet<number>;
  readonly signal: AbortSignal;
  readonly onProxy: (done: number, total: number) => void;
}

/**
 * `keys` holds the suspects, in their order. Reads the proxies that gave evidence so far, and no
 * others.
 */
export async function lookAgain(
  { members, views }: ReadMesh,
  keys: KeyTable,
  options: LookAgainOptions,
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
  const again = members.map(({ reader }, proxy) =>
    limit(async (): Promise<ProxyView> => {
      const view = views[proxy]!;
      if (evidenceOf(view.status) === 'none') return view;
      const shortfall = await readSuspects(
        {
          reader,
          spelled: options.byDump.has(proxy) ? [] : spelled,
          startColumn: () => grid.column(proxy),
          whenDumpIsDue: (dump) => regionLimit.take(proxy, dump),
        },
        options.signal,
      );
      options.onProxy(++done, total);
      return shortfall === null ? view : withShortfall(view, shortfall);
    }),
  );
  return { grid, views: await Promise.all(again) };
}

/** How one proxy is asked for the suspects. */
interface Inquiry {
  readonly reader: TableReader;
  /** The keys to ask for; none: only a dump shows the suspects. */
  readonly spelled: readonly string[];
  /** Gives the proxy's column, empty. */
  readonly startColumn: () => EntrySink;
  /** Runs a dump as soon as few enough others of the proxy's region run. */
  readonly whenDumpIsDue: (dump: () => Promise<Dump>) => Promise<Dump>;
}

/**
 * What kept a proxy from giving full evidence in this look. The entries of a dump that ended early
 * are true.
 */
interface Shortfall {
  readonly status: 'truncated' | 'unreachable';
  readonly trouble: Trouble;
}

/** Leaves the trouble of the first look if the proxy was cut short there already. */
function withShortfall(view: ProxyView, { status, trouble }: Shortfall): ProxyView {
  if (status === view.status) return view;
  return { ...view, status, trouble: { ...trouble, message: `in the second look: ${trouble.message}` } };
}

/**
 * Asks for the keys. Takes a dump instead if there are many suspects, if one of them cannot be
 * named in a command, or if the proxy cannot be asked for its keys.
 */
async function readSuspects(inquiry: Inquiry, signal: AbortSignal): Promise<Shortfall | null> {
  const { reader, spelled, startColumn, whenDumpIsDue } = inquiry;
  try {
    if (spelled.length > 0 && (await findsAll(inquiry, signal))) return null;
    const dump = await whenDumpIsDue(() => reader.dump(startColumn(), signal));
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
async function findsAll({ reader, spelled, startColumn }: Inquiry, signal: AbortSignal): Promise<boolean> {
  try {
    return (await reader.entries(spelled, startColumn(), signal)).length === 0;
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'command-refused') return false;
    throw error;
  }
}

function endedEarly(entries: number): Trouble {
  return { code: 'truncated', message: `the dump ended early, after ${entries} entries`, remedy: 'run again' };
}
