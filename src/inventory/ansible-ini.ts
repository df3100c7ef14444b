// Reads Ansible's INI inventories: the hosts of one group, its children's included. Nothing on npm does (2026).

import { quote } from '../config/complaint.ts';
import { nearestName } from '../config/nearest-name.ts';
import { ConfigError } from '../errors.ts';
import type { FoundHost } from './found-host.ts';

interface HostLine {
  readonly name: string;
  readonly line: number;
}

interface Group {
  readonly hosts: HostLine[];
  readonly children: { readonly name: string; readonly line: number }[];
}

interface Inventory {
  readonly groups: Map<string, Group>;
  /** `ansible_host` of each host that has one; Ansible takes a host's variables from whichever line says them. */
  readonly addresses: Map<string, string>;
  readonly complaints: string[];
}

/**
 * The hosts of `group` in the order of the file, each once. `all` is every host. `{host}` is `ansible_host` where given;
 * other variables say nothing here: user and port are in the endpoint pattern. Throws ConfigError.
 */
export function parseAnsible(text: string, file: string, group: string): readonly FoundHost[] {
  const { groups, addresses, complaints } = readLines(text, file);
  if (group !== 'all' && !groups.has(group)) {
    const hint = nearestName(group, groups.keys());
    const meant = hint === undefined ? '' : ` (did you mean ${quote(hint)}?)`;
    complaints.push(`${file}: there is no group ${quote(group)}${meant}`);
  }
  const lines =
    group === 'all' ? [...groups.values()].flatMap(({ hosts }) => hosts) : membersOf(group, groups, file, complaints);
  const hosts = [...new Map(lines.map((line) => [line.name, line])).values()];
  for (const { name, line } of hosts) {
    const trouble = /\[.*:.*\]/.test(name)
      ? 'is a range of hosts: write each host on its own line'
      : /^[^:[\]]+:\d+$/.test(name) && 'has a port: it belongs in the endpoint pattern';
    if (trouble) complaints.push(`${file}:${line}: ${quote(name)} ${trouble}`);
  }
  if (complaints.length > 0) throw new ConfigError(complaints);
  return hosts.map(({ name, line }) => ({
    name,
    host: addresses.get(name) ?? name,
    region: null,
    where: `${file}:${line}`,
  }));
}

function readLines(text: string, file: string): Inventory {
  const inventory: Inventory = { groups: new Map(), addresses: new Map(), complaints: [] };
  let section = { group: groupOf(inventory, 'ungrouped'), kind: 'hosts' };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const content = raw.replace(/(^|\s)[#;].*$/, '').trim();
    if (content === '') continue;
    if (content === '---' || /^[A-Za-z_][\w-]*:$/.test(content)) {
      inventory.complaints.push(`${file}:${line}: this is YAML: only Ansible's INI inventories are understood here`);
      return inventory;
    }
    const header = /^\[([^\]:\s]+)(?::(\w+))?\]$/.exec(content);
    const kind = header?.[2] ?? 'hosts';
    if (header && ['hosts', 'children', 'vars'].includes(kind)) {
      section = { group: groupOf(inventory, header[1]!), kind };
    } else if (content.startsWith('[')) {
      inventory.complaints.push(
        `${file}:${line}: expected [group], [group:children] or [group:vars], found ${quote(content)}`,
      );
    } else if (section.kind === 'children') {
      section.group.children.push({ name: content, line });
    } else if (section.kind === 'hosts') {
      readHost(content, line, section.group, inventory);
    }
  }
  return inventory;
}

function groupOf({ groups }: Inventory, name: string): Group {
  const group = groups.get(name) ?? { hosts: [], children: [] };
  groups.set(name, group);
  return group;
}

/** `name key=value key="a value"`, split as a shell would. */
function readHost(content: string, line: number, group: Group, { addresses }: Inventory): void {
  const [name = '', ...variables] = content.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  group.hosts.push({ name, line });
  for (const variable of variables) {
    const parts = /^ansible_(?:ssh_)?host=(["']?)(.*)\1$/.exec(variable);
    if (parts?.[2]) addresses.set(name, parts[2]);
  }
}

/** The hosts of a group and of its children, whatever their depth; a group that is its own descendant is visited once. */
function membersOf(name: string, groups: ReadonlyMap<string, Group>, file: string, complaints: string[]): HostLine[] {
  const hosts: HostLine[] = [];
  const visited = new Set<string>();
  const visit = (current: string) => {
    if (visited.has(current)) return;
    visited.add(current);
    const group = groups.get(current);
    hosts.push(...(group?.hosts ?? []));
    for (const child of group?.children ?? []) {
      if (groups.has(child.name)) visit(child.name);
      else complaints.push(`${file}:${child.line}: there is no group ${quote(child.name)}`);
    }
  };
  visit(name);
  return hosts;
}
