// Since when: the verdicts and findings of the kept reports. No proxy is asked.

import { exitCodes } from '../domain/exit-codes.ts';
import type { RunHistory, SeenFinding } from '../domain/run-history.ts';
import { verdictSpans } from '../domain/verdict-span.ts';
import { ConfigError } from '../errors.ts';
import { environmentsIn } from '../history/kept-files.ts';
import { type HistoryPlace, readHistory } from '../history/read-history.ts';
import { isProblem } from '../input/complaint.ts';
import { parseDuration } from '../input/duration.ts';
import { systemClock } from '../process/clock.ts';
import { writeOut } from '../process/output.ts';
import {
  presentFindings,
  recurringFindings,
  renderHistory,
  type ToldHistory,
  toldSpans,
} from '../report/history-text.ts';
import { nextCommand } from '../report/next-command.ts';
import { printableJson } from '../report/printable-json.ts';
import { openReportFiles } from '../report/report-files.ts';
import { describeTerminal } from '../report/terminal.ts';
import type { Call } from '../session/mesh.ts';
import { configOf, meshWords } from '../session/mesh-flags.ts';
import { machine } from '../session/settings.ts';

const HISTORY_SCHEMA = 'splitbrain/history/1';
/** So many runs may be late or lost before nobody looks any more. */
const LATE_RUNS = 3;
/** Without a configuration nobody knows how often the job runs: an hour. */
const SILENT_AFTER_MS = 3_600_000;

/** The flags of `splitbrain history`. */
export interface HistoryFlags {
  readonly config?: string;
  readonly history?: string;
  readonly table?: string;
  /** A duration with its unit. */
  readonly since?: string;
  readonly json?: string;
}

/** Resolves to 0. Rejects with ConfigError where no report can be read. */
export async function historyCommand(flags: HistoryFlags, { signal }: Call): Promise<number> {
  const spanMs = spanOf(flags.since);
  const config = configOf({ config: flags.config, proxy: [] });
  const { place, silentAfterMs } = await placeOf(flags, config);
  const files = openReportFiles({ config, ...(flags.json === undefined ? {} : { json: flags.json }) }, writeOut);
  const now = new Date(systemClock.now());
  const history = await readHistory(place, now, signal);
  if ('problem' in history) throw new ConfigError([`--history ${history.problem}`]);
  if (history.runs.length === 0) throw new ConfigError([emptyWords(place, history)]);
  const told: ToldHistory = {
    history,
    now,
    from: spanMs === null ? null : new Date(now.getTime() - spanMs),
    silentAfterMs,
    lookAgain: config === undefined ? null : nextCommand({ meshWords: meshWords({ ...flags, proxy: [] }) }, 'report'),
  };
  if (flags.json !== undefined) await files.writeJson(`${printableJson(documentOf(told), 2)}\n`);
  if (!files.takeStandardOutput) await writeOut(renderHistory(told, describeTerminal(process.stdout, process.env)));
  return files.losses.length > 0 ? exitCodes.crash : exitCodes.agree;
}

function spanOf(since: string | undefined): number | null {
  if (since === undefined) return null;
  const milliseconds = parseDuration(since);
  if (isProblem(milliseconds)) throw new ConfigError([`--since ${since}: ${milliseconds.problem}, as in 24h`]);
  return milliseconds;
}

type Asked = { readonly place: HistoryPlace; readonly silentAfterMs: number };

/** The folder of the flag or the configuration, and the environment whose reports are meant. */
async function placeOf(flags: HistoryFlags, config: string | undefined): Promise<Asked> {
  if (config === undefined) {
    const { history: folder, table = 'nodes' } = flags;
    if (folder === undefined)
      throw new ConfigError([
        'which reports? Give --history DIR, or -c FILE with a `history:` section that names their folder',
      ]);
    return { place: { folder, environment: onlyEnvironment(folder), table }, silentAfterMs: SILENT_AFTER_MS };
  }
  const { loadSettings } = await import('../config/load.ts');
  const { environment, table, history, alarms } = loadSettings(config, machine);
  const folder = flags.history ?? history.folder;
  if (folder === null)
    throw new ConfigError([
      `which reports? ${config} has no \`history.folder\`: set it, so that every monitor keeps its report there, or give --history DIR`,
    ]);
  return {
    place: { folder, environment, table: flags.table ?? table },
    silentAfterMs: LATE_RUNS * alarms.periodSeconds * 1000,
  };
}

/** Without a configuration the folder says which environment: it must hold one only. */
function onlyEnvironment(folder: string): string {
  const found = environmentsIn(folder);
  if ('problem' in found) throw new ConfigError([`--history ${found.problem}`]);
  const { environments } = found;
  if (environments.length > 1)
    throw new ConfigError([
      `--history ${folder} has reports of ${environments.length} environments (${environments.slice(0, 5).join(', ')}): give -c FILE with the one that is meant`,
    ]);
  return environments[0] ?? 'any environment';
}

function emptyWords({ folder, environment, table }: HistoryPlace, { leftOut, filesLeftOut }: RunHistory): string {
  const [first] = leftOut;
  const unused =
    first === undefined ? '' : ` (${filesLeftOut} files there could not be used: ${first.file}: ${first.because})`;
  return `${folder} has no report of ${environment}, table ${table}${unused}: run \`splitbrain monitor --history DIR\` now and then, or set \`history.folder\``;
}

function documentOf(told: ToldHistory): unknown {
  const { history, now, from } = told;
  const spans = verdictSpans(history.runs);
  const { verdict, since } = spans.at(-1)!;
  const { runs } = history;
  return {
    schema: HISTORY_SCHEMA,
    environment: history.environment,
    table: history.table,
    readAt: now,
    from,
    present: { verdict, since, mayBeOlder: spans.length === 1, lastRun: runs.at(-1) },
    verdicts: toldSpans(told),
    runs: runs.filter(({ at }) => from === null || at >= from),
    findings: presentFindings(history).map(findingJson),
    recurring: recurringFindings(told).map(findingJson),
    findingsLeftOut: history.findingsLeftOut,
    filesLeftOut: history.filesLeftOut,
    leftOut: history.leftOut,
  };
}

function findingJson({
  kind,
  key,
  conference,
  since,
  mayBeOlder,
  lastSeen,
  isPresent,
  runs,
  times,
}: SeenFinding): unknown {
  return { kind, key, conference, since, mayBeOlder, lastSeen, isPresent, runs, times };
}
