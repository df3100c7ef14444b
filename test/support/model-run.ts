// A run on a model mesh, for tests of workflows: its settings, its context, its report and its
// readers.

import type { HealSettings } from '../../src/domain/plan.ts';
import type { RunReport } from '../../src/domain/run-report.ts';
import type { Settings } from '../../src/domain/settings.ts';
import { createLogger } from '../../src/process/log.ts';
import type { Mesh, MeshRun, RunContext } from '../../src/session/mesh.ts';
import { load, small } from '../config/loading.ts';
import { createFakeClock } from './fake-clock.ts';
import { drawEntry, drawMesh, lookAt, type Picture } from './model-look.ts';
import type { ModelMesh } from './model-mesh.ts';
import { noLocks } from './no-locks.ts';
import { runReport } from './run-report.ts';
import { readerOf } from './scripted-mesh.ts';

export function quietContext(now?: number): RunContext {
  return {
    clock: createFakeClock(now),
    signal: new AbortController().signal,
    log: createLogger({ level: 'silent', showNames: false, bindings: { runId: 'r', environment: 'stage' } }),
    progress: { update() {}, stop() {} },
    run: { id: 'run-2', command: 'heal', version: '0.1.0', meshWords: [] },
  };
}

export function settingsWith(heal: Partial<HealSettings> = {}): Settings {
  const settings = load(small('heal: { maxRatio: 1 }'));
  return { ...settings, heal: { ...settings.heal, journal: '/nowhere', ...heal } };
}

export const reportOf = (mesh: ModelMesh): RunReport => runReport(lookAt(mesh));

function meshOf(mesh: ModelMesh): Mesh {
  const members = mesh.names.map((name) => ({
    target: { name, endpoint: { kind: 'unix' as const, path: '/nowhere' }, region: null },
    reader: readerOf(mesh, name),
  }));
  return { kind: 'live', dials: [], locks: noLocks, members, expected: null, notes: [] };
}

/** A run on a model mesh. */
export function runOf(mesh: ModelMesh, heal: Partial<HealSettings> = {}): MeshRun {
  return { mesh: meshOf(mesh), settings: settingsWith(heal), context: quietContext() };
}

/** Conferences by key, on proxies without links. */
export function draw(pictures: Readonly<Record<string, Picture>>): ModelMesh {
  const names = [...new Set(['p1', 'p2', ...Object.values(pictures).flatMap(Object.keys)])];
  const cut = names.flatMap((one) => names.flatMap((other) => (one < other ? [[one, other] as const] : [])));
  const mesh = drawMesh(Object.fromEntries(names.map((name) => [name, null])), { cut });
  for (const [key, picture] of Object.entries(pictures))
    for (const [proxy, entry] of Object.entries(picture)) mesh.put(proxy, key, drawEntry(entry, mesh, proxy));
  return mesh;
}
