// The locks of a mesh, as a run finds them: in the shared folder when it begins, and on the host of
// each proxy before that is first asked.

import { isInForce, type Lock, type LockState, type SeenLock } from '../domain/lock.ts';
import type { ProxyTarget, Trouble } from '../domain/proxy.ts';
import type { Settings } from '../domain/settings.ts';
import { TransportError } from '../errors.ts';
import { type HostFile, parseHostAnswer, readCommand } from '../locks/host-lock.ts';
import { type FoundLock, type LockPlace, readLocks } from '../locks/lock-folder.ts';
import { endedWords, lockWords } from '../locks/lock-words.ts';
import type { TableReader } from '../runtime-api/table-reader.ts';
import type { Shell } from '../transport/shell.ts';

/** The locks that a run honours, or ignores and says so. */
export interface MeshLocks {
  /** Every lock that was found in this look. */
  seen(): readonly SeenLock[];
  /** Another look begins: locks are looked for anew. A run may look for hours. */
  renew(): void;
  /**
   * Why nothing may be written now, or `null`. The folder is read again: a lock may have been taken
   * since.
   */
  obstacle(): string | null;
  /**
   * The reader, which asks a locked proxy nothing. With a shell, the proxy's host is asked for a
   * lock first, once a look.
   */
  guarded(target: ProxyTarget, reader: TableReader, shell?: Shell): TableReader;
}

/** Where the locks are, and whether the run was told to look all the same. */
export interface LockRules extends LockPlace {
  readonly isIgnoring: boolean;
  /** The file on hosts; `null`: they are not asked. */
  readonly hostFile: HostFile | null;
  readonly now: () => number;
}

/** The file on hosts, where the configuration lets them be asked. */
export function hostFileOf({ ssh: { lockFile, via } }: Pick<Settings, 'ssh'>): HostFile | null {
  return lockFile === null || via.kind !== 'socat' ? null : { path: lockFile, sudo: via.sudo };
}

const REMEDY = 'wait until it ends, or ask its owner; for your own work give --ignore-lock';

/** Reads the folder now. */
export function openLocks(rules: LockRules): MeshLocks {
  const readFolder = () => readLocks(rules).map((found) => seenLock(found, rules));
  let inFolder = readFolder();
  let looks = 0;
  const onHosts = new Map<string, SeenLock>();
  const troubleOn = (name: string, shell: Shell | undefined) => async (signal: AbortSignal) => {
    const own = inFolder.find(({ proxy, state }) => proxy === name && state === 'in-force');
    if (own !== undefined) return troubleBy(own);
    if (shell === undefined || rules.hostFile === null) return null;
    const lock = await askHost(name, { shell, rules, signal });
    if (lock !== null) onHosts.set(name, lock);
    return lock?.state === 'in-force' ? troubleBy(lock) : null;
  };
  return {
    seen: () => [...inFolder, ...[...onHosts.values()].toSorted(byProxy)],
    renew() {
      inFolder = readFolder();
      onHosts.clear();
      looks++;
    },
    obstacle: () => obstacleAmong([...readFolder(), ...onHosts.values()]),
    guarded: ({ name }, reader, shell) => askingFirst(reader, troubleOn(name, shell), () => looks),
  };
}

/** What a question to a host needs. */
interface HostQuestion {
  readonly shell: Shell;
  readonly rules: Pick<LockRules, 'hostFile' | 'environment' | 'isIgnoring' | 'now'>;
  readonly signal: AbortSignal;
}

/** `null` where the host has no lock, or runs no command of this program. */
async function askHost(proxy: string, { shell, rules, signal }: HostQuestion): Promise<SeenLock | null> {
  const file = rules.hostFile!;
  const printed = await shell({ command: readCommand(file), input: '' }, signal);
  const answer = parseHostAnswer(printed?.output ?? '', rules.now());
  return answer.kind === 'lock' ? seenOnHost({ ...answer.lock, proxy }, { ...rules, path: file.path }) : null;
}

/** A lock as a host has it. */
export function seenOnHost(
  lock: Lock,
  { path, ...rules }: Pick<LockRules, 'environment' | 'isIgnoring' | 'now'> & { readonly path: string },
): SeenLock {
  return { ...lock, path, ...judged({ ...lock, path }, rules) };
}

function troubleBy({ says }: SeenLock): Trouble {
  return { code: 'locked', message: says, remedy: REMEDY };
}

function byProxy(one: SeenLock, other: SeenLock): number {
  return (one.proxy ?? '') < (other.proxy ?? '') ? -1 : 1;
}

/** Locks as they are, for a command that does not look. */
export function seenLocks(place: LockPlace, found: readonly FoundLock[], nowMs: number): readonly SeenLock[] {
  return found.map((each) => seenLock(each, { environment: place.environment, isIgnoring: false, now: () => nowMs }));
}

/** A lock that cannot be read may be in force: it keeps writers out. */
function obstacleAmong(locks: readonly SeenLock[]): string | null {
  const said = locks.filter(({ state }) => state === 'in-force' || state === 'unreadable').map(({ says }) => says);
  return said.length === 0 ? null : said.join('; ');
}

function seenLock({ path, proxy, lock, problem }: FoundLock, rules: JudgingRules): SeenLock {
  if (lock === null) {
    const nothing = { owner: null, reason: null, sinceMs: null, untilMs: null };
    const says = `the lock ${path} of ${proxy ?? rules.environment} cannot be read: ${problem}`;
    return { ...nothing, proxy, place: 'folder', state: rules.isIgnoring ? 'ignored' : 'unreadable', path, says };
  }
  const { owner, reason, sinceMs, untilMs } = lock;
  const told = { proxy, place: 'folder', owner, reason, sinceMs, untilMs } as const;
  return { ...told, path, ...judged(told, rules) };
}

type JudgingRules = Pick<LockRules, 'environment' | 'isIgnoring' | 'now'>;

function judged(
  lock: Lock & { readonly path?: string },
  { environment, isIgnoring, now }: JudgingRules,
): Pick<SeenLock, 'state' | 'says'> {
  const nowMs = now();
  const state: LockState = !isInForce(lock, nowMs) ? 'expired' : isIgnoring ? 'ignored' : 'in-force';
  return { state, says: (state === 'expired' ? endedWords : lockWords)(lock, environment, nowMs) };
}

/**
 * Asks for a trouble before the first question of a look, and answers every question with it. Where
 * that cannot be asked, the next question asks again.
 */
function askingFirst(
  reader: TableReader,
  ask: (signal: AbortSignal) => Promise<Trouble | null>,
  lookNow: () => number,
): TableReader {
  let asked: { readonly look: number; readonly answer: Promise<Trouble | null> } | null = null;
  const free = async (signal: AbortSignal) => {
    if (asked?.look !== lookNow()) asked = { look: lookNow(), answer: ask(signal) };
    const trouble = await asked.answer.catch((error: unknown) => {
      asked = null;
      throw error;
    });
    if (trouble !== null) throw new TransportError(trouble);
  };
  const { maps } = reader;
  return {
    state: async (signal, watcher) => free(signal).then(() => reader.state(signal, watcher)),
    dump: async (sink, signal, watcher) => free(signal).then(() => reader.dump(sink, signal, watcher)),
    entries: async (keys, sink, signal) => free(signal).then(() => reader.entries(keys, sink, signal)),
    premise: async (keys, sink, signal) => free(signal).then(() => reader.premise(keys, sink, signal)),
    checkProcess: async (signal) => free(signal).then(() => reader.checkProcess(signal)),
    ...(maps && { maps: async (files, signal) => free(signal).then(() => maps.call(reader, files, signal)) }),
    fillsKeyLength: async (key, signal) => free(signal).then(() => reader.fillsKeyLength(key, signal)),
    close: () => reader.close(),
  };
}
