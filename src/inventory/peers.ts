// The mesh lists its own members: `show peers` of one or more of its proxies.

import { type Endpoint, type Inventory, type ProxyTarget, spellEndpoint, type Trouble } from '../domain/proxy.ts';
import type { ProxySource } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { quote } from '../input/complaint.ts';
import { isHost, isProxyName } from '../input/names.ts';
import { type FoundHost, toTargets } from './found-host.ts';
import type { InventoryContext, MemberList } from './inventory-context.ts';

type PeersSource = Extract<ProxySource, { kind: 'peers' }>;

/** A proxy that answered. `spelled` is its endpoint for people. */
interface Seed {
  readonly endpoint: Endpoint;
  readonly spelled: string;
  readonly list: MemberList;
}

/** A limit far beyond real meshes: a longer list could send this program to any number of hosts. */
const MOST_MEMBERS = 1000;

/**
 * Every proxy that answered, at the endpoint where it did; and every other member that they list,
 * by the pattern. A proxy that could not be asked, or whose list is not believed, is included too:
 * as a member if others name it, else by its own endpoint. Throws ConfigError where none can be
 * asked.
 */
export async function askPeers(
  source: PeersSource,
  context: InventoryContext,
): Promise<Pick<Inventory, 'proxies' | 'notes'>> {
  const answers = await Promise.all(
    source.of.map(async (endpoint) => ({ endpoint, answer: await context.readMembers(endpoint, context.signal) })),
  );
  context.signal.throwIfAborted();
  const seeds: Seed[] = [];
  const unasked: Endpoint[] = [];
  const troubles: string[] = [];
  for (const { endpoint, answer } of answers) {
    const spelled = spellEndpoint(endpoint);
    const trouble = 'code' in answer ? spellTrouble(answer) : disbelief(answer);
    if (trouble !== null) {
      troubles.push(`${spelled}: ${trouble}`);
      unasked.push(endpoint);
    } else seeds.push({ endpoint, spelled, list: answer as MemberList });
  }
  if (!seeds.some(({ list }) => list.localPeer !== null)) {
    const alone = seeds.map(
      ({ spelled, list }) => `${spelled}: ${list.remark}: check table:, or name its proxies in proxies.list`,
    );
    throw new ConfigError([...troubles, ...alone].map((what) => `proxies.peers.of: ${what}`));
  }
  const own = seedTargets(seeds, source.ignorePeers);
  const { hosts, notes } = otherMembers(seeds, source.ignorePeers);
  const listed = [...own.targets, ...toTargets(hosts, source)];
  return {
    proxies: [...listed, ...unlisted(unasked, listed)],
    notes: [...troubles.map((what) => `Not asked who belongs to the mesh: ${what}.`), ...own.notes, ...notes],
  };
}

/**
 * The proxies that could not be asked and that no other proxy lists. Requests may enter there, so
 * each is in the list, and the view is incomplete without it.
 */
function unlisted(unasked: readonly Endpoint[], listed: readonly ProxyTarget[]): readonly ProxyTarget[] {
  const isListed = (endpoint: Endpoint) =>
    listed.some(
      (target) =>
        spellEndpoint(target.endpoint) === spellEndpoint(endpoint) ||
        (target.endpoint.kind !== 'unix' && endpoint.kind !== 'unix' && target.endpoint.host === endpoint.host),
    );
  return unasked
    .filter((endpoint) => !isListed(endpoint))
    .map((endpoint) => ({ name: nameAfter(spellEndpoint(endpoint)), endpoint, region: null }));
}

function spellTrouble({ message, remedy }: Trouble): string {
  return `${message}: ${remedy}`;
}

/**
 * Why a list is not used: one invalid name or address spoils it, because the list may be hostile,
 * and other proxies know the mesh too.
 */
function disbelief({ localPeer, members }: MemberList): string | null {
  if (members.length > MOST_MEMBERS)
    return `lists ${members.length} peers, more than the ${MOST_MEMBERS} that are believed`;
  const odd = [localPeer, ...members.map(({ name }) => name)].find((name) => name !== null && !isProxyName(name));
  if (odd !== undefined && odd !== null) return `lists the peer ${quote(odd)}, which cannot be the name of a proxy`;
  const lost = members.find(({ address }) => address !== null && !isHost(address));
  return lost ? `lists ${lost.name} at ${quote(lost.address!)}, which is no address` : null;
}

/**
 * Proxies that answered, at the endpoint where they did, whatever address their peers have. A proxy
 * without peers is in no other list.
 */
function seedTargets(seeds: readonly Seed[], ignored: readonly string[]) {
  const targets = new Map<string, ProxyTarget & { readonly process: string }>();
  const notes: string[] = [];
  for (const { endpoint, spelled, list } of seeds) {
    const { localPeer, process, remark } = list;
    if (localPeer !== null && ignored.includes(localPeer)) continue;
    const name = localPeer ?? nameAfter(spelled);
    const first = targets.get(name);
    if (first !== undefined && first.process !== process) {
      const other = spellEndpoint(first.endpoint);
      throw new ConfigError([
        `proxies.peers.of: ${other} and ${spelled} are two processes that call themselves ${name}: give each a name of its own (haproxy -L), the one in the peers sections`,
      ]);
    }
    if (first === undefined) targets.set(name, { name, endpoint, region: null, process });
    if (localPeer === null) notes.push(`${spelled} is in no peers section (${remark}); it is read all the same.`);
  }
  return { targets: [...targets.values()].map(({ process: _, ...target }) => target), notes };
}

function nameAfter(spelled: string): string {
  const text = spelled.replace(/^\w+:\/+/, '').replace(/[^A-Za-z0-9_.:-]+/g, '-');
  return text.replace(/^[.-]+/, '').slice(0, 200) || 'proxy';
}

/**
 * The other members, in the order of their names. Where proxies give different addresses for a
 * member, the first proxy decides.
 */
function otherMembers(seeds: readonly Seed[], ignored: readonly string[]) {
  const own = new Set(seeds.map(({ list }) => list.localPeer));
  const claims = new Map<string, { readonly host: string | null; readonly spelled: string }[]>();
  for (const { endpoint, spelled, list } of seeds) {
    for (const { name, address } of list.members) {
      if (own.has(name) || ignored.includes(name)) continue;
      const host = address !== null && leadsFromHere(address, endpoint) ? address : null;
      claims.set(name, [...(claims.get(name) ?? []), { host, spelled }]);
    }
  }
  const hosts: FoundHost[] = [];
  const notes: string[] = [];
  for (const name of [...claims.keys()].sort()) {
    const places = claims.get(name)!;
    const { host, spelled } = places.find((place) => place.host !== null) ?? places[0]!;
    hosts.push({ name, host, region: null, where: `show peers of ${spelled}` });
    const other = places.find((place) => place.host !== null && place.host !== host);
    if (other)
      notes.push(`${name} is at ${host} for ${spelled}, and at ${other.host} for ${other.spelled}; read at the first.`);
  }
  return { hosts, notes };
}

/** A loopback address leads to the same place only from the proxy's own host. */
function leadsFromHere(address: string, seed: Endpoint): boolean {
  if (/^(?:0\.0\.0\.0|::)$/.test(address)) return false;
  return !isLoopback(address) || seed.kind === 'unix' || isLoopback(seed.host);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
