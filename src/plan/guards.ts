// When not to heal: each guard is a small rule, which refuses with a reason from the closed list
// and with the value that it found.

import { spreadOver } from '../analysis/spread.ts';
import { isVersionUnknown } from '../analysis/version.ts';
import { type Finding, isDisagreement } from '../domain/finding.ts';
import { environmentLock, type SeenLock } from '../domain/lock.ts';
import type { HealSettings, Refusal } from '../domain/plan.ts';
import type { Counts } from '../domain/run-report.ts';
import type { ProxyView } from '../domain/view.ts';

/** What the guards judge a run by. */
export interface GuardedRun {
  readonly views: readonly ProxyView[];
  readonly locks: readonly SeenLock[];
  /** How many proxies there ought to be; `null`: not known. */
  readonly expected: { readonly min: number; readonly max: number } | null;
  readonly counts: Pick<Counts, 'conferences' | 'proxiesReporting' | 'proxies'>;
  /** Conferences that are split, mixed or duplicated. Missing entries do not count. */
  readonly disagreeing: number;
}

/** 0.29 of 100 are 29, and the product of floating point is a little less. */
const ROUNDING = 1e-9;

/** Above this share the look is in doubt, not the conferences. */
const MOST = 0.5;

/** How many conferences are split, mixed or duplicated, each counted once. */
export function countDisagreeing(findings: Iterable<Pick<Finding, 'kind' | 'key'>>): number {
  const keys = new Set<string>();
  for (const { kind, key } of findings) if (isDisagreement(kind) && kind !== 'missing') keys.add(key);
  return keys.size;
}

/** The first guard that refuses the whole run because its evidence is doubtful, or `null`. */
export function guardRun(run: GuardedRun, settings: HealSettings): Refusal | null {
  return (
    // Said first: a lock explains why proxies were not read.
    locked(run) ??
    coverage(run, settings) ??
    unknownVersion(run) ??
    twoMeshes(run) ??
    spread(run) ??
    mostDisagree(run, settings)
  );
}

function coverage({ counts, expected }: GuardedRun, { minReporting }: HealSettings): Refusal | null {
  if (expected !== null && counts.proxies > expected.max)
    return refusal(
      'coverage',
      `${counts.proxies} proxies were asked and at most ${expected.max} are expected: two meshes, or one proxy twice`,
    );
  const all = Math.max(counts.proxies, expected?.min ?? 0);
  if (all > 0 && counts.proxiesReporting / all >= minReporting) return null;
  return refusal(
    'coverage',
    `${counts.proxiesReporting} of ${all} proxies were read in full, at least ${percent(minReporting)} must be`,
  );
}

function locked({ views, locks }: GuardedRun): Refusal | null {
  const frozen = environmentLock(locks);
  if (frozen !== undefined) return refusal('locked', frozen.says);
  const said = views
    .filter(({ status }) => status === 'locked')
    .map(({ name, trouble }) => trouble?.message ?? `${name} is locked`);
  return said.length === 0 ? null : refusal('locked', said.join('; '));
}

function unknownVersion({ views }: GuardedRun): Refusal | null {
  const old = views.filter(isVersionUnknown);
  return old.length === 0
    ? null
    : refusal(
        'version-unknown',
        `${old.map(({ name, haproxy }) => `${name} runs HAProxy ${haproxy}`).join(', ')}: what a write does there is not known`,
      );
}

/**
 * Proxies that are not peers of each other, even through others, share no table: they are two
 * meshes, and one has no use for the other's conferences.
 */
function twoMeshes({ views }: GuardedRun): Refusal | null {
  const known = views.filter(({ status, peersKnown }) => status === 'ok' && peersKnown);
  const [first] = known;
  if (first === undefined) return null;
  const reached = new Set([first]);
  for (const one of reached) for (const other of known) if (lists(one, other) || lists(other, one)) reached.add(other);
  if (reached.size === known.length) return null;
  const others = known.filter((view) => !reached.has(view));
  return refusal(
    'two-meshes',
    `${names([...reached])} and ${names(others)} do not know each other as peers of this table: two meshes`,
  );
}

function lists(one: ProxyView, other: ProxyView): boolean {
  return one.peers.some(({ name }) => name === other.localPeer);
}

function names(views: readonly ProxyView[]): string {
  return views.map(({ name }) => name).join(', ');
}

/**
 * With `shards` in the peers section an entry travels to one peer only (2.7 and later), and the
 * others rightly have none.
 */
function spread({ views }: GuardedRun): Refusal | null {
  const spreading = spreadOver(views);
  return spreading.length === 0
    ? null
    : refusal(
        'spread-table',
        `${names(spreading)} spreads this table over its peers (\`shards\`): no proxy holds all of it`,
      );
}

/** In a small mesh, or where `maxRatio` allows it, most conferences may be changed at once. */
function mostDisagree({ disagreeing, counts }: GuardedRun, { maxRatio, maxRatioFloor }: HealSettings): Refusal | null {
  const share = Math.max(MOST, maxRatio);
  if (disagreeing <= maxRatioFloor || disagreeing <= share * counts.conferences) return null;
  return refusal(
    'too-large-share',
    `${disagreeing} of ${counts.conferences} conferences disagree: with more than ${percent(share)} the evidence is in doubt, not the conferences`,
  );
}

/** How many conferences a run may move, and which limit that is. */
export interface ChangeLimit {
  readonly count: number;
  readonly reason: 'too-many-conferences' | 'too-large-share';
  readonly because: string;
}

/** The smaller of `maxConferences` and `maxRatio`, which allows `maxRatioFloor` in every mesh. */
export function changeLimit(
  { conferences }: GuardedRun['counts'],
  { maxConferences, maxRatio, maxRatioFloor }: HealSettings,
): ChangeLimit {
  const share = Math.max(maxRatioFloor, Math.floor(maxRatio * conferences + ROUNDING));
  if (maxConferences <= share)
    return {
      count: maxConferences,
      reason: 'too-many-conferences',
      because: `a run changes the route of at most ${maxConferences} conferences (heal.maxConferences), the oldest first; the next run goes on`,
    };
  return {
    count: share,
    reason: 'too-large-share',
    because: `a run changes the route of at most ${share} of ${conferences} conferences (heal.maxRatio ${percent(maxRatio)}, heal.maxRatioFloor ${maxRatioFloor}), the oldest first; the next run goes on`,
  };
}

/**
 * Without the journals nobody can see which conferences flap. `uncounted` is why the journals could
 * not be read; `null`: they could.
 */
export function guardCooldown(uncounted: string | null): Refusal | null {
  return uncounted === null ? null : refusal('cooldown', uncounted);
}

function refusal(reason: Refusal['reason'], because: string): Refusal {
  return { reason, key: null, because };
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10}%`;
}
