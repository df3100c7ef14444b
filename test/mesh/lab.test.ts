// `npm run lab` as a person uses it: the commands that it prints do what it says, and Ctrl-C leaves
// nothing behind.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { atExit } from '../../lab/at-exit.ts';
import { haproxyBinaries } from '../../lab/haproxy/haproxy-binary.ts';
import { sshdMissing } from '../../lab/servers/sshd.ts';
import { until } from '../../lab/until.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const missing = haproxyBinaries().length === 0 ? 'no HAProxy' : sshdMissing();

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGTERM'));

interface Lab {
  /** All that it has written so far. */
  readonly shown: () => string;
  /** Types a line; resolves with what was written after it, once that holds `answer`. */
  type(line: string, answer: string): Promise<string>;
  readonly ended: Promise<number | null>;
  interrupt(): void;
}

async function startLab(): Promise<Lab> {
  const lab = spawn(process.execPath, ['--import', 'tsx', 'lab/lab.ts'], { cwd: project, stdio: 'pipe' });
  child = lab;
  const forget = atExit(() => lab.kill('SIGTERM'));
  let shown = '';
  for (const stream of [lab.stdout, lab.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
  const untilShown = (text: string, from: number) =>
    until(
      () => `the laboratory shows ${JSON.stringify(text)}; it shows ${shown.slice(from)}`,
      async () => (shown.includes(text, from) ? shown.slice(from) : null),
    );
  await untilShown('lab> ', 0);
  return {
    shown: () => shown,
    type: (line, answer) => {
      const from = shown.length;
      lab.stdin.write(`${line}\n`);
      return untilShown(answer, from);
    },
    ended: new Promise((resolve) =>
      lab.once('close', (exitCode) => {
        forget();
        resolve(exitCode);
      }),
    ),
    interrupt: () => lab.kill('SIGINT'),
  };
}

/** The lines under a heading, without their indentation, to the next empty line. */
function under(heading: string, shown: string): readonly string[] {
  const lines = shown.split('\n');
  const from = lines.indexOf(heading) + 1;
  return lines.slice(from, lines.indexOf('', from)).map((line) => line.trim());
}

test.skipIf(missing !== null)('its commands run as printed: cut -> SPLIT -> heal -> AGREE; Ctrl-C -> 130', async () => {
  const lab = await startLab();
  const printed = under('A split brain, and its end:', lab.shown());
  const answers = ['no longer hear', ' is on 127.0.1.11:', ' is on 127.0.1.12:', 'exit code 2', 'exit code 0'];
  expect(printed.length).toBe(answers.length);
  const shown: string[] = [];
  for (const [n, line] of printed.entries()) shown.push(await lab.type(line, answers[n]!));
  expect(shown[3]).toContain('SPLIT  1 of 21 conferences');
  expect(shown[4]).toContain('HEALED');

  const outside = under('In another terminal:', lab.shown());
  const printedWith = (word: string) => outside.find((line) => line.includes(word))!;
  const run = (line: string) => promisify(execFile)('sh', ['-c', line]);
  expect((await run(printedWith(' report '))).stdout).toContain('AGREE');
  // On a terminal it asks.
  expect((await run(`${printedWith(' heal ')} --yes`)).stdout).toContain('AGREE');
  expect((await run(printedWith('socat'))).stdout).toContain('all-hands');
  const [, name, value, url] = /^curl -s -i -H '(.*): (.*)' (\S+)$/.exec(printedWith('curl'))!;
  const { headers } = await fetch(url!, { headers: { [name!]: value! } });
  expect(headers.get('x-shard')).toMatch(/^127\.0\.1\.1[12]:/);

  expect(await lab.type('restore hap-a hap-c', 'lab> ')).toContain('the link is there again');
  expect(await lab.type('cut hap-a hap-x', 'lab> ')).toContain(
    'there is no proxy hap-x; there are hap-a, hap-b, hap-c',
  );
  expect(await lab.type('join x hap-a 9', 'lab> ')).toContain('there is no shard 9; there are 1 to 3');
  expect(await lab.type('dance', 'lab> ')).toContain('there is no command "dance"');

  const sockets = [...lab.shown().matchAll(/unix (\S+)/g)].map((match) => match[1]!);
  expect(sockets.map((path) => existsSync(path))).toEqual([true, true, true]);
  lab.interrupt();
  expect(await lab.ended).toBe(130);
  expect(sockets.map((path) => existsSync(path))).toEqual([false, false, false]);
});

test.skipIf(missing !== null)('the end of the input takes it down: 0', async () => {
  const lab = await startLab();
  await lab.type('kill hap-b', 'hap-b is down');
  await lab.type('start hap-b', 'hap-b runs again');
  await lab.type('quit', 'Taking the mesh down.');
  expect(await lab.ended).toBe(0);
});
