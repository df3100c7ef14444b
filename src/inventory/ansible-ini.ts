// Reads Ansible's INI inventories where Ansible is not installed; no npm package does (2026). Lines
// that it does not know are complaints.

import { quote } from '../input/complaint.ts';
import { ansibleHosts } from './ansible-hosts.ts';
import type { FoundHost } from './found-host.ts';
import { splitShellWords } from './shell-words.ts';

interface IniGroup {
  readonly hosts: string[];
  readonly children: string[];
  readonly variables: Record<string, string>;
}

interface IniReading {
  readonly file: string;
  readonly groups: Map<string, IniGroup>;
  readonly hostVariables: Map<string, Record<string, string>>;
  /** The first line of each host. */
  readonly lines: Map<string, number>;
  readonly children: { readonly name: string; readonly line: number }[];
  readonly complaints: string[];
}

const WITH_ANSIBLE = 'install ansible-core, whose ansible-inventory reads it';

/**
 * The hosts of `group` in the order of the file, each once; `all` is every host. Errors in hosts of
 * other groups are no complaint.
 */
export function parseAnsibleIni(
  text: string,
  file: string,
  group: string,
): { readonly hosts: readonly FoundHost[]; readonly complaints: readonly string[] } {
  const reading = readLines(text, file);
  const { groups, hostVariables, lines, children, complaints } = reading;
  if (complaints.length > 0) return { hosts: [], complaints };
  const whereOf = (host: string) => `${file}:${lines.get(host)}`;
  const lost = children.filter(({ name }) => !lines.has(`[${name}]`));
  const found = ansibleHosts({ groups, hostVariables, whereOf }, group);
  return {
    hosts: found.hosts,
    complaints: [
      ...lost.map(({ name, line }) => `${file}:${line}: there is no group ${quote(name)}`),
      ...found.complaints.map((what) => (what.startsWith(file) ? what : `${file}: ${what}`)),
      ...found.hosts
        .filter(({ name }) => /\[[^\]]*:[^\]]*\]/.test(name))
        .map(
          ({ name, where }) =>
            `${where}: ${quote(name)} is a range of hosts: write each on its own line, or ${WITH_ANSIBLE}`,
        ),
    ],
  };
}

function readLines(text: string, file: string): IniReading {
  const reading: IniReading = {
    file,
    groups: new Map(),
    hostVariables: new Map(),
    lines: new Map(),
    children: [],
    complaints: [],
  };
  const form = otherForm(text);
  if (form !== null) reading.complaints.push(`${file}:1: this is ${form}`);
  let section = { name: 'ungrouped', kind: 'hosts' };
  for (const [index, raw] of (form === null ? text.split(/\r?\n/) : []).entries()) {
    const content = raw.trim();
    const line = index + 1;
    if (content === '' || content.startsWith('#') || content.startsWith(';')) continue;
    const header = /^\[([^\]:\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(content);
    const kind = header?.[2] ?? 'hosts';
    let trouble: string | null = null;
    if (header && ['hosts', 'children', 'vars'].includes(kind)) {
      section = { name: header[1]!, kind };
      groupOf(section.name, reading);
      // A section of variables does not define the group.
      if (kind !== 'vars') reading.lines.set(`[${section.name}]`, line);
    } else if (content.startsWith('[') && !/^\[[^\]]*\]\S/.test(content)) {
      trouble = `expected [group], [group:children] or [group:vars], found ${quote(content)}`;
    } else {
      const group = groupOf(section.name, reading);
      if (section.kind === 'children') trouble = readChild(content, line, { group, reading });
      else if (section.kind === 'vars') trouble = readVariable(content, group);
      else trouble = readHost(content, line, { group, reading });
    }
    if (trouble !== null) reading.complaints.push(`${file}:${line}: ${trouble}`);
  }
  return reading;
}

/** Another form of inventory, recognised by the first line that is neither empty nor a comment. */
function otherForm(text: string): string | null {
  if (text.startsWith('#!')) return 'a program: name it in proxies.command.run';
  const first = text.split(/\r?\n/).find((line) => !/^\s*(?:[#;].*)?$/.test(line)) ?? '';
  if (/^\s*\{/.test(first)) return `JSON: ${WITH_ANSIBLE}`;
  return /^(?:---|plugin:|["']?[\w.-]+["']?:\s*(?:#.*)?$)/.test(first) ? `YAML: ${WITH_ANSIBLE}` : null;
}

function groupOf(name: string, { groups }: IniReading): IniGroup {
  const group = groups.get(name) ?? { hosts: [], children: [], variables: {} };
  groups.set(name, group);
  return group;
}

interface IniSection {
  readonly group: IniGroup;
  readonly reading: IniReading;
}

function readChild(content: string, line: number, { group, reading }: IniSection): string | null {
  const name = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(content)?.[1];
  if (name === undefined) return `expected the name of a group, found ${quote(content)}`;
  group.children.push(name);
  reading.children.push({ name, line });
  return null;
}

/** A comment behind the value is a complaint: Ansible takes it for a part of the value. */
function readVariable(content: string, group: IniGroup): string | null {
  const parts = /^([^=]+)=(.*)$/.exec(content);
  if (!parts) return `expected variable=value, found ${quote(content)}`;
  group.variables[parts[1]!.trim()] = unquote(parts[2]!.trim());
  return null;
}

/**
 * One host: `name key=value key="a value"  # comment`, split as a shell does; `name:22` and
 * `[2001:db8::1]:22` give the port too.
 */
function readHost(content: string, line: number, { group, reading }: IniSection): string | null {
  const words = splitShellWords(content);
  if (words === null) return `expected every quote to be closed, found ${quote(content)}`;
  const [pattern = '', ...assignments] = words;
  if (pattern.endsWith(':')) return `${quote(pattern)} is no host; if this is YAML, ${WITH_ANSIBLE}`;
  const parts = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:]+|.*\[.*:.*\][^:]*)):(\d+)$/.exec(pattern);
  const name = parts?.[1] ?? parts?.[2] ?? pattern;
  const variables = reading.hostVariables.get(name) ?? {};
  if (parts) variables.ansible_port = parts[3]!;
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    if (equals <= 0) return `expected variable=value behind the host, found ${quote(assignment)}`;
    variables[assignment.slice(0, equals)] = unquote(assignment.slice(equals + 1));
  }
  reading.hostVariables.set(name, variables);
  group.hosts.push(name);
  if (!reading.lines.has(name)) reading.lines.set(name, line);
  return null;
}

/** Ansible reads a value as a Python literal if it is one. */
function unquote(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
}
