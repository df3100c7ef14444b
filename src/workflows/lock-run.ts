// What the commands of locks work with: the environment, its folder and hosts, and their output.

import { exitCodes } from '../domain/exit-codes.ts';
import type { SeenLock } from '../domain/lock.ts';
import type { Settings } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { type LockPlace, readLocks } from '../locks/lock-folder.ts';
import { timeWords } from '../locks/lock-words.ts';
import { systemClock } from '../process/clock.ts';
import { writeOut } from '../process/output.ts';
import { lockJson } from '../report/lock-json.ts';
import { renderLocks } from '../report/locks-text.ts';
import { nextLockCommand } from '../report/next-command.ts';
import { createPage, fillText } from '../report/page.ts';
import { printableJson } from '../report/printable-json.ts';
import { openReportFiles, type ReportFiles } from '../report/report-files.ts';
import { describeTerminal } from '../report/terminal.ts';
import { inventoryOf } from '../session/command-run.ts';
import type { Call } from '../session/mesh.ts';
import { configOf } from '../session/mesh-flags.ts';
import { seenLocks } from '../session/mesh-locks.ts';
import { machine } from '../session/settings.ts';
import type { Hosts } from './host-locks.ts';

const LOCKS_SCHEMA = 'splitbrain/locks/1';

/** The flags of all three commands. */
export interface LocksFlags {
  readonly config?: string;
  readonly json?: string;
  readonly onHosts?: boolean;
}

export interface LockRun {
  readonly settings: Settings;
  readonly files: ReportFiles;
  readonly place: LockPlace;
  readonly signal: AbortSignal;
  /** A command line on the same environment. */
  readonly spell: (...words: readonly string[]) => string;
}

/** How a command ends. `notes` are sentences. */
interface Ending {
  readonly exitCode: number;
  readonly notes: readonly string[];
}

/** Runs `body`; rejects with ConfigError before anything is asked or written. */
export async function withLocks(
  flags: LocksFlags,
  { signal }: Call,
  body: (run: LockRun) => Promise<number>,
): Promise<number> {
  const config = configOf({ config: flags.config, proxy: [] });
  if (config === undefined)
    throw new ConfigError(['which environment? There is no splitbrain.yaml in this folder: give -c FILE']);
  const { loadSettings } = await import('../config/load.ts');
  const settings = loadSettings(config, machine);
  const files = openReportFiles({ ...flags, config }, writeOut);
  const place = { folder: settings.heal.journal, environment: settings.environment };
  const meshWords = flags.config === undefined ? [] : ['-c', flags.config];
  const spell = (...words: readonly string[]) => nextLockCommand({ meshWords }, ...words);
  const exitCode = await body({ settings, files, place, signal, spell });
  process.stderr.write(files.losses.map((loss) => `splitbrain: ${loss}\n`).join(''));
  return files.losses.length > 0 ? exitCodes.crash : exitCode;
}

export async function proxyNames({ settings, signal }: LockRun): Promise<readonly string[]> {
  const { proxies } = await inventoryOf(settings, signal);
  return proxies.map(({ name }) => name);
}

/** The hosts of the proxies with these names; without a name, of all proxies. */
interface WantedHosts {
  readonly names: readonly string[];
  readonly flags: LocksFlags;
}

/** `null` without `--on-hosts`. */
export async function withHostsOf(
  { settings, signal }: LockRun,
  { names, flags }: WantedHosts,
  body: (hosts: Hosts | null) => Promise<number>,
): Promise<number> {
  if (flags.onHosts !== true) return body(null);
  const { withHosts } = await import('./host-locks.ts');
  const { proxies } = await inventoryOf(settings, signal);
  const targets = names.length === 0 ? proxies : proxies.filter(({ name }) => names.includes(name));
  return withHosts(settings, { targets, signal }, body);
}

/** Says what was done, and writes the locks of the folder as they are now. */
export async function tell(run: LockRun, exitCode: number, notes: readonly string[]): Promise<number> {
  await writeLocks(run, seenLocks(run.place, readLocks(run.place), systemClock.now()), { exitCode, notes });
  if (run.files.takeStandardOutput) return exitCode;
  const page = createPage(describeTerminal(process.stdout, process.env));
  const lines = notes.flatMap((sentence) => fillText(page.text(sentence), { width: page.width, first: '' }));
  await writeOut(lines.map((line) => `${line}\n`).join(''));
  return exitCode;
}

/** Lists locks. */
export async function list(run: LockRun, locks: readonly SeenLock[], ending: Ending): Promise<number> {
  const { environment, folder } = run.place;
  await writeLocks(run, locks, ending);
  const terminal = describeTerminal(process.stdout, process.env);
  if (!run.files.takeStandardOutput)
    await writeOut(renderLocks({ environment, folder, locks, timeOf: timeWords, notes: ending.notes }, terminal));
  return ending.exitCode;
}

async function writeLocks({ files, place }: LockRun, locks: readonly SeenLock[], ending: Ending): Promise<void> {
  const { exitCode, notes } = ending;
  const document = { schema: LOCKS_SCHEMA, ...place, exitCode, locks: locks.map(lockJson), notes };
  await files.writeJson(`${printableJson(document, 2)}\n`);
}
