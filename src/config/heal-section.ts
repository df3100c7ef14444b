// What heals are guarded by, from the `heal` section, and where they write down what they do.

import type { HealSettings } from '../domain/plan.ts';
import { isProblem, type Problem } from '../input/complaint.ts';
import { lookUp } from '../input/environment.ts';
import { type HostAccess, locateFile } from '../input/files.ts';
import { type Configuration, healSection } from './schema.ts';

/**
 * What heals are held to, also in a configuration without the section: the section is the consent
 * to heal unasked, `report` and `heal` need the limits without it. Relative names start at
 * `folder`. A heal has to hold as long as a finding has to stay (`confirm.settle`), unless the
 * section says otherwise.
 */
export function readHeal(
  { heal: section, confirm }: Pick<Configuration, 'heal' | 'confirm'>,
  folder: string,
  host: HostAccess,
): HealSettings | Problem {
  const { cooldown, journal, settle, dataPlane, ...policy } = section ?? healSection.parse({});
  const located = journal === undefined ? defaultJournal(host) : locateFile(journal, folder, host.env);
  if (isProblem(located)) return located;
  return {
    consented: section !== undefined,
    journal: located,
    settleMs: settle ?? confirm.settle,
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
