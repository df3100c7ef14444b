// What a run works on: the proxies of a mesh, each with the way to read it, and the process that
// the run is in.

import { type Inventory, spellEndpoint } from '../domain/proxy.ts';
import type { Settings } from '../domain/settings.ts';
import { ProtocolError, TransportError } from '../errors.ts';
import type { InventoryContext } from '../inventory/inventory-context.ts';
import type { Clock } from '../process/clock.ts';
import type { Log } from '../process/log.ts';
import type { ProgressLine } from '../process/progress.ts';
import { haproxyDialect } from '../runtime-api/dialect.ts';
import { readMembers } from '../runtime-api/member-reader.ts';
import { createTableReader } from '../runtime-api/table-reader.ts';
import type { Member } from '../snapshot/collect.ts';
import { type OpenTransport, transportsOf } from '../transport/open.ts';

/** What a run takes from the process it runs in. */
export interface RunContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly progress: ProgressLine;
  readonly run: Run & { readonly meshWords: readonly string[] };
}

/** What tells a run from every other. */
export interface Run {
  readonly id: string;
  readonly command: string;
  readonly version: string;
}

/** One call of a command: the run that it is, and what ends it early. */
export interface Call {
  readonly run: Run;
  readonly signal: AbortSignal;
}

/**
 * The mesh of a run. A live mesh is read from its proxies and can be read again; a saved one is
 * read from `source`, a folder of dumps, and never changes.
 */
export type Mesh = MeshMembers & ({ readonly kind: 'live' } | { readonly kind: 'saved'; readonly source: string });

interface MeshMembers {
  readonly members: readonly Member[];
  /** How many proxies there must be; `null` where the configuration does not say. */
  readonly expected: Inventory['expected'];
  /** Sentences of the inventory for the report. */
  readonly notes: readonly string[];
}

/** What a workflow works on: the mesh, what is wanted of it, and the run that it is part of. */
export interface MeshRun {
  readonly mesh: Mesh;
  readonly settings: Settings;
  readonly context: RunContext;
}

/** Live proxies as members of a mesh; nothing is opened before it is asked. */
export function openMesh(inventory: Inventory, settings: Settings): Mesh {
  const { timeoutMs } = settings.collect;
  const open = openTransports(settings, settings.collect.compress);
  const members = inventory.proxies.map((target) => ({
    target,
    reader: createTableReader(open(target), settings.table, timeoutMs),
  }));
  return { kind: 'live', members, expected: inventory.expected, notes: inventory.notes };
}

/**
 * How an inventory asks a proxy who belongs to its mesh, in a login that ends with the answer.
 * Until then nobody knows its name: where a way depends on that (`ssh.jump`), it is called by its
 * host.
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

/** Ways to the proxies of a run; only dumps are worth compressing. */
export function openTransports(
  { ssh, collect: { timeoutMs, firstByteMs } }: Settings,
  compress: Settings['collect']['compress'] = 'never',
): OpenTransport {
  return transportsOf({ ssh, compress, dialect: haproxyDialect, patience: { timeoutMs, firstByteMs } });
}

export async function closeMesh(mesh: Mesh): Promise<void> {
  await Promise.all(mesh.members.map(({ reader }) => reader.close()));
}
