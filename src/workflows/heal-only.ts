// `heal --only`: of all conferences on which the mesh disagrees, those that a person names.

import { keysMeantIn, withoutSecrets } from '../census/meant-keys.ts';
import { isDisagreement } from '../domain/finding.ts';
import type { RunReport } from '../domain/run-report.ts';
import type { Settings } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';

const NOTHING: Readonly<Record<RunReport['view'], string>> = {
  complete: 'the mesh does not disagree on a conference of this name, so there is nothing to heal',
  incomplete:
    'no disagreement on a conference of this name was seen, and the view is incomplete, so there is nothing that could be healed',
};

export interface OnlyThese {
  /** The keys of the named conferences on which the mesh disagrees. */
  readonly keys: ReadonlySet<string>;
  /** Sentences for those of the named conferences that have nothing to heal. */
  readonly notes: readonly string[];
}

/**
 * `texts` are keys, names as reports show them, or pasted URLs. Throws `ConfigError` for a URL
 * without a conference, and for a text that fits several conferences with a disagreement.
 */
export function onlyThese(
  texts: readonly string[],
  { findings, view }: Pick<RunReport, 'findings' | 'view'>,
  { census }: Pick<Settings, 'census'>,
): OnlyThese {
  const meant = texts.map((text) => ({ text, keys: keysOf(text, census) }));
  const named = new Set(meant.flatMap(({ keys }) => keys));
  const disagreeing = new Set<string>();
  for (const { kind, key } of findings) if (isDisagreement(kind) && named.has(key)) disagreeing.add(key);
  const chosen = meant.map(({ text, keys }) => {
    const found = keys.filter((key) => disagreeing.has(key));
    return { text: withoutSecrets(text), found: found.includes(text) ? [text] : found };
  });
  const doubtful = chosen.filter(({ found }) => found.length > 1);
  if (doubtful.length > 0)
    throw new ConfigError(
      doubtful.map(
        ({ text, found }) =>
          `--only ${JSON.stringify(text)} fits several conferences: give one key of ${found.join(', ')}`,
      ),
    );
  return {
    keys: new Set(chosen.flatMap(({ found }) => found)),
    notes: chosen
      .filter(({ found }) => found.length === 0)
      .map(({ text }) => `${text}: ${NOTHING[view]}; \`splitbrain explain CONFERENCE\` says what every proxy has.`),
  };
}

function keysOf(text: string, census: Settings['census']): readonly string[] {
  const meant = keysMeantIn(text, census);
  if ('problem' in meant) throw new ConfigError([`--only: ${meant.problem}`]);
  return meant.map(({ key }) => key);
}
