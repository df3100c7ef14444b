// A model mesh behind the readers and writers of a heal, with a script of faults, and a real
// journal in a temporary folder.

import { onTestFinished } from 'vitest';
import { TransportError } from '../../src/errors.ts';
import type { HealTools } from '../../src/heal/heal-tools.ts';
import type { Journal } from '../../src/heal/journal.ts';
import type { EntrySink } from '../../src/runtime-api/entry-sink.ts';
import type { TableReader } from '../../src/runtime-api/table-reader.ts';
import type { TableWriter, WriteAnswer } from '../../src/runtime-api/table-writer.ts';
import { entryInPlace } from './entry-in-place.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { beginJournal } from './journals.ts';
import type { ModelMesh } from './model-mesh.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const accepted: WriteAnswer = { outcome: 'accepted' };
export const inUse: WriteAnswer = { outcome: 'busy', answer: 'Entry currently in use, cannot remove' };

/** One command as it reaches a proxy; `id` is `null` for a clear. */
export interface Command {
  readonly proxy: string;
  readonly key: string;
  readonly id: number | null;
}

export interface Script {
  /**
   * A proxy's answer to a command. Without one, the model mesh executes and accepts the command. An
   * answer that is not `accepted` changes nothing.
   */
  readonly answer?: (command: Command) => WriteAnswer | undefined;
  /** Called before a proxy executes a line of commands. */
  readonly beforeLine?: (commands: readonly Command[]) => void;
  readonly beforeRead?: (proxy: string, keys: readonly string[]) => void;
  /** The journal of the heal; by default one in a temporary folder. */
  readonly journal?: Journal;
  /** Why the lease is lost; `null` while it is not. */
  readonly leaseLost?: () => string | null;
}

export interface ScriptedMesh {
  readonly tools: HealTools;
  readonly clock: FakeClock;
  readonly interrupt: AbortController;
  /** A proxy that a test adds here cannot be reached from then on. */
  readonly gone: Set<string>;
  /** Every command that reached a proxy: `clear p1 k`, `set p1 k=12`. */
  readonly commands: readonly string[];
}

export function scriptMesh(mesh: ModelMesh, script: Script = {}): ScriptedMesh {
  const clock = createFakeClock();
  const interrupt = new AbortController();
  const gone = new Set<string>();
  const commands: string[] = [];
  const journal = script.journal ?? openOwnJournal(clock);

  function carryOut(line: readonly Command[]): readonly WriteAnswer[] {
    if (line.length > 0) script.beforeLine?.(line);
    return line.map((command): WriteAnswer => {
      const { proxy, key, id } = command;
      if (gone.has(proxy)) return { outcome: 'unknown', answer: 'connection refused' };
      commands.push(id === null ? `clear ${proxy} ${key}` : `set ${proxy} ${key}=${id}`);
      const answer = script.answer?.(command) ?? accepted;
      if (answer.outcome !== 'accepted') return answer;
      if (id === null) mesh.clear(proxy, key);
      else mesh.set(proxy, key, id);
      return answer;
    });
  }

  const writerOf = (proxy: string): TableWriter => ({
    clear: async (keys) => carryOut(keys.map((key) => ({ proxy, key, id: null }))),
    setServerIds: async (entries) => carryOut(entries.map(({ key, serverId }) => ({ proxy, key, id: serverId }))),
  });
  const tools: HealTools = {
    readers: new Map(mesh.names.map((name) => [name, readerOf(mesh, name, gone, script.beforeRead)])),
    request: null,
    writers: new Map(mesh.names.map((name) => [name, writerOf(name)])),
    concurrency: 4,
    journal,
    leaseLost: script.leaseLost ?? (() => null),
    clock,
    signal: interrupt.signal,
  };
  return { tools, clock, interrupt, gone, commands };
}

function openOwnJournal(clock: FakeClock): Journal {
  const journal = beginJournal(temporaryFolder(), 'run1', () => new Date(clock.now()));
  onTestFinished(() => journal.close());
  return journal;
}

/** Reads single keys only: the tests' heals are too small for dumps. */
export function readerOf(
  mesh: ModelMesh,
  proxy: string,
  gone: ReadonlySet<string> = new Set(),
  beforeRead: Script['beforeRead'] = undefined,
): TableReader {
  const unasked = () => Promise.reject(new Error('a heal reads single keys only'));
  async function entries(keys: readonly string[], sink: EntrySink, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted();
    beforeRead?.(proxy, keys);
    signal.throwIfAborted();
    if (gone.has(proxy))
      throw new TransportError({ code: 'refused', message: 'connection refused', remedy: 'look at the proxy' });
    for (const key of keys) {
      const held = mesh.entry(proxy, key);
      if (held === null) continue;
      const { serverId, serverKey } = held;
      sink.entry(entryInPlace({ key, expiresInMs: 298_000, serverId, serverKey: serverKey ?? '-' }));
    }
    return [];
  }
  return {
    state: unasked,
    dump: unasked,
    fillsKeyLength: unasked,
    checkProcess: unasked,
    close: async () => {},
    entries,
    async premise(keys, sink, signal) {
      await entries(keys, sink, signal);
      return mesh.serversOf(proxy).map((each) => ({ backend: 'nodes', ...each }));
    },
  };
}
