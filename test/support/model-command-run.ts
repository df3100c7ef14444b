// A command's run on a model mesh. Its proxies are read in whole (state, dump, single keys), and
// may take writes.

import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunReport } from '../../src/domain/run-report.ts';
import type { Settings } from '../../src/domain/settings.ts';
import type { CommandRun } from '../../src/session/command-run.ts';
import type { Mesh, RunContext } from '../../src/session/mesh.ts';
import type { Member } from '../../src/snapshot/collect.ts';
import { entryInPlace } from './entry-in-place.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { viewsOf } from './model-look.ts';
import type { ModelMesh } from './model-mesh.ts';
import { quietContext, settingsWith } from './model-run.ts';
import { noLocks } from './no-locks.ts';
import { readerOf } from './scripted-mesh.ts';
import { startStatsSocket } from './stats-socket.ts';

const STARTED_AT_SECONDS = 1_763_000_000;

/** The proxies that cannot be reached, and where the others take commands. */
interface Where {
  readonly gone: ReadonlySet<string>;
  readonly folder: string;
}

function memberOf(mesh: ModelMesh, name: string, { gone, folder }: Where): Member {
  const keysOf = () => mesh.keys().filter((key) => mesh.entry(name, key) !== null);
  const keyed = readerOf(mesh, name, gone);
  const size = 204_800;
  return {
    target: { name, region: null, endpoint: { kind: 'unix', path: join(folder, `${name}.sock`) } },
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

/**
 * Each proxy of the model carries out what comes on a socket in `folder`, until the test ends.
 * Resolves to the commands, in the order in which they came: `p2 clear table nodes key k`.
 */
export async function takeWrites(mesh: ModelMesh, folder: string): Promise<readonly string[]> {
  const commands: string[] = [];
  for (const name of mesh.names) {
    const socket = await startStatsSocket(join(folder, `${name}.sock`), (line) => {
      const words = line.trimEnd().split(';');
      for (const command of words) {
        commands.push(`${name} ${command}`);
        const [, key, id] = /^(?:clear|set) table nodes key (\w+)(?: data\.server_id (\d+))?$/.exec(command)!;
        if (id === undefined) mesh.clear(name, key!);
        else mesh.set(name, key!, Number(id));
      }
      return '\n'.repeat(words.length);
    });
    onTestFinished(() => socket.stop());
  }
  return commands;
}

export interface ModelRun extends CommandRun {
  readonly clock: FakeClock;
  readonly context: RunContext;
  /** What the run wrote into its files, in order; none of it goes to the terminal. */
  readonly written: readonly RunReport[];
}

/** The proxies in `gone` cannot be reached. */
export function modelRun(
  model: ModelMesh,
  {
    settings = {},
    mesh = {},
    gone = [],
    folder = '/nowhere',
    signal,
  }: {
    readonly settings?: Partial<Settings>;
    readonly mesh?: Partial<Mesh>;
    readonly gone?: readonly string[];
    /** Where the proxies take writes, see `takeWrites`; default: nowhere. */
    readonly folder?: string;
    readonly signal?: AbortSignal;
  } = {},
): ModelRun {
  const clock = createFakeClock();
  const quiet = quietContext();
  const members = model.names.map((name) => memberOf(model, name, { gone: new Set(gone), folder }));
  const written: RunReport[] = [];
  const opened = { kind: 'live', locks: noLocks, members, expected: null, notes: [], ...mesh } as Mesh;
  return {
    clock,
    written,
    mesh: opened,
    meshAgain: async () => opened,
    settings: { ...settingsWith(), ...settings },
    context: { ...quiet, clock, signal: signal ?? quiet.signal },
    files: {
      takeStandardOutput: true,
      losses: [],
      write: async (report) => void written.push(report),
      writeSummary: async () => {},
      writePlan: async () => {},
      writeJsonPieces: async () => {},
      writeJson: async () => {},
      writeJunit: async () => {},
      writePages: async () => {},
      keepJournal: () => {},
    },
  };
}
