// Which tables have a different `expire`. The evidence is entries that two proxies both hold. The
// remaining life of a single entry proves nothing.

import { EXPIRY_SAMPLE_ROWS } from '../domain/entry.ts';
import type { MeshFinding } from '../domain/finding.ts';
import type { ProxyView } from '../domain/view.ts';
import { linksOf } from './links.ts';
import type { RoutedGrid } from './routed-grid.ts';

/** Smaller differences are not a different `expire`: dumps take time, and clocks tick. */
const LEAST_LAG_MS = 10_000;
/**
 * Milliseconds. Two proxies' remaining lives differ by the same amount for every entry, within this
 * tolerance.
 */
const CONSISTENT_WITHIN_MS = 2_000;
/** Seconds. Proxies report whole seconds of uptime. */
const UPTIME_SLACK_S = 2;

/**
 * Every entry that both hold ends `byMs` sooner on `earlier` than on `later`. `Infinity`: on
 * `later` entries never end.
 */
interface Lag {
  readonly later: number;
  readonly earlier: number;
  readonly byMs: number;
  /**
   * A link that was down cannot explain it: the entries were touched at different times, or no
   * process is as old as the difference. A returning link renews what was touched meanwhile (2.6 to
   * 3.4).
   */
  readonly isProven: boolean;
}

/** A key in a look; `maxExpiresInMs` is the longest life that any proxy has left for it. */
interface HeldKey {
  readonly look: RoutedGrid;
  readonly row: number;
  readonly maxExpiresInMs: number;
}

export interface Expiries {
  /**
   * Whether every proxy without the key lacks it because its own `expire` has ended the entry.
   * Every holder must be known to keep entries longer: the difference to one holder does not
   * explain why another holds the key. `maxExpiresInMs` is the longest life that any proxy has left
   * for it.
   */
  hasEnded(look: RoutedGrid, row: number, maxExpiresInMs: number): boolean;
  /** Whether the entries of some proxy never end. */
  readonly isEndless: boolean;
  /**
   * The `table-drift` findings: proven differences, and, if absent entries were explained by
   * differences (`hasExplained`), the assumed ones too.
   */
  findings(hasExplained: boolean): readonly MeshFinding[];
}

/**
 * HAProxy does not show a table's `expire` (2.6 to 3.4). A proxy that touches an entry sends it to
 * its peers, and each of them then starts its own `expire`. So two proxies with a link that is up
 * have the same time left for an entry that both hold, if they have one `expire`; otherwise the
 * times differ by the difference of the two. `marginMs` is how far apart the two were read.
 */
export function learnExpiries(look: RoutedGrid, marginMs: number): Expiries {
  const { views, evidence } = look.context;
  const linkBetween = linksOf(views);
  const endless = views.map(({ table }, proxy) => evidence[proxy] === 'full' && isEndless(table));
  const lags: Lag[] = [];
  for (const later of views.keys()) {
    for (const earlier of views.keys()) {
      if (later === earlier || evidence[later] === 'none' || evidence[earlier] !== 'full') continue;
      if (linkBetween(later, earlier) !== 'up') continue;
      const pair = { later, earlier };
      const lag = endless[later] ? endlessLag(look, pair) : lagBetween(look, pair, marginMs);
      if (lag) lags.push(lag);
    }
  }
  const lagOf = new Map(lags.map((lag) => [lag.later * views.length + lag.earlier, lag.byMs]));
  /** Whether every holder keeps entries so much longer that the entry on this proxy has ended. */
  const endsSooner = ({ look: at, row, maxExpiresInMs }: HeldKey, earlier: number) =>
    views.every((_, holder) => {
      if (at.context.evidence[holder] === 'none' || at.grid.labelAt(row, holder) === 0) return true;
      const byMs = lagOf.get(holder * views.length + earlier);
      // A large table keeps the life of each entry for its first rows only; then the longest life
      // stands for it.
      const leftMs = at.grid.expiresInMs(row, holder) || maxExpiresInMs;
      return byMs !== undefined && leftMs <= byMs + marginMs + CONSISTENT_WITHIN_MS;
    });
  return {
    isEndless: endless.some((is) => is),
    hasEnded: (at, row, maxExpiresInMs) =>
      lags.length > 0 &&
      at.context.evidence.every(
        (evidence, proxy) =>
          evidence !== 'full' ||
          at.grid.labelAt(row, proxy) !== 0 ||
          endsSooner({ look: at, row, maxExpiresInMs }, proxy),
      ),
    findings: (hasExplained) => driftFindings(look, lags, hasExplained),
  };
}

function isEndless(table: { readonly entries: number; readonly maxExpiresInMs: number } | null): boolean {
  return table !== null && table.entries > 0 && table.maxExpiresInMs === 0;
}

type Pair = Pick<Lag, 'later' | 'earlier'>;

function endlessLag({ context }: RoutedGrid, { later, earlier }: Pair): Lag | null {
  const { table } = context.views[earlier]!;
  return table !== null && table.maxExpiresInMs > 0
    ? { later, earlier, byMs: Number.POSITIVE_INFINITY, isProven: true }
    : null;
}

function lagBetween({ grid, context }: RoutedGrid, { later, earlier }: Pair, marginMs: number): Lag | null {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const rows = Math.min(grid.keys.count, EXPIRY_SAMPLE_ROWS);
  for (let row = 0; row < rows; row++) {
    if (grid.labelAt(row, later) === 0 || grid.labelAt(row, earlier) === 0) continue;
    const left = grid.expiresInMs(row, later);
    const apart = left - grid.expiresInMs(row, earlier);
    [least, most] = [Math.min(least, apart), Math.max(most, apart)];
    [oldest, newest] = [Math.min(oldest, left), Math.max(newest, left)];
  }
  if (least < LEAST_LAG_MS + marginMs || most - least > CONSISTENT_WITHIN_MS || most < least) return null;
  const isProven = newest - oldest >= LEAST_LAG_MS || areYounger(context.views, least - marginMs);
  return { later, earlier, byMs: least, isProven };
}

/** Whether every proxy is known to have started within this time. */
function areYounger(views: readonly ProxyView[], ms: number): boolean {
  return views.every(({ uptimeSeconds }) => uptimeSeconds !== null && (uptimeSeconds + UPTIME_SLACK_S) * 1000 < ms);
}

function driftFindings(look: RoutedGrid, lags: readonly Lag[], hasExplained: boolean): readonly MeshFinding[] {
  const { views } = look.context;
  const shown = lags.filter(({ isProven }) => isProven || hasExplained);
  return [...new Set(shown.map(({ earlier }) => earlier))].map((earlier) => {
    const its = shown.filter((lag) => lag.earlier === earlier);
    const others = its.map(({ later }) => views[later]!.name).join(', ');
    const least = Math.min(...its.map(({ byMs }) => byMs));
    const { name } = views[earlier]!;
    const because =
      least === Number.POSITIVE_INFINITY
        ? `entries expire on ${name} and never on ${others}: the tables have different \`expire\``
        : `entries expire about ${Math.round(least / 1000)} s sooner on ${name} than on ${others}: the tables have different \`expire\``;
    return { kind: 'table-drift' as const, proxy: name, peer: null, because };
  });
}
