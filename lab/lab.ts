// The laboratory: a mesh of real HAProxies that stands until Ctrl-C, with a prompt to break its
// links and to send requests through it.

import { constants } from 'node:os';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { type ConfiguredMesh, startConfiguredMesh } from './configured-mesh.ts';
import { program } from './program.ts';
import { carryOut, commandsHelp } from './prompt.ts';

const calmConferences = Array.from({ length: 20 }, (_, n) => `team-${n + 1}/standup`);

const say = (...lines: readonly string[]): void => console.log(lines.join('\n'));

function describe({ mesh, configPath, configText }: ConfiguredMesh): readonly string[] {
  const [a, , c] = mesh.proxies;
  const run = `node ${program}`;
  return [
    `A mesh of ${mesh.proxies.length} HAProxies ${a!.version} with ${calmConferences.length} conferences.`,
    'An entry lives for an hour after its last request.',
    '',
    'Proxies:',
    ...mesh.proxies.map(
      ({ name, socketPath, statsPort, httpPort }) =>
        `  ${name}  unix ${socketPath}  tcp 127.0.0.1:${statsPort}  requests http://127.0.0.1:${httpPort}`,
    ),
    'Shards:',
    ...mesh.shards.map(({ address }, n) => `  ${n + 1}  ${address}`),
    '',
    `${configPath}:`,
    ...configText.trimEnd().split('\n').map(indented),
    '',
    'At this prompt:',
    ...commandsHelp.map(indented),
    '',
    'In another terminal:',
    `  ${run} report -c ${configPath}`,
    `  ${run} heal -c ${configPath}`,
    `  curl -s -i -H 'X-StickToken: all-hands' http://127.0.0.1:${c!.httpPort}/http-bind`,
    `  echo 'show table nodes' | socat - UNIX-CONNECT:${a!.socketPath}`,
    '',
    'A split brain, and its end:',
    '  cut hap-a hap-c',
    '  join all-hands hap-a 1',
    '  join all-hands hap-c 2',
    '  splitbrain report',
    '  splitbrain heal --yes',
    '',
    'Ctrl-C takes everything down.',
  ];
}

const indented = (line: string): string => `  ${line}`;

async function fillMesh({ mesh }: ConfiguredMesh): Promise<void> {
  for (const [n, conference] of calmConferences.entries()) await mesh.request(n % mesh.proxies.length, conference);
  await Promise.all(
    mesh.proxies.flatMap((_, proxy) =>
      calmConferences.map((name) => mesh.untilEntry(proxy, name, (entry) => entry !== undefined)),
    ),
  );
}

/** Resolves at `quit` or at the end of the input (Ctrl-D). */
async function answerLines(lab: ConfiguredMesh): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: 'lab> ' });
  // On a terminal, the line editor gets Ctrl-C as a key.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const target = { mesh: lab.mesh, folder: dirname(lab.configPath) };
  lines.prompt();
  for await (const line of lines) {
    if (line.trim() === 'quit') return lines.close();
    say(...(await carryOut(line, target)));
    lines.prompt();
  }
}

const { ready, close } = startConfiguredMesh();
const interruption = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      process.exitCode = 128 + constants.signals[signal];
      resolve();
    });
  }
});

async function play(): Promise<void> {
  say('Starting the mesh ...');
  const lab = await ready;
  await fillMesh(lab);
  say('', ...describe(lab), '');
  await answerLines(lab);
}

try {
  await Promise.race([play(), interruption]);
} catch (error) {
  console.error(`The laboratory failed: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
say('', 'Taking the mesh down.');
await close();
// A wait on the mesh may still be pending.
process.exit();
