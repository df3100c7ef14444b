// `explain`: what every proxy says of one conference now, why, and what would be done.

import { keysMeantIn, type MeantKey, withoutSecrets } from '../census/meant-keys.ts';
import type { ConferenceList, Explanation } from '../domain/explanation.ts';
import { globPattern } from '../domain/glob.ts';
import { conferenceOf } from '../domain/key.ts';
import type { Settings } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { writeOut } from '../process/output.ts';
import { describeTerminal } from '../report/terminal.ts';
import { type CommandRun, withCommandRun } from '../session/command-run.ts';
import type { LookFlags } from '../session/look-flags.ts';
import type { Call, MeshRun } from '../session/mesh.ts';
import { type KeysLook, lookAtConferences, readAllNames } from './conference-looks.ts';
import { explainKey, isKnown, listConferences } from './explain-key.ts';

/** What a person gives: a conference, or a glob. */
export interface ExplainFlags extends LookFlags {
  readonly like?: string;
  /** A key, spelled as reports spell keys, in place of the conference. */
  readonly key?: string;
  /** Reads whole tables, which show an entry that a table holds twice. */
  readonly dump?: boolean;
}

/** Conferences that a glob may match and that are all judged. */
const MOST_JUDGED = 1_000;

/** `splitbrain explain`. Resolves to the exit code. */
export function explainCommand(conference: string | undefined, flags: ExplainFlags, call: Call): Promise<number> {
  const { like, key } = flags;
  if ([conference, like, key].filter((given) => given !== undefined).length !== 1)
    throw new ConfigError([
      'which conference? Give one: its name or its URL, --key with its key, or --like with a glob, as in "acme/*"',
    ]);
  // For commands that look, `history` names a folder to keep the report in.
  const { history, ...others } = flags;
  return withCommandRun(others, call, async (commandRun) => {
    const found =
      like === undefined
        ? await explainGiven(commandRun, { text: conference, key }, flags)
        : await explainLike(commandRun, like, flags);
    const explained = 'matches' in found ? found : await withHistory(commandRun, found, history);
    await tell(commandRun, explained);
    return explained.exitCode;
  });
}

/** Saved dumps are of another time than the folder that is configured. */
async function withHistory(run: MeshRun, found: Explanation, flag: string | undefined): Promise<Explanation> {
  const folder = flag ?? (run.mesh.kind === 'saved' ? null : run.settings.history.folder);
  if (folder === null) return found;
  const { addHistory } = await import('./explain-history.ts');
  return addHistory(run, found, folder);
}

function waysOf({ dump, wait }: ExplainFlags): KeysLook {
  return { byDump: dump === true, waits: wait === true };
}

async function explainGiven(
  run: MeshRun,
  { text: given = '', key: literal }: { readonly text?: string | undefined; readonly key?: string | undefined },
  flags: ExplainFlags,
): Promise<Explanation | ConferenceList> {
  const meant = literal === undefined ? meantBy(given, run.settings) : [{ key: literal, readAs: 'key' as const }];
  const text = literal ?? withoutSecrets(given);
  const keys = meant.map(({ key }) => key);
  const looked = await lookAtConferences(run, keys, waysOf(flags));
  const known = meant.filter((_, row) => isKnown(looked, row));
  if (known.length > 1)
    return listConferences(
      looked,
      { text, readAs: 'name' },
      { rows: known.map(({ key }) => ({ key, row: keys.indexOf(key) })), total: known.length },
    );
  const [{ key, readAs }] = known.length === 1 ? (known as [MeantKey]) : (meant as [MeantKey]);
  const explained = explainKey(run, looked, {
    asked: { text, readAs },
    key,
    row: keys.indexOf(key),
    byDump: flags.dump === true,
  });
  if (known.length === 1) return explained;
  const { searchFor } = await import('./search-conference.ts');
  return searchFor(run, { text, looked, explained, ways: waysOf(flags) });
}

function meantBy(text: string, { census }: Settings): readonly MeantKey[] {
  const meant = keysMeantIn(text, census);
  if ('problem' in meant) throw new ConfigError([meant.problem]);
  return meant;
}

/** Matches keys as reports spell them, and names as people read them. */
async function explainLike(run: MeshRun, glob: string, flags: ExplainFlags): Promise<Explanation | ConferenceList> {
  const { keys } = await readAllNames(run);
  const pattern = globPattern(glob);
  const matching: string[] = [];
  for (let row = 0; row < keys.count; row++) {
    const key = keys.keyAt(row);
    if (pattern.test(key) || (key.includes('\\') && pattern.test(conferenceOf(key)))) matching.push(key);
  }
  const judged = matching.sort().slice(0, MOST_JUDGED);
  const looked = await lookAtConferences(run, judged, waysOf(flags));
  const [only, ...others] = judged;
  if (only !== undefined && others.length === 0)
    return explainKey(run, looked, {
      asked: { text: glob, readAs: 'glob' },
      key: only,
      row: 0,
      byDump: flags.dump === true,
    });
  const rows = judged.map((key, row) => ({ key, row }));
  return listConferences(looked, { text: glob, readAs: 'glob' }, { rows, total: matching.length });
}

async function tell({ context, files }: CommandRun, found: Explanation | ConferenceList): Promise<void> {
  context.progress.stop();
  const [{ explanationJson }, { renderExplanation, renderConferences }] = await Promise.all([
    import('../report/explanation-json.ts'),
    import('../report/explanation-text.ts'),
  ]);
  await files.writeJson(explanationJson(found));
  await files.writePages(async () => (await import('../report/html/explanation-page.ts')).explanationPages(found));
  if (files.takeStandardOutput) return;
  const terminal = describeTerminal(process.stdout, process.env);
  await writeOut('matches' in found ? renderConferences(found, terminal) : renderExplanation(found, terminal));
}
