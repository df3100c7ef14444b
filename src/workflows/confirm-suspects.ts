// The second part of a look: the suspects alone, after the settle time, as often as the
// configuration says.

import { randomInt } from 'node:crypto';
import { DISAGREEMENT } from '../analysis/classify.ts';
import type { Expiries } from '../analysis/expiry.ts';
import { EXPIRY_SLACK_MS } from '../analysis/noise.ts';
import type { Nomination } from '../analysis/nominate.ts';
import { DUPLICATE, type RoutedGrid, routeGrid, senseAgain } from '../analysis/routed-grid.ts';
import { judgeSuspects } from '../analysis/suspects.ts';
import { lookAgain } from '../confirm/look-again.ts';
import { persist, type SuspectLook } from '../confirm/persist.ts';
import type { MeshRun } from '../session/mesh.ts';
import { copyRows } from '../snapshot/grid/copy-rows.ts';
import { createEntryGrid, type GridWriter } from '../snapshot/grid/entry-grid.ts';
import { createKeyTable, type KeyTable } from '../snapshot/grid/key-table.ts';

/** What the first look showed, and what was learnt from it. */
interface FirstLook {
  readonly first: RoutedGrid;
  readonly nomination: Nomination;
  readonly expiries: Expiries;
  readonly keyLength: number | null;
  readonly isSpread: boolean;
}

export interface Confirmed {
  readonly look: RoutedGrid;
  readonly grid: GridWriter;
  readonly confirmed: readonly number[];
  readonly inFlight: number;
  readonly looks: number;
}

/**
 * Every further look is at the suspects only, after the settle time. Where there is one look only
 * (saved dumps, a snapshot), the suspects' entries are taken from the first look, or read once more
 * where it could not keep them in full.
 */
export async function confirmSuspects(
  { mesh, settings, context }: MeshRun,
  firstGrid: GridWriter,
  { first, nomination, expiries, keyLength, isSpread }: FirstLook,
): Promise<Confirmed> {
  const single = mesh.source !== null;
  const firstViews = first.sense.views;
  const keys = suspectKeys(first, nomination);
  const looks: SuspectLook[] = single
    ? []
    : [{ look: first, rowOf: (suspect) => nomination.rows[suspect]!, kinds: nomination.kinds }];
  const disagreement = nomination.kinds.some((kinds) => (kinds & DISAGREEMENT) !== 0);
  let views = firstViews;
  let grid = createEntryGrid({ keys, proxyCount: mesh.members.length, admitsNewKeys: false, keepsExpiries: true });
  let last = routeGrid(grid, first.sense);
  for (let round = 1; round < (single ? 2 : settings.confirm.reads) && keys.count > 0; round++) {
    // Nothing settles in saved dumps, and what is no disagreement need not settle.
    if (!single && disagreement) {
      context.progress.update({ stage: 'confirm', done: 0, total: mesh.members.length, bytes: 0 });
      await context.clock.sleep(settings.confirm.settleMs, context.signal);
    }
    const startedAt = context.clock.now();
    const again = firstGrid.keepsExpiries
      ? { grid: copyRows(firstGrid, nomination.rows, keys), views }
      : await lookAgain(mesh.members, views, keys, {
          concurrency: settings.collect.concurrency,
          perRegion: settings.collect.perRegion,
          byDump: proxiesShowingTwice(first, nomination),
          signal: context.signal,
          onProxy: (done, total) => context.progress.update({ stage: 'confirm', done, total, bytes: 0 }),
        });
    views = again.views;
    grid = again.grid;
    last = routeGrid(grid, senseAgain(first.sense, views));
    const rules = { expiryMarginMs: context.clock.now() - startedAt + EXPIRY_SLACK_MS, keyLength, expiries, isSpread };
    looks.push({ look: last, rowOf: (suspect) => suspect, kinds: judgeSuspects(last, grid, rules) });
  }
  const { confirmed, inFlight } = persist(looks);
  context.log.info('confirmed', {
    suspects: keys.count,
    inFlight,
    looks: single ? 1 : Math.max(1, looks.length),
  });
  return {
    look: last,
    grid,
    confirmed,
    inFlight,
    looks: single ? 1 : Math.max(1, looks.length),
  };
}

/** `show table T key K` shows one of an entry's duplicates: only a dump shows both. */
function proxiesShowingTwice(look: RoutedGrid, { rows }: Nomination): ReadonlySet<number> {
  const proxies = look.sense.views.map((_, proxy) => proxy);
  return new Set(proxies.filter((proxy) => rows.some((row) => look.shardAt(row, proxy) === DUPLICATE)));
}

function suspectKeys(first: RoutedGrid, nomination: Nomination): KeyTable {
  const keys = createKeyTable(seed());
  for (const row of nomination.rows) {
    const key = Buffer.from(first.grid.keys.keyAt(row), 'latin1');
    keys.add(key, 0, key.length);
  }
  return keys;
}

/** Names of conferences come from users, who must not know how they hash. */
export function seed(): number {
  return randomInt(2 ** 31);
}
