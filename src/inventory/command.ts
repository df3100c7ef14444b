// Runs a program that prints the hosts of the proxies.

import type { ProxySource } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { quote } from '../input/complaint.ts';
import { ansibleHosts } from './ansible-hosts.ts';
import { readAnsibleList } from './ansible-list.ts';
import type { FoundHost } from './found-host.ts';
import { readHostLine } from './host-line.ts';
import type { InventoryContext } from './inventory-context.ts';
import { runProgram } from './run-program.ts';

type CommandSource = Extract<ProxySource, { kind: 'command' }>;

/**
 * Runs the program without a shell and reads its output. Throws ConfigError where it fails, prints
 * nothing or takes too long.
 */
export async function runCommand(source: CommandSource, context: InventoryContext): Promise<readonly FoundHost[]> {
  const program = `proxies.command (${source.run[0]})`;
  const end = await runProgram(source.run, context);
  if (!('failure' in end)) return parseOutput(end.output, program, source.group);
  const last = end.remarks.split('\n').at(-1) ?? '';
  throw new ConfigError([`${program}: ${end.failure}${last === '' ? '' : `, saying ${quote(last)}`}`]);
}

/**
 * The hosts of the output: lines of hosts (`#` begins a comment), a JSON array of hosts or of
 * `{name, host, region, port, user}`, or the JSON of `ansible-inventory --list`, of which `group`
 * is taken.
 */
export function parseOutput(output: string, program: string, group: string | null = null): readonly FoundHost[] {
  const text = output.trim();
  if (text === '') throw new ConfigError([`${program}: printed no hosts`]);
  if (text.startsWith('{')) return parseInventory(parseJson(text, program), program, group);
  if (group !== null) {
    throw new ConfigError([
      `${program}: proxies.command.group goes with the JSON of ansible-inventory --list, and what was printed is none`,
    ]);
  }
  return text.startsWith('[')
    ? parseArray(parseJson(text, program) as unknown[], program)
    : parseLines(output, program);
}

function parseLines(output: string, program: string): readonly FoundHost[] {
  const hosts: FoundHost[] = [];
  const complaints: string[] = [];
  for (const [index, line] of output.split('\n').entries()) {
    const where = `${program}, line ${index + 1}`;
    const read = readHostLine(line);
    if (typeof read === 'string') complaints.push(`${where}: ${read}`);
    else hosts.push(...read.map((one) => ({ ...one, where })));
  }
  if (complaints.length > 0) throw new ConfigError(complaints);
  return hosts;
}

function parseJson(text: string, program: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError([`${program}: what it printed begins as JSON and is none`], { cause: error });
  }
}

function parseInventory(value: unknown, program: string, group: string | null): readonly FoundHost[] {
  const inventory = readAnsibleList(value, program);
  if (inventory === null) {
    throw new ConfigError([
      `${program}: expected a JSON array of hosts, or the JSON of ansible-inventory --list, found another object`,
    ]);
  }
  const { hosts, complaints } = ansibleHosts(inventory, group ?? 'all');
  if (complaints.length > 0) throw new ConfigError(complaints.map((what) => `${program}: ${what}`));
  return hosts;
}

function parseArray(items: readonly unknown[], program: string): readonly FoundHost[] {
  const complaints: string[] = [];
  const hosts = items.map((item, index): FoundHost => {
    const where = `${program}, item ${index}`;
    const {
      host,
      name = host,
      region = null,
      port,
      user,
    } = (typeof item === 'string' ? { host: item } : (item ?? {})) as Record<string, unknown>;
    const isPort = port === undefined || typeof port === 'number' || typeof port === 'string';
    const isUser = user === undefined || typeof user === 'string';
    const isRegion = region === null || typeof region === 'string';
    if (typeof host === 'string' && typeof name === 'string' && isRegion && isPort && isUser) {
      return { name, host, region, where, port: port === undefined ? undefined : String(port), user };
    }
    complaints.push(`${where}: expected a host as text, or {name, host, region, port, user}`);
    return { name: '', host: '', region: null, where };
  });
  if (complaints.length > 0) throw new ConfigError(complaints);
  return hosts;
}
