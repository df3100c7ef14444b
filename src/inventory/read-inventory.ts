// The list of proxies and their expected number, whatever the source.

import { type Inventory, type ProxyTarget, spellEndpoint } from '../domain/proxy.ts';
import type { ProxySource } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { readAnsible } from './ansible.ts';
import { runCommand } from './command.ts';
import { readConsul } from './consul.ts';
import { type Found, toTargets } from './found-host.ts';
import type { InventoryContext } from './inventory-context.ts';
import { askPeers } from './peers.ts';

/**
 * The proxies that the source names, each with its own name and endpoint. Throws ConfigError where
 * the source cannot be read, names no proxy or names one twice. Rejects with the signal's reason
 * when that aborts.
 */
export async function readInventory(
  source: ProxySource,
  expected: Inventory['expected'],
  context: InventoryContext,
): Promise<Inventory> {
  context.signal.throwIfAborted();
  const { proxies, notes } = await proxiesOf(source, context);
  if (proxies.length === 0) throw new ConfigError([`proxies.${source.kind}: names no proxy`]);
  const complaints = twice(proxies).map((what) => `proxies.${source.kind}: ${what}`);
  if (complaints.length > 0) throw new ConfigError(complaints);
  return { proxies, expected, notes };
}

type NamedProxies = Pick<Inventory, 'proxies' | 'notes'>;

async function proxiesOf(source: ProxySource, context: InventoryContext): Promise<NamedProxies> {
  switch (source.kind) {
    case 'list':
      return { proxies: source.proxies, notes: [] };
    case 'peers':
      return askPeers(source, context);
    case 'ansible':
      return targetsOf(source, await readAnsible(source, context));
    case 'consul':
      return targetsOf(source, await readConsul(source, context));
    case 'command':
      return targetsOf(source, { hosts: await runCommand(source, context), notes: [] });
  }
}

function targetsOf(
  source: { readonly kind: string; readonly endpoint: string },
  { hosts, notes }: Found,
): NamedProxies {
  return { proxies: toTargets(hosts, source), notes };
}

/**
 * Complaints about proxies that stand twice: one proxy under two names would agree with itself, and
 * two under one name could not be distinguished.
 */
function twice(proxies: readonly ProxyTarget[]): readonly string[] {
  const names = new Set<string>();
  const endpoints = new Map<string, string>();
  return proxies.flatMap(({ name, endpoint }) => {
    const spelled = spellEndpoint(endpoint);
    const other = endpoints.get(spelled);
    const sentences = names.has(name) ? [`two proxies are called ${name}`] : [];
    if (other !== undefined) sentences.push(`${other} and ${name} are both at ${spelled}`);
    names.add(name);
    endpoints.set(spelled, name);
    return sentences;
  });
}
