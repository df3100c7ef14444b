// Runs a program that prints the hosts of the proxies.

import { execFile } from 'node:child_process';
import { quote } from '../config/complaint.ts';
import type { ProxySource } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import type { InventoryEdge } from './edge.ts';
import type { FoundHost } from './found-host.ts';

type CommandSource = Extract<ProxySource, { kind: 'command' }>;

/** Far more than any list of hosts; a program that prints more is not one that lists hosts. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Runs the program without a shell and reads what it prints. Throws ConfigError where it fails, prints nothing or takes too long. */
export async function runCommand(source: CommandSource, edge: InventoryEdge): Promise<readonly FoundHost[]> {
  return parseOutput(await outputOf(source, edge), spellCommand(source));
}

function spellCommand(source: CommandSource): string {
  return `proxies.command (${source.run[0]})`;
}

function outputOf(source: CommandSource, edge: InventoryEdge): Promise<string> {
  const [program = '', ...args] = source.run;
  const deadline = AbortSignal.any([edge.signal, AbortSignal.timeout(edge.timeoutMs)]);
  const options = { maxBuffer: MOST_BYTES, killSignal: 'SIGKILL', env: { ...edge.env }, encoding: 'utf8' } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      deadline.removeEventListener('abort', kill);
      if (!error) resolve(stdout);
      else if (edge.signal.aborted) reject(edge.signal.reason);
      else {
        const why = failure(error, stderr, deadline.aborted, edge);
        reject(new ConfigError([`${spellCommand(source)}: ${why}`], { cause: error }));
      }
    });
    // execFile's own `signal` sends SIGTERM whatever its `killSignal` says (Node 20), which a program may ignore. The
    // pipes are let go too: a grandchild may hold their other ends open.
    const kill = () => {
      child.kill('SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    deadline.addEventListener('abort', kill, { once: true });
    child.stdin?.on('error', () => {});
    child.stdin?.end();
  });
}

function failure(error: Error & { code?: unknown }, stderr: string, isLate: boolean, edge: InventoryEdge): string {
  if (isLate) return `did not end within ${edge.timeoutMs} ms`;
  if (error.code === 'ENOENT') return 'there is no such program';
  if (error.code === 'EACCES') return 'this file may not be executed: chmod +x';
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `printed more than ${MOST_BYTES} bytes`;
  const last = stderr.trim().split('\n').at(-1) ?? '';
  const ended = typeof error.code === 'number' ? `ended with exit status ${error.code}` : 'was ended by a signal';
  return last === '' ? ended : `${ended}, saying ${quote(last)}`;
}

/** Lines `host` or `name host [region]` (`#` begins a comment), or a JSON array of hosts or of `{name, host, region}`. */
export function parseOutput(output: string, program: string): readonly FoundHost[] {
  const text = output.trim();
  if (text === '') throw new ConfigError([`${program}: printed no hosts`]);
  return text.startsWith('[') ? parseJson(text, program) : parseLines(output, program);
}

function parseLines(output: string, program: string): readonly FoundHost[] {
  const hosts: FoundHost[] = [];
  const complaints: string[] = [];
  for (const [index, line] of output.split('\n').entries()) {
    const where = `${program}, line ${index + 1}`;
    const words = line
      .replace(/(^|\s)#.*$/, '')
      .split(/\s+/)
      .filter(Boolean);
    const [first, second, region] = words;
    if (first === undefined) continue;
    if (words.length > 3) complaints.push(`${where}: expected "host" or "name host [region]", found ${quote(line)}`);
    else hosts.push({ name: first, host: second ?? first, region: region ?? null, where });
  }
  if (complaints.length > 0) throw new ConfigError(complaints);
  return hosts;
}

function parseJson(text: string, program: string): readonly FoundHost[] {
  let items: unknown[];
  try {
    items = JSON.parse(text) as unknown[];
  } catch (error) {
    throw new ConfigError([`${program}: what it printed begins as JSON and is none`], { cause: error });
  }
  const complaints: string[] = [];
  const hosts = items.map((item, index): FoundHost => {
    const where = `${program}, item ${index}`;
    const {
      host,
      name = host,
      region = null,
    } = (typeof item === 'string' ? { host: item } : (item ?? {})) as Record<string, unknown>;
    if (typeof host === 'string' && typeof name === 'string' && (region === null || typeof region === 'string')) {
      return { name, host, region, where };
    }
    complaints.push(`${where}: expected a host as text, or {name, host, region}`);
    return { name: '', host: '', region: null, where };
  });
  if (complaints.length > 0) throw new ConfigError(complaints);
  return hosts;
}
