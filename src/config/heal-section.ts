// What heals are guarded by, from the `heal` section, and where they write down what they do.

import type { HealSettings } from '../domain/plan.ts';
import { isProblem, type Problem } from '../input/complaint.ts';
import { lookUp } from '../input/environment.ts';
import { type HostAccess, locateFile } from '../input/files.ts';
import type { HealSection } from './schema.ts';

/** What holds where nothing is said; the same as the schema's, for runs without a file. */
const DEFAULTS: HealSection = {
  winner: ['participants', 'majority', 'latest-access'],
  tie: 'lowest-address',
  minReporting: 0.75,
  maxConferences: 200,
  maxRatio: 0.05,
  maxRatioFloor: 10,
  maxParticipants: 500,
  maxMissing: 20_000,
  cooldown: { heals: 3, within: 3_600_000 },
};

/**
 * Relative names start at `folder`; a heal has to hold as long as a finding has to stay, unless the
 * section says otherwise.
 */
export function readHeal(
  section: HealSection | undefined,
  confirmSettleMs: number,
  folder: string,
  host: HostAccess,
): HealSettings | Problem {
  const { cooldown, journal, settle, dataPlane, ...policy } = section ?? DEFAULTS;
  const located = journal === undefined ? defaultJournal(host) : locateFile(journal, folder, host.env);
  if (isProblem(located)) return located;
  return {
    consented: section !== undefined,
    journal: located,
    settleMs: settle ?? confirmSettleMs,
    ...policy,
    cooldown: { heals: cooldown.heals, withinMs: cooldown.within },
    dataPlane: dataPlane === undefined ? null : { ...dataPlane, url: dataPlane.url ?? null },
  };
}

/** The XDG base directory for state that must outlive a run. */
function defaultJournal({ env }: HostAccess): string {
  const state = lookUp(env, 'XDG_STATE_HOME') || `${lookUp(env, 'HOME') || '/var'}/.local/state`;
  return `${state}/haproxy-splitbrain`;
}
