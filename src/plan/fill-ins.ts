// Whether an entry may be filled in where it is absent: the table is alike, it has room, and the
// absence has an explanation.

import { emptiedProxies } from '../analysis/emptied.ts';
import { restartedProxies } from '../analysis/restarted.ts';
import type { Finding, Route } from '../domain/finding.ts';
import { decodeKey } from '../domain/key.ts';
import type { RefusalReason } from '../domain/plan.ts';
import type { ProxyView, TableView } from '../domain/view.ts';

/** A table below this share of another's size is not alike: filling it would evict its entries. */
const SIZE_CLASS = 0.5;

/** Seconds. Proxies report whole seconds of uptime, and a link takes a moment. */
const UPTIME_SLACK_S = 2;

/** Why an entry may not be filled in. */
export type FillRefusal = { readonly reason: RefusalReason; readonly because: string };

/** The entries that one run fills in. */
export interface FillIns {
  /** Why the conference may not be written to proxies that have no entry for it, or `null`. */
  refuse(finding: Finding): FillRefusal | null;
  /** Counts the room that the conference takes on proxies that have no entry for it. */
  reserve(finding: Finding): void;
}

/** Counts what a run fills in against the room that each table had when it was read. */
export function planFillIns(views: readonly ProxyView[]): FillIns {
  const byName = new Map(views.map((view) => [view.name, view]));
  const lengths = views.flatMap(({ table }) => (table?.keyLength ? [table.keyLength] : []));
  const shortest = lengths.length === 0 ? null : Math.min(...lengths);
  const emptied = emptiedProxies(views, restartedProxies(views));
  const isEmptied = new Map(views.map(({ name }, proxy) => [name, emptied[proxy]!]));
  const livesMs = longestLife(views);
  /** Whether the proxy started after the entry was last used. */
  const startedLater = ({ uptimeSeconds }: ProxyView, { expiresInMs }: Route) =>
    uptimeSeconds !== null && expiresInMs > 0 && livesMs - expiresInMs > (uptimeSeconds + UPTIME_SLACK_S) * 1000;
  const filled = new Map<string, number>();
  return {
    refuse: (finding) =>
      tooLong(finding, shortest) ??
      firstOf(finding.absentOn, (proxy) => unlike(finding, byName.get(proxy)!, byName)) ??
      firstOf(finding.absentOn, (proxy) => full(byName.get(proxy)!, filled.get(proxy) ?? 0)) ??
      unexplained(
        finding,
        (holder, proxy) =>
          isEmptied.get(proxy)! ||
          !receivesFrom(byName.get(proxy)!, byName.get(holder.proxy)!) ||
          startedLater(byName.get(proxy)!, holder),
      ),
    reserve(finding) {
      for (const proxy of finding.absentOn) filled.set(proxy, (filled.get(proxy) ?? 0) + 1);
    },
  };
}

/**
 * A lower bound of `expire`: the longest remaining life of any entry. One proxy alone is not
 * trusted with it where others hold entries too: it could make every proxy look young.
 */
function longestLife(views: readonly ProxyView[]): number {
  const lives = views.map(({ table }) => table?.maxExpiresInMs ?? 0).filter((life) => life > 0);
  const [longest = 0, next = longest] = lives.sort((one, other) => other - one);
  return next;
}

function firstOf<T>(proxies: readonly string[], refusalOf: (proxy: string) => T | null): T | null {
  for (const proxy of proxies) {
    const refusal = refusalOf(proxy);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** A table cuts a longer key, and the entry would be another conference's. */
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
  const describe = ({ type, size, keyLength }: TableView) => `${type}, size ${size}, len ${keyLength ?? 'not known'}`;
  return {
    reason: 'table-differs',
    because: `the table on ${name} is another (${describe(table)}) than where the entry is (${describe(other)})`,
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
 * An entry that only one proxy holds is written to another proxy only if the absence there has an
 * explanation: the link is down, the proxy lost its entries, or it started later.
 */
function unexplained(
  { kind, routes, absentOn }: Finding,
  explains: (holder: Route, proxy: string) => boolean,
): FillRefusal | null {
  const [holder, ...others] = routes;
  if (kind !== 'missing' || holder === undefined || others.length > 0) return null;
  const without = absentOn.filter((proxy) => !explains(holder, proxy));
  if (without.length === 0) return null;
  return {
    reason: 'unexplained',
    because: `${holder.proxy} alone has it, ${without.join(', ')} hears ${holder.proxy} and lost nothing: the next request there tells it to all`,
  };
}

function receivesFrom(view: ProxyView, other: ProxyView): boolean {
  return view.peers.find(({ name }) => name === other.localPeer)?.state === 'up';
}
