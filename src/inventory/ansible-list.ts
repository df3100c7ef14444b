// Reads the JSON of `ansible-inventory --list`, and of inventory scripts, which print the same.

import type { AnsibleGroup, AnsibleInventory, Variables } from './ansible-hosts.ts';

/**
 * `null` where the value has another form. A group without hosts may be absent, except as a child
 * of another group.
 */
export function readAnsibleList(value: unknown, where: string): AnsibleInventory | null {
  if (!isMapping(value)) return null;
  const { _meta: meta = {}, ...rest } = value;
  if (!isMapping(meta)) return null;
  const hostvars = meta.hostvars ?? {};
  if (!isMapping(hostvars) || !Object.values(hostvars).every(isMapping)) return null;
  const groups = new Map<string, AnsibleGroup>();
  for (const [name, given] of Object.entries(rest)) {
    const group = Array.isArray(given) ? { hosts: given } : given;
    if (!isMapping(group)) return null;
    const { hosts = [], children = [], vars: variables = {} } = group;
    if (!isNames(hosts) || !isNames(children) || !isMapping(variables)) return null;
    groups.set(name, { hosts, children, variables });
  }
  if (groups.size === 0) return null;
  return {
    groups,
    hostVariables: new Map(Object.entries(hostvars as Readonly<Record<string, Variables>>)),
    whereOf: () => where,
  };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
