// What a run must have before it may write: the lease of its environment, and no lock of anybody.

import type { Refusal } from '../domain/plan.ts';
import { takeLease } from '../heal/run-lock.ts';
import type { CommandRun } from '../session/command-run.ts';
import type { Mesh } from '../session/mesh.ts';

/** Why nothing may be written. `isLock`: somebody works on the mesh, and has locked it. */
export interface Obstacle extends Pick<Refusal, 'reason' | 'because'> {
  readonly isLock: boolean;
}

export interface HealLease {
  /** Why nothing may be written in this run. After the look, locks on hosts are known too. */
  obstacle(): Obstacle | null;
  readonly notes: readonly string[];
  /** Why nothing more may be written; asked before each batch of writes. */
  lost(): string | null;
  release(): void;
}

/** Where the lease is taken, or the journal's folder cannot be written, the run still looks. */
export async function leaseFor({ settings, context, mesh }: CommandRun): Promise<HealLease> {
  const claim = {
    folder: settings.heal.journal,
    environment: settings.environment,
    runId: context.run.id,
    what: 'healing',
  };
  const lease = await takeLease(claim, context.clock, context.signal);
  if ('release' in lease) {
    const { takenOver } = lease;
    if (takenOver !== null) context.log.warn('lock-taken-over', { because: takenOver });
    return {
      obstacle: () => lockObstacle(mesh),
      notes: takenOver === null ? [] : [takenOver],
      lost: () => lease.lost() ?? lockObstacle(mesh)?.because ?? null,
      release: () => lease.release(),
    };
  }
  const without = (obstacle: Obstacle): HealLease => ({
    obstacle: () => lockObstacle(mesh) ?? obstacle,
    notes: [],
    lost: () => null,
    release: () => {},
  });
  if ('because' in lease) return without({ reason: 'locked', because: lease.because, isLock: false });
  context.log.error('journal-unwritable', { because: lease.problem });
  const because = `${lease.problem}: without lock and journal nothing is healed: make room, or set \`heal.journal\``;
  return without({ reason: 'no-journal', because, isLock: false });
}

function lockObstacle(mesh: Mesh): Obstacle | null {
  const because = mesh.kind === 'live' ? mesh.locks.obstacle() : null;
  return because === null ? null : { reason: 'locked', because, isLock: true };
}
