// Whether a conference that is gone was lost or has expired: by its remaining life at BEFORE, the
// time between the sides, and what became of the proxies that held it. Pure.

import { emptiedProxies } from '../analysis/emptied.ts';
import { EXPIRY_SLACK_MS } from '../analysis/noise.ts';
import { restartedProxies } from '../analysis/restarted.ts';
import type { RoutedGrid } from '../analysis/routed-grid.ts';
import type { GoneReason } from '../domain/comparison.ts';
import type { ProxyPair } from './proxy-changes.ts';
import type { TimeBetween } from './time-between.ts';

type Held = Pick<RoutedGrid, 'context' | 'grid'>;

/** What is known of the time and of the proxies when gone conferences are judged. */
export interface GoneEvidence {
  readonly before: RoutedGrid;
  readonly after: RoutedGrid;
  readonly pairs: readonly ProxyPair[];
  /** `null`: not known. */
  readonly time: TimeBetween | null;
  /** Whether every proxy of AFTER was read in full. */
  readonly afterIsComplete: boolean;
  /** By pair. */
  readonly emptied: readonly boolean[];
}

/**
 * The longest life that any proxy has left for the row; `Infinity` where its table never ends
 * entries.
 */
export function longestLifeAt(look: RoutedGrid, row: number): number {
  let longest = 0;
  for (let proxy = 0; proxy < look.context.views.length; proxy++) {
    const life = lifeAt(look, row, proxy);
    if (life > longest) longest = life;
  }
  return longest;
}

/**
 * By each proxy's own table. A grid that could not keep all lives has the longest one of the row;
 * it stands for each.
 */
function lifeAt({ context, grid }: Held, row: number, proxy: number): number {
  if (!isHeldAt({ context, grid }, row, proxy)) return 0;
  const table = context.views[proxy]!.table;
  if (table !== null && table.entries > 0 && table.maxExpiresInMs === 0) return Number.POSITIVE_INFINITY;
  return grid.expiresInMs(row, proxy) || grid.maxExpiresInMs(row);
}

/**
 * By pair: at AFTER the proxy lacks most of the entries that had time left, or it has far fewer
 * entries than the others and is younger than they live.
 */
export function emptiedPairs(
  before: RoutedGrid,
  after: RoutedGrid,
  { pairs, time }: Pick<GoneEvidence, 'pairs' | 'time'>,
): readonly boolean[] {
  const { views, evidence } = after.context;
  const young = emptiedProxies(views, restartedProxies(views));
  return pairs.map((pair) => {
    if (pair.after < 0 || evidence[pair.after] !== 'full') return false;
    if (young[pair.after]) return true;
    if (pair.before < 0 || time === null) return false;
    return lacksMost(before, after, { pair, untilMs: time.most + EXPIRY_SLACK_MS });
  });
}

function lacksMost(
  before: RoutedGrid,
  after: RoutedGrid,
  { pair, untilMs }: { readonly pair: ProxyPair; readonly untilMs: number },
): boolean {
  // Without an entry that lives so long there is no need to look at each.
  const longest = before.context.views[pair.before]!.table?.maxExpiresInMs ?? 0;
  if (longest !== 0 && longest <= untilMs) return false;
  const [cells, later] = [before.grid.cellsOf(pair.before), after.grid.cellsOf(pair.after)];
  let expected = 0;
  let there = 0;
  for (let row = 0; row < cells.length; row++) {
    if (!cells[row] || lifeAt(before, row, pair.before) <= untilMs) continue;
    expected++;
    if (later[row]) there++;
  }
  return there * 2 < expected;
}

export interface GoneJudgement {
  readonly kind: 'lost' | 'expired' | 'unclear';
  readonly because: GoneReason;
}

const LOST_WHILE_RUNNING: GoneJudgement = { kind: 'lost', because: 'removed' };
const LOST_BY_RESTART: GoneJudgement = { kind: 'lost', because: 'restarted' };
const LOST_WITH_PROXY: GoneJudgement = { kind: 'lost', because: 'replaced' };
const LOST_WITH_TABLE: GoneJudgement = { kind: 'lost', because: 'emptied' };
const TIME_OVER: GoneJudgement = { kind: 'expired', because: 'time-over' };
const OVER_EITHER_WAY: GoneJudgement = { kind: 'expired', because: 'replaced-before' };

/**
 * Lost: its entry had time left at AFTER, by the table of a proxy that held it, or every holder
 * lost its table before. Expired: its time was over. That holds too where its holders were replaced
 * before, and nothing shows whether others had taken it over: at AFTER it would be gone either way,
 * and a conference that was in use would have an entry again.
 */
export function judgeGone(row: number, evidence: GoneEvidence): GoneJudgement {
  const { before, pairs, time, afterIsComplete, emptied } = evidence;
  if (!afterIsComplete) return { kind: 'unclear', because: 'not-read' };
  if (time === null) return { kind: 'unclear', because: 'no-times' };
  const untilMs = time.most + EXPIRY_SLACK_MS;
  let lost: GoneJudgement | null = null;
  let isTimeOver = false;
  let allLostTheirTables = true;
  for (let n = 0; n < pairs.length; n++) {
    const pair = pairs[n]!;
    if (pair.before < 0 || !isHeldAt(before, row, pair.before)) continue;
    const lifeMs = lifeAt(before, row, pair.before);
    if (lifeMs > untilMs) lost = worse(lost, ranOn(pair), pair.after >= 0);
    const outlived = ranOn(pair) || outlivedBy(pair, lifeMs, evidence);
    if (!emptied[n] && outlived === true) isTimeOver = true;
    if (!emptied[n] || outlived !== false) allLostTheirTables = false;
  }
  if (lost !== null) return lost;
  if (isTimeOver) return TIME_OVER;
  return allLostTheirTables ? LOST_WITH_TABLE : OVER_EITHER_WAY;
}

/** The reason that says most: a proxy that ran on, then one that is there again. */
function worse(known: GoneJudgement | null, hasRunOn: boolean, isThere: boolean): GoneJudgement {
  if (hasRunOn || known === LOST_WHILE_RUNNING) return LOST_WHILE_RUNNING;
  return isThere || known === LOST_BY_RESTART ? LOST_BY_RESTART : LOST_WITH_PROXY;
}

function isHeldAt({ context, grid }: Held, row: number, proxy: number): boolean {
  return context.evidence[proxy] !== 'none' && grid.labelAt(row, proxy) !== 0;
}

function ranOn({ fate }: ProxyPair): boolean {
  return fate === 'same' || fate === 'renamed';
}

/**
 * Whether the entry's time was over before another process, under the same name, took the place of
 * the one that held it; `null` where that is not known. Both times are of that proxy's host.
 */
function outlivedBy(pair: ProxyPair, lifeMs: number, { before, after }: GoneEvidence): boolean | null {
  if (pair.fate !== 'restarted') return null;
  const held = before.context.views[pair.before]!;
  const { startedAtSeconds } = after.context.views[pair.after]!;
  if (startedAtSeconds === null || held.startedAtSeconds === null || held.uptimeSeconds === null) return null;
  const readAtSeconds = held.startedAtSeconds + held.uptimeSeconds;
  return (startedAtSeconds - readAtSeconds) * 1000 > lifeMs + EXPIRY_SLACK_MS;
}
