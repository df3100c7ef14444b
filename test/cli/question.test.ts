// The question before a heal, and Ctrl-C behind it, on a real terminal and a real mesh.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { until } from '../../lab/until.ts';
import { type JournalRecord, readJournal } from '../../src/heal/journal.ts';
import { tableContents } from '../support/table-contents.ts';
import { runOnTerminal } from '../support/terminal-run.ts';

const scratch = makeScratch();
let mesh: Mesh;
beforeAll(async () => {
  mesh = await startMesh({ proxies: 2 });
  await mesh.split(
    ['t/standup'],
    [
      { proxies: [0], shard: 0 },
      { proxies: [1], shard: 1 },
    ],
  );
});
afterAll(async () => {
  await mesh?.stop();
  scratch.clear();
});

const folder = () => join(scratch.folder, 'journal');
const withSettle = (settle: string) =>
  configure(scratch, mesh, { lines: [`heal: { maxRatio: 1, settle: ${settle}, journal: ${folder()} }`] });

test.each([
  ['Ctrl-C', 130, '\x03'],
  ['Ctrl-D', 130, '\x04'],
  ['n', 2, 'n\r'],
])('%s at the question -> nothing was written, exit %i', async (_, exitCode, keys) => {
  const before = await tableContents(mesh);
  const run = await runOnTerminal(['heal', ...withSettle('1s')], { typing: { keys, after: '[y/N] ' } });
  expect([run.exitCode, run.shown.includes('Nothing was written.')]).toEqual([exitCode, true]);
  expect(run.shown).not.toMatch(/defect|HEALED/);
  expect(await tableContents(mesh)).toEqual(before);
});

test('a terminal of 0 columns: the run ends, and shows its report', async () => {
  const run = await runOnTerminal(['report', ...withSettle('1s')], { columns: 0 });
  expect([run.exitCode, run.shown.includes('SPLIT')]).toEqual([2, true]);
});

test('y, then Ctrl-C while it settles -> what was written is said, nothing is verified, 130', async () => {
  const args = ['heal', ...withSettle('10m'), '--log-level', 'info'];
  // The journal tells when the write is through: the settle time begins behind it.
  const settling = until('the write is in the journal', async () => {
    return existsSync(folder()) && journalRecords().some(({ event }) => event === 'outcome') ? true : null;
  });
  const typing = { keys: 'y\r', after: '[y/N] ' };
  const { exitCode, shown } = await runOnTerminal(args, { typing, interrupt: settling });
  expect([exitCode, /INTERRUPTED {2}1 write/.test(shown)]).toEqual([130, true]);
  expect(shown).not.toMatch(/HEALED|is verified/);
  const records = journalRecords();
  expect(records.filter(({ event }) => event === 'verdict')).toEqual([]);
  expect(records.at(-1)).toMatchObject({ event: 'end', applied: 1, verified: 0, interrupted: true });
});

function journalRecords(): readonly JournalRecord[] {
  const last = readdirSync(folder())
    .filter((file) => file.endsWith('.journal.jsonl'))
    .sort()
    .at(-1);
  return last === undefined ? [] : readJournal(join(folder(), last));
}
