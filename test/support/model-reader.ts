// The proxies of a model mesh as a whole run reads them: state, dump and single keys.

import type { Settings } from '../../src/domain/settings.ts';
import type { CommandRun } from '../../src/session/command-run.ts';
import type { Mesh, RunContext } from '../../src/session/mesh.ts';
import type { Member } from '../../src/snapshot/collect.ts';
import { entryInPlace } from './entry-in-place.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { viewsOf } from './model-look.ts';
import type { ModelMesh } from './model-mesh.ts';
import { quietContext, settingsWith } from './model-run.ts';
import { readerOf } from './scripted-mesh.ts';

const STARTED_AT_SECONDS = 1_763_000_000;

function memberOf(mesh: ModelMesh, name: string, gone: ReadonlySet<string>): Member {
  const keysOf = () => mesh.keys().filter((key) => mesh.entry(name, key) !== null);
  const keyed = readerOf(mesh, name, gone);
  const size = 204_800;
  return {
    target: { name, region: null, endpoint: { kind: 'unix', path: '/nowhere' } },
    reader: {
      ...keyed,
      async state(signal) {
        // Fails where the proxy is gone.
        await keyed.entries([], { entry() {} }, signal);
        const view = viewsOf(mesh).find((each) => each.name === name)!;
        return {
          ...view,
          startedAtSeconds: STARTED_AT_SECONDS,
          tables: [{ name: 'nodes', type: 'string', size, used: keysOf().length }],
        };
      },
      async dump(sink, signal) {
        const keys = keysOf();
        for (const key of keys) {
          const { serverId, serverKey } = mesh.entry(name, key)!;
          sink.entry(entryInPlace({ key, expiresInMs: 298_000, serverId, serverKey: serverKey ?? '-' }));
        }
        signal.throwIfAborted();
        return {
          outcome: 'complete',
          header: { name: 'nodes', type: 'string', size, used: keys.length },
          entries: keys.length,
          bytes: 100 * keys.length,
          maxExpiresInMs: 298_000,
          isSpread: false,
          unreadableLines: 0,
          remark: null,
          brokenBy: null,
        };
      },
      checkProcess: async () => {},
      fillsKeyLength: async () => false,
    },
  };
}

export interface ModelRun extends CommandRun {
  readonly clock: FakeClock;
  readonly context: RunContext;
  /** What the run wrote into its files, in order; none of it goes to the terminal. */
  readonly written: readonly { readonly exitCode: number; readonly notes: readonly string[] }[];
}

/** The proxies in `gone` cannot be reached. */
export function modelRun(
  model: ModelMesh,
  {
    settings = {},
    mesh = {},
    gone = [],
    signal,
  }: {
    readonly settings?: Partial<Settings>;
    readonly mesh?: Partial<Mesh>;
    readonly gone?: readonly string[];
    readonly signal?: AbortSignal;
  } = {},
): ModelRun {
  const clock = createFakeClock();
  const quiet = quietContext();
  const members = model.names.map((name) => memberOf(model, name, new Set(gone)));
  const written: { exitCode: number; notes: readonly string[] }[] = [];
  return {
    clock,
    written,
    mesh: { kind: 'live', members, expected: null, notes: [], ...mesh } as Mesh,
    settings: { ...settingsWith(), ...settings },
    context: { ...quiet, clock, signal: signal ?? quiet.signal },
    files: {
      takeStandardOutput: true,
      losses: [],
      write: async ({ exitCode, notes }) => void written.push({ exitCode, notes }),
      writeSummary: async () => {},
      writePlan: async () => {},
      keepJournal: () => {},
    },
  };
}
