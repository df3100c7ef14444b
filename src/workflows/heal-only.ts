// `heal --only`: of all conferences on which the mesh disagrees, those that a person names.

import { keysMeantBy, withoutSecrets } from '../census/meant-keys.ts';
import { roomRule } from '../census/room-key.ts';
import { type Finding, isDisagreement } from '../domain/finding.ts';
import type { RunReport } from '../domain/run-report.ts';
import type { Settings } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';

/** Jitsi's rule, where the configuration has no `census.key`. */
const JITSIS_KEY = '{tenant}/{room}';

export interface OnlyThese {
  readonly isWanted: (finding: Pick<Finding, 'key'>) => boolean;
  /** Sentences for those of the named conferences that have nothing to heal. */
  readonly missed: (report: RunReport) => readonly string[];
}

/**
 * `texts` are keys, names as reports show them, or pasted URLs. Throws `ConfigError` for a URL
 * without a conference.
 */
export function onlyThese(texts: readonly string[], { census }: Pick<Settings, 'census'>): OnlyThese {
  const rule = roomRule('', census?.keyPattern ?? JITSIS_KEY);
  const named = texts.map((text) => ({ text: withoutSecrets(text), keys: new Set(keysOf(text, rule)) }));
  const isWanted = ({ key }: Pick<Finding, 'key'>) => named.some(({ keys }) => keys.has(key));
  return {
    isWanted,
    missed(report) {
      const disagreeing = new Set<string>();
      for (const { kind, key } of report.findings) if (isDisagreement(kind) && isWanted({ key })) disagreeing.add(key);
      return named
        .filter(({ keys }) => ![...keys].some((key) => disagreeing.has(key)))
        .map(
          ({ text }) =>
            `${text}: the mesh does not disagree on a conference of this name, so there is nothing to heal; \`splitbrain explain CONFERENCE\` says what every proxy has.`,
        );
    },
  };
}

function keysOf(text: string, rule: ReturnType<typeof roomRule>): readonly string[] {
  const meant = keysMeantBy(text, rule);
  if ('problem' in meant) throw new ConfigError([`--only: ${meant.problem}`]);
  return meant.map(({ key }) => key);
}
