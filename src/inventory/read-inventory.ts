// Which proxies there ought to be, whatever the source, and how many.

import { isProblem } from '../config/complaint.ts';
import { readTextFile } from '../config/files.ts';
import { type Inventory, type ProxyTarget, spellEndpoint } from '../domain/proxy.ts';
import type { ProxySource } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { parseAnsible } from './ansible.ts';
import { runCommand } from './command.ts';
import { askConsul } from './consul.ts';
import type { InventoryEdge } from './edge.ts';
import { toTargets } from './found-host.ts';

/**
 * The proxies that the source names, each with a name and an endpoint of its own. Throws ConfigError where the source
 * cannot be had, names no proxy or names one twice; rejects with the signal's reason when that aborts.
 */
export async function readInventory(
  source: ProxySource,
  expected: Inventory['expected'],
  edge: InventoryEdge,
): Promise<Inventory> {
  edge.signal.throwIfAborted();
  const proxies = await proxiesOf(source, edge);
  if (proxies.length === 0) throw new ConfigError([`proxies.${source.kind}: names no proxy`]);
  const complaints = twice(proxies).map((what) => `proxies.${source.kind}: ${what}`);
  if (complaints.length > 0) throw new ConfigError(complaints);
  return { proxies, expected };
}

async function proxiesOf(source: ProxySource, edge: InventoryEdge): Promise<readonly ProxyTarget[]> {
  switch (source.kind) {
    case 'list':
      return source.proxies;
    case 'ansible':
      return toTargets(readAnsible(source.inventory, source.group, edge), source.endpoint);
    case 'consul':
      return toTargets(await askConsul(source, edge), source.endpoint);
    case 'command':
      return toTargets(await runCommand(source, edge), source.endpoint);
  }
}

function readAnsible(path: string, group: string, edge: InventoryEdge): ReturnType<typeof parseAnsible> {
  const file = readTextFile(path, edge);
  if (isProblem(file)) throw new ConfigError([`proxies.ansible.inventory: ${path} ${file.problem}`]);
  return parseAnsible(file.text, path, group);
}

/** One proxy under two names would agree with itself, and two under one name could not be told apart. */
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
