// The second part of a look, at the suspects alone. A live mesh is looked at again after the settle
// time; what saved dumps show cannot change.

import { randomInt } from 'node:crypto';
import { DISAGREEMENT } from '../analysis/classify.ts';
import type { Expiries } from '../analysis/expiry.ts';
import type { Suspects } from '../analysis/find-suspects.ts';
import { EXPIRY_SLACK_MS } from '../analysis/noise.ts';
import { DUPLICATE, type RoutedGrid, routeGrid, withNewViews } from '../analysis/routed-grid.ts';
import { judgeSuspects } from '../analysis/suspects.ts';
import type { JoinedCensus } from '../census/joined-census.ts';
import { areInFlight, type ConfirmedKinds, confirmKinds, type SuspectLook } from '../confirm/confirm-kinds.ts';
import { lookAgain } from '../confirm/look-again.ts';
import type { ProxyView } from '../domain/view.ts';
import type { MeshRun } from '../session/mesh.ts';
import { copyRows } from '../snapshot/grid/copy-rows.ts';
import { createEntryGrid, type GridWriter } from '../snapshot/grid/entry-grid.ts';
import { createKeyTable, type KeyTable } from '../snapshot/grid/key-table.ts';

/** What the first look showed, and what was learnt from it. */
interface FirstLook {
  readonly grid: GridWriter;
  readonly first: RoutedGrid;
  readonly suspects: Suspects;
  /** Who sits where; `null` without a census. */
  readonly census: Pick<JoinedCensus, 'verdictAt'> | null;
  readonly expiries: Expiries;
  /** The table's `len` in bytes; `null` where it is not known. */
  readonly keyLength: number | null;
  /** Whether the table is spread over the peers, so that no proxy holds all of it. */
  readonly isSpread: boolean;
}

/** The last look at the suspects, and what all looks show alike. */
export interface Confirmed extends ConfirmedKinds {
  readonly look: RoutedGrid;
  readonly grid: GridWriter;
  /** How often the mesh was looked at, the first look included. */
  readonly looks: number;
  /** By suspect: whether it disagreed in some look, and no disagreement is confirmed. */
  readonly isInFlight: readonly boolean[];
}

export async function confirmSuspects(run: MeshRun, seen: FirstLook): Promise<Confirmed> {
  const keys = suspectKeys(seen);
  const confirmed =
    keys.count === 0
      ? withoutSuspects(seen, keys)
      : run.mesh.kind === 'live'
        ? await confirmLive(run, seen, keys)
        : await confirmSaved(run, seen, keys);
  run.context.log.info('confirmed', { suspects: keys.count, inFlight: confirmed.inFlight, looks: confirmed.looks });
  return confirmed;
}

function withoutSuspects({ grid: { proxyCount }, first }: FirstLook, keys: KeyTable): Confirmed {
  const grid = createEntryGrid({ keys, proxyCount, admitsNewKeys: false, keepsExpiries: true });
  return { look: routeGrid(grid, first.context), grid, ...confirmKinds([]), looks: 1, isInFlight: [] };
}

/** Looks as often as the configuration says, at least twice, each time after the settle time. */
async function confirmLive(run: MeshRun, seen: FirstLook, keys: KeyTable): Promise<Confirmed> {
  const { mesh, settings, context } = run;
  const { first, suspects } = seen;
  const looks: SuspectLook[] = [{ look: first, rowOf: (suspect) => suspects.rows[suspect]!, kinds: suspects.kinds }];
  // A kind that is no disagreement need not settle.
  const settles = suspects.kinds.some((kinds) => (kinds & DISAGREEMENT) !== 0);
  let last: LaterLook = { look: first, grid: seen.grid };
  do {
    if (settles) {
      context.progress.update({ stage: 'confirm', done: 0, total: mesh.members.length, bytes: 0 });
      await context.clock.sleep(settings.confirm.settleMs, context.signal);
    }
    const startedAt = context.clock.now();
    last = await readAgain(run, seen, { keys, views: last.look.context.views });
    looks.push(judged(last, seen, context.clock.now() - startedAt));
  } while (looks.length < settings.confirm.reads);
  const kinds = confirmKinds(looks);
  return { ...last, ...kinds, looks: looks.length, isInFlight: areInFlight(looks, kinds.confirmed) };
}

/**
 * Takes the suspects' entries from the first look, or reads the dumps once more where the first
 * look could not keep all remaining lives. Either way it is one look.
 */
async function confirmSaved(run: MeshRun, seen: FirstLook, keys: KeyTable): Promise<Confirmed> {
  const { clock } = run.context;
  const startedAt = clock.now();
  const only = seen.grid.keepsExpiries
    ? copyOf(seen, keys)
    : await readAgain(run, seen, { keys, views: seen.first.context.views });
  const apartMs = run.mesh.kind === 'saved' ? run.mesh.apartMs : 0;
  const looks = [judged(only, seen, clock.now() - startedAt + apartMs)];
  const kinds = confirmKinds(looks);
  return { ...only, ...kinds, looks: 1, isInFlight: areInFlight(looks, kinds.confirmed) };
}

/** A look at the suspects alone: their rows are numbered as the suspects are. */
interface LaterLook {
  readonly look: RoutedGrid;
  readonly grid: GridWriter;
}

function copyOf({ grid: firstGrid, first, suspects }: FirstLook, keys: KeyTable): LaterLook {
  const grid = copyRows(firstGrid, suspects.rows, keys);
  return { look: routeGrid(grid, first.context), grid };
}

/** `views` are those of the look before. */
async function readAgain(
  { mesh, settings, context }: MeshRun,
  { first, suspects }: FirstLook,
  { keys, views }: { readonly keys: KeyTable; readonly views: readonly ProxyView[] },
): Promise<LaterLook> {
  const again = await lookAgain({ members: mesh.members, views }, keys, {
    concurrency: settings.collect.concurrency,
    perRegion: settings.collect.perRegion,
    byDump: proxiesShowingTwice(first, suspects),
    signal: context.signal,
    onProxy: (done, total) => context.progress.update({ stage: 'confirm', done, total, bytes: 0 }),
  });
  return { look: routeGrid(again.grid, withNewViews(first.context, again.views)), grid: again.grid };
}

/** `spentMs` is how long the look took: entries that ended meanwhile may be absent. */
function judged({ look, grid }: LaterLook, seen: FirstLook, spentMs: number): SuspectLook {
  const { keyLength, expiries, isSpread, census } = seen;
  const rules = { expiryMarginMs: spentMs + EXPIRY_SLACK_MS, keyLength, expiries, isSpread };
  const kinds = judgeSuspects(look, grid, rules);
  const withCensus = census === null ? kinds : kinds.map((each, row) => each | census.verdictAt(look, row).kinds);
  return { look, rowOf: (suspect) => suspect, kinds: withCensus };
}

/** `show table T key K` shows one of an entry's duplicates: only a dump shows both. */
function proxiesShowingTwice(look: RoutedGrid, { rows }: Suspects): ReadonlySet<number> {
  const proxies = look.context.views.map((_, proxy) => proxy);
  return new Set(proxies.filter((proxy) => rows.some((row) => look.shardAt(row, proxy) === DUPLICATE)));
}

function suspectKeys({ first, suspects }: FirstLook): KeyTable {
  const keys = createKeyTable(seed());
  for (const row of suspects.rows) {
    const key = Buffer.from(first.grid.keys.keyAt(row), 'latin1');
    keys.add(key, 0, key.length);
  }
  return keys;
}

/** Names of conferences come from users, who must not know how they hash. */
export function seed(): number {
  return randomInt(2 ** 31);
}
