// Scenarios for tests of healing: a drawn mesh, the plan from before the script begins, and a heal
// of that plan, or its applier alone.

import type { HealOutcome, Plan } from '../../src/domain/plan.ts';
import { createApplier } from '../../src/heal/apply.ts';
import { type HealOptions, healPlan } from '../../src/heal/heal.ts';
import { readJournal } from '../../src/heal/journal.ts';
import { createPlanningModel, withServers } from '../../src/plan/planning-model.ts';
import { addresses, type DrawnMesh, drawEntry, drawMesh, type Picture, planFor, viewsOf } from './model-look.ts';
import type { ModelMesh } from './model-mesh.ts';
import { type Script, type ScriptedMesh, scriptMesh } from './scripted-mesh.ts';

export const SETTLE_MS = 5_000;

export interface Scenario extends ScriptedMesh {
  readonly mesh: ModelMesh;
  readonly plan: Plan;
  /** How many conferences each round of a heal wrote. */
  readonly rounds: readonly number[];
  readonly heal: (options?: Partial<HealOptions>) => Promise<HealOutcome>;
  /** Writes the steps, without a check of the result. */
  readonly apply: ReturnType<typeof createApplier>;
  /** The shard that each proxy leads to, by its short name. */
  readonly routes: (key?: string) => readonly (string | null)[];
}

export function scenarioOn(mesh: ModelMesh, script: Script = {}, plan: Plan = planFor(mesh)): Scenario {
  const scripted = scriptMesh(mesh, script);
  const views = viewsOf(mesh);
  const names = Object.fromEntries(Object.entries(addresses).map(([name, address]) => [address, name]));
  const rounds: number[] = [];
  return {
    ...scripted,
    mesh,
    plan,
    rounds,
    heal: (options) =>
      healPlan({ plan, views }, scripted.tools, {
        settleMs: SETTLE_MS,
        rounds: null,
        onRound: (_round, left) => rounds.push(left),
        ...options,
      }),
    apply: createApplier(scripted.tools, {
      replans: true,
      modelWith: (servers) => createPlanningModel(withServers(views, servers)),
    }),
    routes: (key = 'k') => mesh.names.map((name) => names[mesh.route(name, key) ?? ''] ?? null),
  };
}

export function drawScenario(picture: Picture, drawn: DrawnMesh = {}, script: Script = {}): Scenario {
  return scenarioOn(drawMesh(picture, drawn), script);
}

/** Some conferences, each {p1: s1, p2: s2}, and no link between the two. */
export function manySplit(keys: readonly string[]): ModelMesh {
  const mesh = drawMesh({ p1: null, p2: null }, { cut: [['p1', 'p2']] });
  for (const key of keys) {
    mesh.put('p1', key, drawEntry('s1', mesh, 'p1'));
    mesh.put('p2', key, drawEntry('s2', mesh, 'p2'));
  }
  return mesh;
}

/** The journal's intents and outcomes: `intent 1 p2 replace`, `outcome 1 accepted`. */
export function journaled({ tools }: ScriptedMesh): readonly string[] {
  return readJournal(tools.journal.path).flatMap((record) => {
    if (record.event === 'intent') return [`intent ${record.seq} ${record.proxy} ${record.kind}`];
    return record.event === 'outcome' ? [`outcome ${record.seq} ${record.outcome}`] : [];
  });
}
