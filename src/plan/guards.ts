// When not to heal: each guard is a small rule with a reason from the closed list and the value that tripped it.

import type { HealSettings, Refusal } from '../domain/plan.ts';
import type { Counts } from '../domain/run-report.ts';
import type { ProxyView } from '../domain/view.ts';

export interface GuardedRun {
  readonly views: readonly ProxyView[];
  readonly expected: { readonly min: number; readonly max: number } | null;
  readonly counts: Pick<Counts, 'conferences' | 'proxiesReporting' | 'proxies'>;
  /** Conferences whose route the plan would change; entries that it would only fill in are not among them. */
  readonly changing: number;
}

/** The first guard that refuses the whole run, or `null`. */
export function guardRun(run: GuardedRun, settings: HealSettings): Refusal | null {
  return coverage(run, settings) ?? locked(run) ?? tooMany(run, settings) ?? tooLargeShare(run, settings);
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

function locked({ views }: GuardedRun): Refusal | null {
  const names = views.filter(({ status }) => status === 'locked').map(({ name }) => name);
  return names.length === 0 ? null : refusal('locked', `${names.join(', ')} is locked: somebody is working there`);
}

function tooMany({ changing }: GuardedRun, { maxConferences }: HealSettings): Refusal | null {
  return changing <= maxConferences
    ? null
    : refusal(
        'too-many-conferences',
        `${changing} conferences would change their route, at most ${maxConferences} may in one run`,
      );
}

function tooLargeShare({ changing, counts }: GuardedRun, { maxRatio }: HealSettings): Refusal | null {
  if (changing === 0 || changing / counts.conferences <= maxRatio) return null;
  return refusal(
    'too-large-share',
    `${changing} of ${counts.conferences} conferences would change their route, at most ${percent(maxRatio)} may in one run; ${remedyOf(changing, counts)}`,
  );
}

/** Conferences that flap cannot be told where the journals cannot: `uncounted` says why, `null` that they can. */
export function guardCooldown(uncounted: string | null): Refusal | null {
  return uncounted === null ? null : refusal('cooldown', uncounted);
}

/** In a small mesh one conference is more than the usual share: whoever runs one has to be told what to set. */
function remedyOf(changing: number, { conferences }: GuardedRun['counts']): string {
  const enough = Math.min(1, Math.ceil((changing * 100) / conferences) / 100);
  return `if that is right, set \`heal.maxRatio: ${enough}\` or more, or pin the conferences by name`;
}

function refusal(reason: Refusal['reason'], because: string): Refusal {
  return { reason, key: null, because };
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10}%`;
}
