// The hosts of a group of an Ansible inventory, with the variables for reaching them, by Ansible's
// rules.

import { quote } from '../input/complaint.ts';
import { nearestName } from '../input/nearest-name.ts';
import type { FoundHost } from './found-host.ts';

/** Values of variables by name. */
export type Variables = Readonly<Record<string, unknown>>;

/** A group as the inventory lists it. */
export interface AnsibleGroup {
  readonly hosts: readonly string[];
  readonly children: readonly string[];
  readonly variables: Variables;
}

/** An inventory that was read. */
export interface AnsibleInventory {
  /** Groups by name. `all` may be absent: it is the parent of every group without a parent. */
  readonly groups: ReadonlyMap<string, AnsibleGroup>;
  readonly hostVariables: ReadonlyMap<string, Variables>;
  /** The part of the inventory that names the host, for people. */
  whereOf(host: string): string;
}

/** Ansible's default, where neither inventory nor command line sets a port. */
const SSH_PORT = '22';

/**
 * The hosts of `group` and of its children, each once, or a complaint where there is no such group.
 * `{host}` is `ansible_host`, else the name; `{port}` is `ansible_port`, else 22; `{user}` is
 * `ansible_user`, which has no default, because Ansible would use the login of the person that runs
 * it.
 */
export function ansibleHosts(
  inventory: AnsibleInventory,
  group: string,
): { readonly hosts: readonly FoundHost[]; readonly complaints: readonly string[] } {
  const { groups } = inventory;
  if (group !== 'all' && !groups.has(group)) {
    const hint = nearestName(group, groups.keys());
    const meant = hint === undefined ? '' : ` (did you mean ${quote(hint)}?)`;
    return { hosts: [], complaints: [`there is no group ${quote(group)} with hosts${meant}`] };
  }
  const ancestry = ancestryOf(groups);
  const complaints: string[] = [];
  const hosts = membersOf(group, groups).map((name): FoundHost => {
    const where = inventory.whereOf(name);
    const variables = variablesOf(name, inventory, ancestry);
    const said = (word: string): string | undefined => {
      // The older spelling wins where both exist (ansible-core 2.14).
      const value = variables[`ansible_ssh_${word}`] ?? variables[`ansible_${word}`];
      if (value === undefined || value === null || value === '') return undefined;
      if (typeof value === 'string' || typeof value === 'number') return String(value);
      complaints.push(`${where}: ansible_${word} of ${quote(name)} is no plain text (from a vault?)`);
      return undefined;
    };
    return {
      name,
      host: said('host') ?? name,
      region: null,
      where,
      port: said('port') ?? SSH_PORT,
      user: said('user'),
    };
  });
  return { hosts, complaints };
}

/** All hosts, however deep; a group that is its own descendant is visited once. */
function membersOf(group: string, groups: AnsibleInventory['groups']): readonly string[] {
  const hosts = new Set<string>();
  const visited = new Set<string>();
  const visit = (name: string) => {
    if (visited.has(name)) return;
    visited.add(name);
    for (const host of groups.get(name)?.hosts ?? []) hosts.add(host);
    for (const child of groups.get(name)?.children ?? []) visit(child);
  };
  visit(group);
  if (group === 'all') for (const name of groups.keys()) visit(name);
  return [...hosts];
}

interface Ancestry {
  /** The groups that list a group or a host. */
  parentsOf(name: string, kind: 'hosts' | 'children'): readonly string[];
  depthOf(group: string): number;
}

function ancestryOf(groups: AnsibleInventory['groups']): Ancestry {
  const parents = { hosts: new Map<string, string[]>(), children: new Map<string, string[]>() };
  for (const [group, { hosts, children }] of groups) {
    for (const [kind, names] of [
      ['hosts', hosts],
      ['children', children],
    ] as const)
      for (const name of names) parents[kind].set(name, [...(parents[kind].get(name) ?? []), group]);
  }
  const depths = new Map<string, number>([['all', 0]]);
  const depthOf = (group: string): number => {
    const known = depths.get(group);
    if (known !== undefined) return known;
    depths.set(group, 1); // what a group that is its own ancestor finds
    const depth = 1 + Math.max(0, ...(parents.children.get(group) ?? []).map(depthOf));
    depths.set(group, depth);
    return depth;
  };
  return { parentsOf: (name, kind) => parents[kind].get(name) ?? [], depthOf };
}

/**
 * Variables in Ansible's order: `all`, then groups by depth, priority and name, then the host; each
 * overrides those before.
 */
function variablesOf(host: string, { groups, hostVariables }: AnsibleInventory, ancestry: Ancestry): Variables {
  const names = new Set(['all']);
  const climb = (group: string) => {
    if (names.has(group)) return;
    names.add(group);
    for (const parent of ancestry.parentsOf(group, 'children')) climb(parent);
  };
  for (const group of ancestry.parentsOf(host, 'hosts')) climb(group);
  const priorityOf = (group: string) => Number(groups.get(group)?.variables.ansible_group_priority ?? 1);
  const order = [...names].sort(
    (a, b) =>
      ancestry.depthOf(a) - ancestry.depthOf(b) || priorityOf(a) - priorityOf(b) || (a < b ? -1 : a > b ? 1 : 0),
  );
  return Object.assign({}, ...order.map((group) => groups.get(group)?.variables), hostVariables.get(host));
}
