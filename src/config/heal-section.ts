// The limits of heals, from the `heal` section, and where they keep their journal.

import type { HealSettings } from '../domain/plan.ts';
import { isProblem, type Problem } from '../input/complaint.ts';
import { lookUp } from '../input/environment.ts';
import { type HostAccess, locateFile } from '../input/files.ts';
import { type Configuration, healSection } from './schema.ts';

/**
 * The limits of heals, and whether a heal may run unasked: only where the file has the section.
 * `report` and `heal` need the limits without the section too. Relative names start at `folder`. By
 * default a heal has to hold as long as a finding has to stay (`confirm.settle`).
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
