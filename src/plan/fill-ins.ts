// When an entry may be filled in where it is absent: there is room, the table is alike, and
// something explains the absence.

import { emptiedProxies } from '../analysis/emptied.ts';
import { restartedProxies } from '../analysis/restarted.ts';
import type { Finding } from '../domain/finding.ts';
import { decodeKey } from '../domain/key.ts';
import type { RefusalReason } from '../domain/plan.ts';
import type { ProxyView, TableView } from '../domain/view.ts';

/**
 * A table of less than this share of another's size is of another class: filling it throws out what
 * lives there.
 */
const SIZE_CLASS = 0.5;

export type FillRefusal = { readonly reason: RefusalReason; readonly because: string };

export interface FillIns {
  /** Why a conference may not be written to those that lack it, or `null`. */
  refuse(finding: Finding): FillRefusal | null;
  /** The conference will be written: on those that lack it it takes room. */
  take(finding: Finding): void;
}

/** Counts what a run fills in, against the room that each table had when it was read. */
export function planFillIns(views: readonly ProxyView[]): FillIns {
  const byName = new Map(views.map((view) => [view.name, view]));
  const lengths = views.flatMap(({ table }) => (table?.keyLength ? [table.keyLength] : []));
  const shortest = lengths.length === 0 ? null : Math.min(...lengths);
  const emptied = emptiedProxies(views, restartedProxies(views));
  const isEmptied = new Map(views.map(({ name }, proxy) => [name, emptied[proxy]!]));
  const filled = new Map<string, number>();
  return {
    refuse: (finding) =>
      tooLong(finding, shortest) ??
      firstOf(finding.absentOn, (proxy) => unlike(finding, byName.get(proxy)!, byName)) ??
      firstOf(finding.absentOn, (proxy) => full(byName.get(proxy)!, filled.get(proxy) ?? 0)) ??
      unexplained(finding, (holder, proxy) => isEmptied.get(proxy)! || !hears(byName.get(proxy)!, byName.get(holder)!)),
    take(finding) {
      for (const proxy of finding.absentOn) filled.set(proxy, (filled.get(proxy) ?? 0) + 1);
    },
  };
}

function firstOf<T>(proxies: readonly string[], refusalOf: (proxy: string) => T | null): T | null {
  for (const proxy of proxies) {
    const refusal = refusalOf(proxy);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** A table cuts a longer key, and what is written then is another conference's entry. */
function tooLong({ key }: Finding, shortest: number | null): FillRefusal | null {
  const bytes = decodeKey(key).length;
  if (shortest === null || bytes <= shortest) return null;
  return {
    reason: 'key-inexpressible',
    because: `the key has ${bytes} bytes, and a table of this mesh cuts keys at ${shortest}`,
  };
}

function unlike(
  finding: Finding,
  { name, table }: ProxyView,
  byName: ReadonlyMap<string, ProxyView>,
): FillRefusal | null {
  if (table === null) return null;
  const other = finding.routes
    .map(({ proxy }) => byName.get(proxy)?.table ?? null)
    .find((held): held is TableView => held !== null && !isAlike(table, held));
  if (other === undefined) return null;
  const say = ({ type, size, keyLength }: TableView) => `${type}, size ${size}, len ${keyLength ?? 'not known'}`;
  return {
    reason: 'table-differs',
    because: `the table on ${name} is another (${say(table)}) than where the entry is (${say(other)})`,
  };
}

function isAlike(table: TableView, other: TableView): boolean {
  return (
    table.type === other.type &&
    table.size >= other.size * SIZE_CLASS &&
    (table.keyLength === null || other.keyLength === null || table.keyLength === other.keyLength)
  );
}

function full({ name, table }: ProxyView, filled: number): FillRefusal | null {
  if (table === null || table.used + filled < table.size) return null;
  return {
    reason: 'no-room',
    because: `the table on ${name} has no room left (${table.used} of ${table.size} used, ${filled} to be filled in): an entry more would throw another one out`,
  };
}

/**
 * An entry that one proxy alone holds is written to another only where that other one says why it
 * lacks it: its link is down, or it lost its entries.
 */
function unexplained(
  { kind, routes, absentOn }: Finding,
  explains: (holder: string, proxy: string) => boolean,
): FillRefusal | null {
  const [holder, ...others] = routes;
  if (kind !== 'missing' || holder === undefined || others.length > 0) return null;
  const without = absentOn.filter((proxy) => !explains(holder.proxy, proxy));
  if (without.length === 0) return null;
  return {
    reason: 'unexplained',
    because: `${holder.proxy} alone has it, ${without.join(', ')} hears ${holder.proxy} and lost nothing: the next request there tells it to all`,
  };
}

function hears(view: ProxyView, other: ProxyView): boolean {
  return view.peers.find(({ name }) => name === other.localPeer)?.state === 'up';
}
