// `report --watch` on a real terminal and a real mesh that changes under it.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { until } from '../../lab/until.ts';
import { runSplitbrain } from '../support/splitbrain.ts';
import { runOnTerminal } from '../support/terminal-run.ts';

const scratch = makeScratch();
let mesh: Mesh;
beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(async () => {
  await mesh?.stop();
  scratch.clear();
});

const pageStart = '\x1b[H';

test('a mesh that splits, and a proxy that dies: the page follows, and Ctrl-C restores the terminal', async () => {
  let shown = '';
  let end = () => {};
  const interrupt = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = runOnTerminal(['report', '--watch', '1', ...configure(scratch, mesh)], {
    columns: 80,
    interrupt,
    onShown: (text) => {
      shown = text;
    },
  });
  const page = () => shown.slice(shown.lastIndexOf(pageStart));
  const shows = (what: RegExp) =>
    until(
      () => `the page shows ${what}: ${page()}`,
      async () => what.test(page()) || null,
    );
  await shows(/AGREE {2}no proxy holds a conference/);
  await mesh.split(
    ['t/standup'],
    [
      { proxies: [0], shard: 0 },
      { proxies: [1, 2], shard: 1 },
    ],
  );
  await shows(/SPLIT {2}1 of 1 conference is split[\s\S]*Changed[\s\S]*new: split t\/standup/);
  await mesh.kill(2);
  await shows(/INCOMPLETE[\s\S]*proxy hap-c: ok -> unreachable[\s\S]*hap-c +unreachable/);
  end();
  const { exitCode } = await run;
  expect(exitCode).toBe(130);
  expect(shown.startsWith('\x1b[?1049h\x1b[?25l\x1b[?7l')).toBe(true);
  expect(shown.endsWith('\x1b[?7h\x1b[?25h\x1b[?1049l')).toBe(true);
  expect(shown).not.toContain('interrupted');
  // Between the two screens there are whole pages and nothing else: no log, no spinner.
  const drawn = shown.slice('\x1b[?1049h\x1b[?25l\x1b[?7l'.length).replace(/(?:\^C)?\x1b\[\?7h.*$/, '');
  expect(drawn.replace(/\x1b\[\?2026h\x1b\[H[\s\S]*?\x1b\[J\x1b\[\?2026l/g, '').replace('^C', '')).toBe('');
});

test('Ctrl-Z gives the terminal back, and fg draws the page again', async () => {
  let [shown, pid] = ['', 0];
  let end = () => {};
  const interrupt = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = runOnTerminal(['report', '--watch', '1', ...configure(scratch, mesh)], {
    interrupt,
    onShown: (text) => {
      shown = text;
    },
    onStarted: (process) => {
      pid = process;
    },
  });
  const waitFor = (what: string, is: () => boolean) =>
    until(
      () => `${what}: ${JSON.stringify(shown.slice(-300))}`,
      async () => is() || null,
    );
  const [enter, leave] = ['\x1b[?1049h', '\x1b[?1049l'];
  await waitFor('a page', () => shown.includes('last look'));
  // What a shell's terminal sends for Ctrl-Z.
  process.kill(pid, 'SIGTSTP');
  const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  await waitFor('it stands still', () => stat()[0] === 'T');
  // `script` stops with its child, as a shell would go on: both go on.
  for (const each of [Number(stat()[1]), pid]) process.kill(each, 'SIGCONT');
  await waitFor('the page again', () => /\x1b\[\?1049l[\s\S]*\x1b\[\?1049h[\s\S]*last look/.test(shown));
  end();
  expect((await run).exitCode).toBe(130);
  expect([shown.split(enter).length, shown.split(leave).length]).toEqual([3, 3]);
});

test.each([
  ['no terminal', [], /--watch draws a page on a terminal/],
  ['a file too', ['--json', '/nowhere/report.json'], /--json does not go with --watch/],
  ['saved dumps', ['--from', '/nowhere'], /--from does not go with --watch/],
])('%s: exit 64, and nothing is drawn', async (_, words, says) => {
  const from = words[0] === '--from' ? [] : configure(scratch, mesh);
  const json = words[0] === '--json' ? [] : ['--log-level', 'silent'];
  const { exitCode, stdout, stderr } = await runSplitbrain(['report', '--watch=1', ...words, ...json, ...from], {
    addsJson: false,
  });
  expect([exitCode, stdout, stderr]).toEqual([64, '', expect.stringMatching(says)]);
});

test('a configuration that is wrong: its complaint, after the page is gone', async () => {
  const path = scratch.file('wrong.yaml', 'environment: stage\n');
  const { exitCode, shown } = await runOnTerminal(['report', '--watch', '-c', path]);
  expect([exitCode, shown]).toEqual([64, expect.stringMatching(/\x1b\[\?1049l[\s\S]*proxies: is missing/)]);
});
