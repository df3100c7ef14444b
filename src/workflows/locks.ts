// `lock`, `unlock` and `locks`: people keep all commands off an environment or some of its proxies.
// Writes lock files, and no table.

import { loadSettings } from '../config/load.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import type { SeenLock } from '../domain/lock.ts';
import type { Settings } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { readLocks } from '../locks/lock-folder.ts';
import { spanWords, timeWords } from '../locks/lock-words.ts';
import { type Released, releaseLock, takeLocks } from '../locks/take-locks.ts';
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
import { checkNames, type LockWords, ownerOf, wantedLocks } from './lock-request.ts';

const LOCKS_SCHEMA = 'splitbrain/locks/1';

/** The flags of `splitbrain locks`. */
export interface LocksFlags {
  readonly config?: string;
  readonly json?: string;
}

export type LockFlags = LocksFlags & LockWords;

export interface UnlockFlags extends LocksFlags {
  readonly owner?: string;
  readonly force?: boolean;
}

/** What the three commands work with. */
interface LockRun {
  readonly settings: Settings;
  readonly files: ReportFiles;
  readonly place: { readonly folder: string; readonly environment: string };
  readonly signal: AbortSignal;
  /** A command line on the same environment. */
  readonly spell: (...words: readonly string[]) => string;
}

/** `splitbrain lock`. Resolves to the exit code, as all commands of this file. */
export function lockCommand(names: readonly string[], flags: LockFlags, call: Call): Promise<number> {
  return withLocks(flags, call, async (run) => {
    const proxies = names.length === 0 ? [null] : [...new Set(names)];
    const { environment } = run.settings;
    const nowMs = systemClock.now();
    const wanted = wantedLocks(flags, { environment, proxies }, nowMs);
    if (names.length > 0) checkNames(names, await proxyNames(run));
    const taken = takeLocks(run.place, wanted, nowMs);
    if (taken.kind === 'unwritable') throw new Error(taken.problem);
    if (taken.kind === 'held') {
      const held = seenLocks(run.place, taken.held, nowMs).map(({ says }) => `${says}.`);
      const said = held.length === 0 ? ['Other runs keep taking the lock: try again.'] : held;
      return tell(run, exitCodes.refused, ['Nothing was locked.', ...said]);
    }
    const { owner, reason, untilMs } = wanted[0]!;
    const what = names.length === 0 ? `All of ${environment}` : listWords(proxies);
    const verb = taken.extended.length === proxies.length ? 'stays' : 'is';
    return tell(run, exitCodes.agree, [
      `${what} ${proxies.length > 1 ? verb.replace('stays', 'stay').replace('is', 'are') : verb} locked until ${timeWords(untilMs)} (${spanWords(untilMs - nowMs)}) by ${owner}: ${reason}.`,
      `Release: ${run.spell('unlock', ...names, ...ownerWords(flags))}`,
    ]);
  });
}

/** `splitbrain unlock`. */
export function unlockCommand(names: readonly string[], flags: UnlockFlags, call: Call): Promise<number> {
  return withLocks(flags, call, async (run) => {
    const owner = ownerOf(flags.owner);
    const nowMs = systemClock.now();
    const proxies = names.length === 0 ? [null] : [...new Set(names)];
    // A proxy that is no longer in the inventory may still be locked.
    const locked = new Set(readLocks(run.place).map(({ proxy }) => proxy));
    const unknown = names.filter((name) => !locked.has(name));
    if (unknown.length > 0) checkNames(unknown, await proxyNames(run));
    const released = proxies.map((proxy) =>
      releaseLock(run.place, proxy, { owner, force: flags.force === true, nowMs }),
    );
    const said = released.map((each) => releasedWords(each, { run, owner, nowMs }));
    const isHeld = released.some(({ kind }) => kind === 'held');
    return tell(run, isHeld ? exitCodes.refused : exitCodes.agree, said);
  });
}

/** `splitbrain locks`. */
export function locksCommand(flags: LocksFlags, call: Call): Promise<number> {
  return withLocks(flags, call, async (run) => {
    const { environment, folder } = run.place;
    const locks = seenLocks(run.place, readLocks(run.place), systemClock.now());
    const exitCode = locks.some(({ state }) => state === 'unreadable') ? exitCodes.incomplete : exitCodes.agree;
    await writeLocks(run, locks, { exitCode, notes: [] });
    const terminal = describeTerminal(process.stdout, process.env);
    if (!run.files.takeStandardOutput)
      await writeOut(renderLocks({ environment, folder, locks, timeOf: timeWords, notes: [] }, terminal));
    return exitCode;
  });
}

async function withLocks(
  flags: LocksFlags,
  { signal }: Call,
  body: (run: LockRun) => Promise<number>,
): Promise<number> {
  const config = configOf({ config: flags.config, proxy: [] });
  if (config === undefined)
    throw new ConfigError(['which environment? There is no splitbrain.yaml in this folder: give -c FILE']);
  const settings = loadSettings(config, machine);
  const files = openReportFiles({ ...flags, config }, writeOut);
  const place = { folder: settings.heal.journal, environment: settings.environment };
  const meshWords = flags.config === undefined ? [] : ['-c', flags.config];
  const spell = (...words: readonly string[]) => nextLockCommand({ meshWords }, ...words);
  const exitCode = await body({ settings, files, place, signal, spell });
  process.stderr.write(files.losses.map((loss) => `splitbrain: ${loss}\n`).join(''));
  return files.losses.length > 0 ? exitCodes.crash : exitCode;
}

async function proxyNames({ settings, signal }: LockRun): Promise<readonly string[]> {
  const { proxies } = await inventoryOf(settings, signal);
  return proxies.map(({ name }) => name);
}

/** Says what was done, and writes the locks as they are now. */
async function tell(run: LockRun, exitCode: number, said: readonly string[]): Promise<number> {
  await writeLocks(run, seenLocks(run.place, readLocks(run.place), systemClock.now()), { exitCode, notes: said });
  if (run.files.takeStandardOutput) return exitCode;
  const page = createPage(describeTerminal(process.stdout, process.env));
  const lines = said.flatMap((sentence) => fillText(page.text(sentence), { width: page.width, first: '' }));
  await writeOut(lines.map((line) => `${line}\n`).join(''));
  return exitCode;
}

async function writeLocks(
  { files, place }: LockRun,
  locks: readonly SeenLock[],
  { exitCode, notes }: { readonly exitCode: number; readonly notes: readonly string[] },
): Promise<void> {
  const document = { schema: LOCKS_SCHEMA, ...place, exitCode, locks: locks.map(lockJson), notes };
  await files.writeJson(`${printableJson(document, 2)}\n`);
}

function releasedWords(
  { proxy, kind, found }: Released,
  { run, owner, nowMs }: { readonly run: LockRun; readonly owner: string; readonly nowMs: number },
): string {
  const what = proxy ?? `all of ${run.place.environment}`;
  const [seen] = found === undefined ? [] : seenLocks(run.place, [found], nowMs);
  switch (kind) {
    case 'absent':
      return `There is no lock on ${what}.`;
    case 'released':
      return seen?.owner === owner ? `Released ${what}.` : `Released ${what}, which was not yours: ${seen?.says}.`;
    case 'held': {
      const words = ['unlock', ...(proxy === null ? [] : [proxy]), '--force'];
      return `Not released, it is not yours (you are ${owner}): ${seen?.says}. Release it all the same: ${run.spell(...words)}`;
    }
  }
}

function ownerWords({ owner }: LockFlags): readonly string[] {
  return owner === undefined ? [] : ['--owner', owner];
}

function listWords(names: readonly (string | null)[]): string {
  return names.join(', ');
}
