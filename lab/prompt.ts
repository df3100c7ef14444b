// What a line at the prompt of the laboratory does: links that break and heal, requests, proxies
// that die, and splitbrain itself.

import { spawn } from 'node:child_process';
import type { Mesh } from './mesh/mesh.ts';
import { program } from './program.ts';

export const commandsHelp: readonly string[] = [
  'cut PROXY PROXY            breaks the link between two proxies',
  'restore PROXY PROXY        mends it',
  'join NAME PROXY [SHARD]    a real request for a conference; SHARD (1, 2, ...) instead of what HAProxy would choose',
  'kill PROXY                 ends the process of a proxy',
  'start PROXY                starts it again; its peers send it their entries',
  'splitbrain ...             runs the built program with the splitbrain.yaml above: report, heal --yes, ...',
  'help                       this list',
  'quit                       takes everything down',
];

export interface Target {
  readonly mesh: Mesh;
  /** Holds splitbrain.yaml; splitbrain runs there. */
  readonly folder: string;
}

/**
 * Carries out one line and says what came of it; never rejects. What splitbrain writes goes to this
 * terminal at once.
 */
export async function carryOut(line: string, target: Target): Promise<readonly string[]> {
  const [command = '', ...words] = line.trim().split(/\s+/);
  try {
    return await run(command, words, target);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

async function run(command: string, words: readonly string[], { mesh, folder }: Target): Promise<readonly string[]> {
  const [first, second, third] = words;
  switch (command) {
    case '':
      return [];
    case 'cut': {
      const [i, j] = [indexOf(mesh, first), indexOf(mesh, second)];
      await mesh.cut(i, j);
      await mesh.untilPeers(i, j, 'down');
      return [`${first} and ${second} no longer hear each other`];
    }
    case 'restore':
      await mesh.restore(indexOf(mesh, first), indexOf(mesh, second));
      return ['the link is there again; HAProxy connects within seconds'];
    case 'join':
      return join(mesh, first, second, third);
    case 'kill':
      await mesh.kill(indexOf(mesh, first));
      return [`${first} is down`];
    case 'start':
      await mesh.start(indexOf(mesh, first));
      return [`${first} runs again`];
    case 'splitbrain':
      return [`exit code ${await runSplitbrain(words, folder)}`];
    case 'help':
      return commandsHelp;
    default:
      return [`there is no command ${JSON.stringify(command)}; help lists them`];
  }
}

function indexOf(mesh: Mesh, name: string | undefined): number {
  const index = mesh.proxies.findIndex((proxy) => proxy.name === name);
  if (index >= 0) return index;
  const names = mesh.proxies.map((proxy) => proxy.name).join(', ');
  throw new Error(`${name === undefined ? 'a proxy is missing' : `there is no proxy ${name}`}; there are ${names}`);
}

async function join(mesh: Mesh, conference = '', proxy?: string, shard?: string): Promise<readonly string[]> {
  const number = shard === undefined ? null : Number(shard);
  if (number !== null && !(Number.isInteger(number) && number >= 1 && number <= mesh.shards.length))
    throw new Error(`there is no shard ${shard}; there are 1 to ${mesh.shards.length}`);
  const options = number === null ? {} : { forceShard: number - 1 };
  const landing = await mesh.request(indexOf(mesh, proxy), conference, options);
  return [
    landing.shard === null ? `no shard answered: status ${landing.status}` : `${conference} is on ${landing.shard}`,
  ];
}

/**
 * Its standard input is empty, because this prompt reads the terminal: `heal` wants `--yes` here.
 */
function runSplitbrain(words: readonly string[], folder: string): Promise<number | string> {
  const child = spawn(process.execPath, [program, ...words], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve(exitCode ?? String(signal)));
  });
}
