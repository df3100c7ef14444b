// What one proxy says of its mesh: the table that stores servers, the backends that its entries
// lead to, the other members and the way to them. Reads each table once, and keeps no entry.

import { markServing } from '../analysis/backends.ts';
import { chooseTable, type SeenTable } from '../analysis/choose-table.ts';
import type { FirstFacts } from '../config/first-configuration.ts';
import type { Label } from '../domain/entry.ts';
import { type Endpoint, spellEndpoint } from '../domain/proxy.ts';
import { ConfigError } from '../errors.ts';
import { quote } from '../input/complaint.ts';
import { isProxyName } from '../input/names.ts';
import { type Members, readMembers } from '../runtime-api/member-reader.ts';
import { createTableReader } from '../runtime-api/table-reader.ts';
import { type MeshRun, openTransports } from '../session/mesh.ts';
import { viewOf } from '../snapshot/completeness.ts';
import { createLabelTable } from '../snapshot/grid/label-table.ts';

/**
 * Rejects with ConfigError where no table can be chosen, with TransportError or ProtocolError where
 * the proxy cannot be asked.
 */
export async function askFirstProxy(
  { mesh, settings, context }: MeshRun,
  wanted: string | null,
): Promise<Omit<FirstFacts, 'environment' | 'date' | 'version'>> {
  const { timeoutMs } = settings.collect;
  const { signal } = context;
  const { target } = mesh.members[0]!;
  const transport = openTransports(settings, settings.collect.compress)(target);
  try {
    const readerOf = (table: string) => createTableReader(transport, table, timeoutMs);
    const state = await readerOf(settings.table).state(signal);
    const labelsByTable = new Map<string, readonly Label[]>();
    const seen: SeenTable[] = [];
    for (const { name, used } of state.tables) {
      const isAsked = wanted === null || wanted === name;
      if (isAsked && used > 0) {
        const reader = readerOf(name);
        await reader.state(signal);
        const found = createLabelTable();
        const { entries } = await reader.dump({ entry: (entry) => void found.numberOf(entry) }, signal);
        labelsByTable.set(name, found.labels.filter(namesServer));
        seen.push({ name, storesServers: entries === 0 ? null : found.labels.some(namesServer) });
      } else seen.push({ name, storesServers: null });
    }
    const choice = chooseTable(seen, wanted);
    if ('problem' in choice) throw new ConfigError([choice.problem]);
    const { table } = choice;
    const members = await readMembers(transport, table, { timeoutMs, signal });
    requireNames(members);
    const reading = { target, answer: null, duplicates: 0, keyLength: null, bytes: 0, milliseconds: 0 };
    const view = viewOf({ ...reading, state, trouble: null, maps: null }, table);
    const labels = labelsByTable.get(table) ?? [];
    const [marked] = markServing([view], () => labels, null);
    const backends = marked!.servers.filter(({ counts }) => counts).map(({ backend }) => backend);
    return {
      table,
      tableWhy: choice.why,
      backends: labels.length > 0 ? [...new Set(backends)] : [],
      asked: {
        name: members.localPeer ?? target.name,
        endpoint: spellEndpoint(target.endpoint),
        haproxy: state.haproxy,
      },
      others: [...members.members].sort((one, other) => (one.name < other.name ? -1 : 1)),
      ...patternOf(target.endpoint, members),
    };
  } finally {
    await transport.close();
  }
}

/** These names become names of proxies; a proxy that says others may be hostile. */
function requireNames({ localPeer, members }: Members): void {
  const odd = [localPeer, ...members.map(({ name }) => name)].find((name) => name !== null && !isProxyName(name));
  if (odd !== undefined && odd !== null)
    throw new ConfigError([`this proxy lists the peer ${quote(odd)}, which cannot be the name of a proxy`]);
}

function namesServer({ serverId, serverKey }: Label): boolean {
  return serverId !== 0 || serverKey !== null;
}

/** The way to the other members, if one pattern leads to each. */
function patternOf(endpoint: Endpoint, { members, remark }: Members): Pick<FirstFacts, 'pattern' | 'patternWhy'> {
  const none = (patternWhy: string) => ({ pattern: null, patternWhy });
  if (remark !== null) return none(`This proxy stands alone: ${remark}.`);
  if (members.length === 0) return none('This proxy lists no other proxy.');
  if (endpoint.kind === 'unix')
    return none('A socket of this machine leads to one proxy only, not to the others that it lists.');
  const addresses = members.map(({ address }) => address);
  if (addresses.includes(null) || new Set([...addresses, endpoint.host]).size <= addresses.length)
    return none('The peers section does not give each of the others an address of its own.');
  return { pattern: spellEndpoint({ ...endpoint, host: '{host}' }), patternWhy: '' };
}
