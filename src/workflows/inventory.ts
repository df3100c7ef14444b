// Which proxies and shards there are, where each was learnt, and what disagrees. Reads the state
// and the maps of each proxy, and no table.

import pLimit from 'p-limit';
import { describeMesh, type KnownMesh } from '../analysis/known-mesh.ts';
import { lockNotes } from '../analysis/lock-notes.ts';
import { withoutIgnored } from '../analysis/members.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import { environmentLock } from '../domain/lock.ts';
import type { ProxySource } from '../domain/settings.ts';
import type { ProxyView } from '../domain/view.ts';
import { writeOut } from '../process/output.ts';
import { renderInventory } from '../report/inventory-text.ts';
import { nextLockCommand } from '../report/next-command.ts';
import { printableJson } from '../report/printable-json.ts';
import { describeTerminal } from '../report/terminal.ts';
import { type CommandRun, withCommandRun } from '../session/command-run.ts';
import type { LiveFlags } from '../session/look-flags.ts';
import type { Call, MeshRun } from '../session/mesh.ts';
import { type Member, troubleOf } from '../snapshot/collect.ts';
import { viewOf } from '../snapshot/completeness.ts';
import { readMaps } from '../snapshot/read-maps.ts';
import { discoverWanted } from './discover-wanted.ts';

const INVENTORY_SCHEMA = 'splitbrain/inventory/1';

/** Resolves to 0, or to 3 where a proxy could not be asked or the environment is locked. */
export function inventoryCommand(flags: LiveFlags, call: Call): Promise<number> {
  return withCommandRun(flags, call, tellInventory);
}

async function tellInventory(commandRun: CommandRun): Promise<number> {
  const { settings, mesh, context, files } = commandRun;
  const [views, discovered] = await Promise.all([readStates(commandRun), discoverWanted(commandRun)]);
  const known = describeMesh({
    views: withoutIgnored(views, settings.proxies.ignorePeers),
    inventory: sourceWords(settings.proxies.source),
    catalogue: discovered?.catalogue ?? null,
    backends: settings.backends,
  });
  const troubles = views.flatMap(({ name, trouble }) => {
    if (trouble === null) return [];
    return trouble.code === 'locked' ? [`${trouble.message}.`] : [`${name}: ${trouble.message}: ${trouble.remedy}.`];
  });
  const locks = mesh.kind === 'live' ? mesh.locks.seen() : [];
  const frozen = environmentLock(locks);
  const notes = [
    ...(frozen === undefined ? [] : [`${frozen.says}.`]),
    ...troubles,
    ...lockNotes(locks, { proxies: views, spellCommand: (...words) => nextLockCommand(context.run, ...words) }),
    ...mesh.notes,
    ...(discovered?.notes ?? []),
  ];
  context.progress.stop();
  const document = { schema: INVENTORY_SCHEMA, environment: settings.environment, ...known, notes };
  await files.writeJson(`${printableJson(document, 2)}\n`);
  if (!files.takeStandardOutput) {
    await writeOut(textOf(settings.environment, known, notes));
  }
  return troubles.length > 0 || frozen !== undefined ? exitCodes.incomplete : exitCodes.agree;
}

function textOf(environment: string, { proxies, shards, findings }: KnownMesh, notes: readonly string[]): string {
  return renderInventory(
    {
      environment,
      proxies: proxies.map(({ name, region, isRead, live, learntFrom, disagrees }) => ({
        cells: [name, region ?? '-', isRead === null ? '-' : isRead ? 'yes' : 'no', live ?? '-', learntFrom.join('; ')],
        disagrees,
      })),
      shards: shards.map(({ name, address, serverIds, release, learntFrom, disagrees }) => ({
        cells: [name ?? '-', address, serverIds.join(' ') || '-', release ?? '-', learntFrom.join(', ')],
        disagrees,
      })),
      findings,
      notes,
    },
    describeTerminal(process.stdout, process.env),
  );
}

/** A proxy that fails costs only itself. */
async function readStates({ mesh, settings, context }: MeshRun): Promise<readonly ProxyView[]> {
  const limit = pLimit(settings.collect.concurrency);
  const shared = new Map<string, ReadonlyMap<string, string>>();
  const files = settings.discovery?.maps ?? null;
  const { clock, signal } = context;
  const read = async ({ target, reader }: Member): Promise<ProxyView> => {
    const nothing = { target, answer: null, duplicates: 0, keyLength: null, bytes: 0, milliseconds: 0 };
    try {
      const state = await reader.state(signal);
      const maps = await readMaps(reader, { files, shared, clock, signal });
      return { ...viewOf({ ...nothing, state, trouble: null, maps }, settings.table), status: 'ok', trouble: null };
    } catch (error) {
      signal.throwIfAborted();
      return viewOf({ ...nothing, state: null, trouble: troubleOf(error), maps: null }, settings.table);
    }
  };
  return Promise.all(mesh.members.map((member) => limit(read, member)));
}

function sourceWords(source: ProxySource): string {
  switch (source.kind) {
    case 'list':
      return 'proxies.list';
    case 'peers':
      return 'proxies.peers';
    case 'ansible':
      return 'proxies.ansible';
    case 'consul':
      return 'proxies.consul';
    case 'command':
      return 'proxies.command';
  }
}
