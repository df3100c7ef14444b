// `lock`, `unlock` and `locks`: people keep all commands off an environment or some of its proxies.
// Writes lock files, and no table.

import { existsSync } from 'node:fs';
import { exitCodes } from '../domain/exit-codes.ts';
import type { SeenLock } from '../domain/lock.ts';
import { leasePath } from '../heal/run-lock.ts';
import { readLocks } from '../locks/lock-folder.ts';
import { spanWords, timeWords } from '../locks/lock-words.ts';
import { type Released, type Releasing, releaseLock, takeLocks } from '../locks/take-locks.ts';
import { systemClock } from '../process/clock.ts';
import { counted } from '../report/page.ts';
import type { Call } from '../session/mesh.ts';
import { seenLocks } from '../session/mesh-locks.ts';
import type { Hosts, OnHost } from './host-locks.ts';
import { checkNames, type LockWords, ownerOf, wantedLocks } from './lock-request.ts';
import { type LockRun, type LocksFlags, list, proxyNames, tell, withHostsOf, withLocks } from './lock-run.ts';

export type { LocksFlags } from './lock-run.ts';
export type LockFlags = LocksFlags & LockWords;

export interface UnlockFlags extends LocksFlags {
  readonly owner?: string;
  readonly force?: boolean;
}

const FOLDER_REMEDY = 'make room, or set `heal.journal` to a folder that you may write to';

/** `splitbrain lock`. Resolves to the exit code, as all commands of this file. */
export function lockCommand(names: readonly string[], flags: LockFlags, call: Call): Promise<number> {
  return withLocks(flags, call, async (run) => {
    const proxies = names.length === 0 ? [null] : [...new Set(names)];
    const nowMs = systemClock.now();
    const wanted = wantedLocks(flags, { environment: run.place.environment, proxies }, nowMs);
    if (names.length > 0) checkNames(names, await proxyNames(run));
    return withHostsOf(run, { names, flags }, async (hosts) => {
      const [first] = wanted as [(typeof wanted)[number]];
      const isMine = ({ seen }: HostLock) => seen.owner === first.owner || seen.state === 'expired';
      const before = locksIn((await hosts?.read()) ?? []);
      const foreign = before.filter((each) => !isMine(each));
      if (foreign.length > 0)
        return refuse(
          run,
          foreign.map(({ seen }) => seen),
        );
      const taken = takeLocks(run.place, wanted, nowMs);
      if (taken.kind === 'unwritable')
        return tell(run, exitCodes.crash, [`Nothing was locked: ${taken.problem}: ${FOLDER_REMEDY}.`]);
      if (taken.kind === 'held') return refuse(run, seenLocks(run.place, taken.held, nowMs));
      const lockOn = (proxy: string) => ({ ...first, proxy });
      const words = [...names, ...ownerWords(flags), ...(hosts === null ? [] : ['--on-hosts'])];
      const release = `Release: ${run.spell('unlock', ...words)}`;
      const what = names.length === 0 ? `All of ${run.place.environment}` : proxies.join(', ');
      const isLocked = `${what} ${proxies.length > 1 ? 'are' : 'is'} locked until ${timeWords(first.untilMs)} (${spanWords(first.untilMs - nowMs)}) by ${first.owner}`;
      let made: readonly OnHost[];
      try {
        made = (await hosts?.make(lockOn, marksOf(before))) ?? [];
      } catch (error) {
        if (!run.signal.aborted) throw error;
        const unsure = 'Interrupted: which hosts have the lock too is not known.';
        return tell(run, exitCodes.interrupted, [`${isLocked}: ${first.reason}.`, unsure, release]);
      }
      const lost = locksIn(made);
      if (lost.length > 0) {
        for (const proxy of proxies)
          if (!taken.extended.includes(proxy))
            releaseLock(run.place, proxy, { owner: first.owner, force: false, nowMs });
        await giveBack(hosts!, (seen) => seen.owner === first.owner && seen.sinceMs === first.sinceMs);
        return refuse(
          run,
          lost.map(({ seen }) => seen),
        );
      }
      const count = made.filter(({ kind }) => kind === 'made').length;
      const where = count > 0 ? `, on ${counted(count, 'host')} too` : '';
      return tell(run, exitCodeOf(made), [
        `${isLocked}${where}: ${first.reason}.`,
        ...muteWords(made),
        ...healingWords(run),
        release,
      ]);
    });
  });
}

/** `splitbrain unlock`. */
export function unlockCommand(names: readonly string[], flags: UnlockFlags, call: Call): Promise<number> {
  return withLocks(flags, call, async (run) => {
    const owner = ownerOf(flags.owner);
    const force = flags.force === true;
    const nowMs = systemClock.now();
    const proxies = names.length === 0 ? [null] : [...new Set(names)];
    // A proxy that is no longer in the inventory may still be locked.
    const locked = new Set(readLocks(run.place).map(({ proxy }) => proxy));
    const unknown = names.filter((name) => !locked.has(name));
    if (unknown.length > 0) checkNames(unknown, await proxyNames(run));
    return withHostsOf(run, { names, flags }, async (hosts) => {
      const before = (await hosts?.read()) ?? [];
      const isFree = ({ owner: whose, state }: SeenLock) => force || whose === owner || state === 'expired';
      const held = locksIn(before).filter(({ seen }) => !isFree(seen));
      const free = locksIn(before).filter(({ seen }) => isFree(seen));
      const after = (await hosts?.remove(marksOf(free))) ?? [];
      const mute = [...before, ...after].filter(({ kind }) => kind === 'mute');
      const stays = locksIn(after);
      const released = releaseAll(run, proxies, { owner, force, nowMs });
      if ('problem' in released)
        return tell(run, exitCodes.crash, [`Not released: ${released.problem}: ${FOLDER_REMEDY}.`]);
      const said = [
        ...released.map((each) => releasedWords(each, { run, owner, nowMs })),
        ...held.map(({ proxy, seen }) => heldWords(seen, { run, owner, words: [proxy, '--on-hosts'] })),
        ...stays.map(({ seen }) => `Not removed, the login user there may not: ${seen.says}.`),
        ...removedWords(after, free, owner),
        ...muteWords(mute),
      ];
      const isHeld = released.some(({ kind }) => kind === 'held') || held.length > 0 || stays.length > 0;
      return tell(run, isHeld ? exitCodes.refused : exitCodeOf(mute), said);
    });
  });
}

/** `splitbrain locks`. */
export function locksCommand(flags: LocksFlags, call: Call): Promise<number> {
  return withLocks(flags, call, (run) =>
    withHostsOf(run, { names: [], flags }, async (hosts) => {
      const onHosts = (await hosts?.read()) ?? [];
      const found = seenLocks(run.place, readLocks(run.place), systemClock.now());
      const isUnread = found.some(({ state }) => state === 'unreadable');
      const exitCode = isUnread ? exitCodes.incomplete : exitCodeOf(onHosts);
      return list(run, [...found, ...locksIn(onHosts).map(({ seen }) => seen)], {
        exitCode,
        notes: muteWords(onHosts),
      });
    }),
  );
}

function releaseAll(
  { place }: LockRun,
  proxies: readonly (string | null)[],
  how: Releasing,
): readonly Released[] | { readonly problem: string } {
  try {
    return proxies.map((proxy) => releaseLock(place, proxy, how));
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

type HostLock = Extract<OnHost, { kind: 'lock' }>;

function locksIn(hosts: readonly OnHost[]): readonly HostLock[] {
  return hosts.filter((host) => host.kind === 'lock');
}

function marksOf(locks: readonly HostLock[]): ReadonlyMap<string, string> {
  return new Map(locks.map(({ proxy, mark }) => [proxy, mark]));
}

function muteWords(hosts: readonly OnHost[]): readonly string[] {
  return [...new Set(hosts.flatMap((host) => (host.kind === 'mute' ? [host.because.replace(/\.?$/, '.')] : [])))];
}

/** Whose lock it was is said of each that was not the owner's. */
function removedWords(after: readonly OnHost[], before: readonly HostLock[], owner: string): readonly string[] {
  const removed = new Set(after.flatMap(({ kind, proxy }) => (kind === 'none' ? [proxy] : [])));
  if (removed.size === 0) return [];
  const others = before.filter(({ proxy, seen }) => removed.has(proxy) && seen.owner !== owner);
  return [
    `Released on ${counted(removed.size, 'host')}.`,
    ...others.map(({ seen }) => `That one was not yours: ${seen.says}.`),
  ];
}

/** 3 where a host that should have answered did not. */
function exitCodeOf(hosts: readonly OnHost[]): number {
  const isMissing = hosts.some((host) => host.kind === 'mute' && !host.isExpected);
  return isMissing ? exitCodes.incomplete : exitCodes.agree;
}

async function giveBack(hosts: Hosts, isOurs: (seen: SeenLock) => boolean): Promise<void> {
  const now = locksIn(await hosts.read());
  await hosts.remove(marksOf(now.filter(({ seen }) => isOurs(seen))));
}

/** Whoever locks must know that writes may still go out for a moment. */
function healingWords({ place }: LockRun): readonly string[] {
  if (!existsSync(leasePath(place))) return [];
  return ['A run may be healing this environment: it stops after the batch of writes in hand.'];
}

function refuse(run: LockRun, held: readonly SeenLock[]): Promise<number> {
  const said = held.length === 0 ? ['Other runs keep taking the lock: try again.'] : held.map(({ says }) => `${says}.`);
  return tell(run, exitCodes.refused, ['Nothing was locked.', ...said]);
}

interface Telling {
  readonly run: LockRun;
  readonly owner: string;
}

function releasedWords({ proxy, kind, found }: Released, told: Telling & { readonly nowMs: number }): string {
  const { run, owner, nowMs } = told;
  const what = proxy ?? `all of ${run.place.environment}`;
  const [seen] = found === undefined ? [] : seenLocks(run.place, [found], nowMs);
  switch (kind) {
    case 'absent':
      return `There is no lock on ${what} in the folder.`;
    case 'released':
      return seen?.owner === owner ? `Released ${what}.` : `Released ${what}, which was not yours: ${seen?.says}.`;
    case 'held':
      return heldWords(seen!, { run, owner, words: proxy === null ? [] : [proxy] });
  }
}

function heldWords({ says }: SeenLock, { run, owner, words }: Telling & { readonly words: readonly string[] }): string {
  const command = run.spell('unlock', ...words, '--force');
  return `Not released, it is not yours (you are ${owner}): ${says}. Release it all the same: ${command}`;
}

function ownerWords({ owner }: LockFlags): readonly string[] {
  return owner === undefined ? [] : ['--owner', owner];
}
