// Applies a plan to a model mesh, command by command, as a heal does: phase after phase, all
// clears of a phase before its sets.

import type { Plan, Step } from '../../src/domain/plan.ts';
import type { ModelMesh } from './model-mesh.ts';

/**
 * `after` is called after every single command; `onStep` right before the first command of each
 * step's phase.
 */
export function applyToModel(
  plan: Pick<Plan, 'conferences'>,
  mesh: ModelMesh,
  watch: { readonly after?: () => void; readonly onStep?: (key: string, step: Step) => void } = {},
): void {
  const steps = plan.conferences.flatMap((conference) =>
    conference.steps.map((step) => ({ ...step, key: conference.key })),
  );
  const phases = Math.max(0, ...steps.map(({ phase }) => phase + 1));
  for (let phase = 0; phase < phases; phase++) {
    const now = steps.filter((step) => step.phase === phase);
    for (const step of now) watch.onStep?.(step.key, step);
    for (const { key, kind, proxy, expect } of now) {
      if (kind === 'touch' || expect === null) continue;
      mesh.clear(proxy, key);
      watch.after?.();
    }
    for (const { key, kind, proxy, serverId } of now) {
      if (kind === 'remove') continue;
      mesh.set(proxy, key, serverId);
      watch.after?.();
    }
  }
}
