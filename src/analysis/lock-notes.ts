// Sentences on locks that keep nobody out of this run, or not where they seem to: no lock is passed
// over in silence.

import type { SeenLock } from '../domain/lock.ts';

/** The run that the notes are for: its proxies, and how it spells a command on the same mesh. */
export interface NotedRun {
  readonly proxies: readonly { readonly name: string }[];
  readonly spellCommand: (...words: readonly string[]) => string;
}

/** A lock that is in force is said where it is honoured. */
export function lockNotes(locks: readonly SeenLock[], { proxies, spellCommand }: NotedRun): readonly string[] {
  const names = new Set(proxies.map(({ name }) => name));
  return locks
    .filter((lock) => !isCopy(lock, locks))
    .flatMap((lock) => {
      const isNowhere = lock.proxy !== null && !names.has(lock.proxy);
      const { proxy, place } = lock;
      const unlock = (...more: readonly string[]) =>
        spellCommand(
          'unlock',
          ...(proxy === null ? [] : [proxy]),
          ...(place === 'host' ? ['--on-hosts'] : []),
          ...more,
        );
      return noteOf(lock, isNowhere, unlock) ?? [];
    });
}

/** A lock of the folder that was written on the host too is said once. */
function isCopy({ place, proxy, owner, state, untilMs }: SeenLock, locks: readonly SeenLock[]): boolean {
  return (
    place === 'host' &&
    locks.some(
      (other) =>
        other.place === 'folder' &&
        other.state === state &&
        other.owner === owner &&
        other.untilMs === untilMs &&
        (other.proxy === null || other.proxy === proxy),
    )
  );
}

function noteOf(
  { state, says }: SeenLock,
  isNowhere: boolean,
  unlock: (...more: readonly string[]) => string,
): string | null {
  switch (state) {
    case 'in-force':
      return isNowhere ? `${says}. No proxy of this run has that name.` : null;
    case 'ignored':
      return `This run ignores a lock, as --ignore-lock says: ${says}.`;
    case 'expired':
      return `${says}. It is ignored; \`${unlock()}\` removes it.`;
    case 'unreadable':
      return `${says}. Nothing is healed while it is there; \`${unlock('--force')}\` removes it.`;
  }
}
