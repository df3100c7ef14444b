// What a run works on: the proxies of a mesh with their readers, and the context of the run.

import { type Inventory, spellEndpoint } from '../domain/proxy.ts';
import type { Settings } from '../domain/settings.ts';
import { ProtocolError, TransportError } from '../errors.ts';
import type { InventoryContext } from '../inventory/inventory-context.ts';
import type { Clock } from '../process/clock.ts';
import type { Log } from '../process/log.ts';
import type { ProgressLine } from '../process/progress.ts';
import { haproxyDialect } from '../runtime-api/dialect.ts';
import { readMembers } from '../runtime-api/member-reader.ts';
import { createTableReader, type TableReader } from '../runtime-api/table-reader.ts';
import type { Member } from '../snapshot/collect.ts';
import type { Dial } from '../transport/dial.ts';
import { type OpenTransport, transportsOf } from '../transport/open.ts';
import type { MeshLocks } from './mesh-locks.ts';

/** The context of a run: time, its end, its log and its progress. */
export interface RunContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly progress: ProgressLine;
  readonly run: Run & { readonly meshWords: readonly string[] };
}

/** Identifies a run in logs, reports and journals. */
export interface Run {
  readonly id: string;
  readonly command: string;
  readonly version: string;
}

/** One call of a command: its run, and the signal that ends it early. */
export interface Call {
  readonly run: Run;
  readonly signal: AbortSignal;
}

/**
 * The mesh of a run. A live mesh is read from its proxies and can be read again; a saved one is
 * read from `source`, its folders of dumps, and never changes. `apartMs` is the time within which
 * its parts were taken, 0 for a single one.
 */
export type Mesh = MeshMembers &
  (
    | { readonly kind: 'live'; readonly dials: readonly ProxyDial[]; readonly locks: MeshLocks }
    | { readonly kind: 'saved'; readonly source: string; readonly apartMs: number }
  );

/** Connections through the login at a proxy's host, the same login as its own conversations. */
export interface ProxyDial {
  readonly proxy: string;
  readonly region: string | null;
  readonly dial: Dial;
}

interface MeshMembers {
  readonly members: readonly Member[];
  /** How many proxies there must be; `null` where the configuration sets no number. */
  readonly expected: Inventory['expected'];
  /** Sentences from the inventory for the report. */
  readonly notes: readonly string[];
}

/** What a workflow works on: the mesh, its settings, and the context of the run. */
export interface MeshRun {
  readonly mesh: Mesh;
  readonly settings: Settings;
  readonly context: RunContext;
}

/** Makes live proxies members of a mesh; a connection is opened at the first request. */
export function openMesh(inventory: Inventory, settings: Settings, locks: MeshLocks): Mesh {
  const { timeoutMs } = settings.collect;
  const open = openTransports(settings, settings.collect.compress);
  const opened = inventory.proxies.map((target) => ({ target, transport: open(target) }));
  const members = opened.map(({ target, transport }) => ({
    target,
    reader: locks.guarded(target, createTableReader(transport, settings.table, timeoutMs), transport.shell),
  }));
  const dials = opened.flatMap(({ target: { name, region }, transport: { dial } }) =>
    dial === undefined ? [] : [{ proxy: name, region, dial }],
  );
  return { kind: 'live', members, dials, locks, expected: inventory.expected, notes: inventory.notes };
}

/**
 * Asks a proxy for the members of its mesh, for an inventory. The login ends with the answer. The
 * proxy's name is not known yet, so rules by name (`ssh.jump`) see its host instead.
 */
export function membersReader(settings: Settings): InventoryContext['readMembers'] {
  const { timeoutMs } = settings.collect;
  const open = openTransports(settings);
  return async (endpoint, signal) => {
    const name = 'host' in endpoint ? endpoint.host : spellEndpoint(endpoint);
    const transport = open({ name, endpoint, region: null });
    try {
      const { process, ...rest } = await readMembers(transport, settings.table, { timeoutMs, signal });
      return { ...rest, process: `${process.pid} ${process.startedAtSeconds}` };
    } catch (error) {
      if (!(error instanceof TransportError || error instanceof ProtocolError)) throw error;
      return { code: error.code, message: error.message, remedy: error.remedy };
    } finally {
      await transport.close();
    }
  };
}

/**
 * Transports to the proxies of a run. `compress` is for dumps: nothing else is worth compressing.
 */
export function openTransports(
  { ssh, collect: { timeoutMs, firstByteMs } }: Settings,
  compress: Settings['collect']['compress'] = 'never',
): OpenTransport {
  return transportsOf({ ssh, compress, dialect: haproxyDialect, patience: { timeoutMs, firstByteMs } });
}

/** The readers of the proxies with these names, by name. */
export function readersOf({ members }: Mesh, names: readonly string[]): ReadonlyMap<string, TableReader> {
  const wanted = new Set(names);
  return new Map(
    members.filter(({ target }) => wanted.has(target.name)).map(({ target, reader }) => [target.name, reader]),
  );
}

/** Closes every connection to the mesh. */
export async function closeMesh(mesh: Mesh): Promise<void> {
  await Promise.all(mesh.members.map(({ reader }) => reader.close()));
}
