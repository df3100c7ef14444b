// `report` on a snapshot of ours: what the snapshot says of itself, and what it does not need from
// the machine it is read on.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createArchive } from '../../src/snapshot/archive/writer.ts';
import { dumpText, memberSaying, readMesh, runFacts, scratch } from '../snapshot/saved-mesh.ts';
import { runReport, runSplitbrain } from '../support/splitbrain.ts';

const empty = `${dumpText.split('\n')[0]}\n\n`;

/** `hap-b` lacks every entry that `hap-a` has; taken in environment `stage`. */
async function snapshot(): Promise<string> {
  const members = [memberSaying('hap-a', dumpText), memberSaying('hap-b', empty)];
  const folder = join(scratch(), 'snapshot');
  const archive = await createArchive(folder, members);
  const { views } = await readMesh(members, archive);
  await archive.commit(runFacts, views);
  return folder;
}

function configured(...lines: readonly string[]): readonly string[] {
  const path = join(scratch(), 'splitbrain.yaml');
  const proxies = 'proxies: { list: [{ name: hap-a, endpoint: "unix:///x" }, { name: hap-b, endpoint: "unix:///y" }] }';
  writeFileSync(path, ['environment: configured', proxies, ...lines, ''].join('\n'));
  return ['-c', path];
}

test('the environment is the one that the snapshot was taken in; a configuration wins', async () => {
  const from = ['--from', await snapshot()];
  expect(await runReport(from)).toMatchObject({ exitCode: 2, report: { environment: 'stage' } });
  expect(await runReport([...configured(), ...from])).toMatchObject({
    exitCode: 2,
    report: { environment: 'configured' },
  });
});

test('parts of a mesh, each saved on its own: alone each is incomplete, together they are judged as one', async () => {
  const part = async (name: string, dump: string) => {
    const members = [memberSaying(name, dump)];
    const folder = join(scratch(), name);
    const archive = await createArchive(folder, members);
    const { views } = await readMesh(members, archive);
    await archive.commit(runFacts, views);
    return folder;
  };
  const [west, east] = [await part('hap-a', dumpText), await part('hap-b', empty)];
  expect(await runReport(['--from', west])).toMatchObject({ exitCode: 3, report: { counts: { missing: 0 } } });
  const together = await runReport(['--from', west, '--from', east]);
  expect(together).toMatchObject({
    exitCode: 2,
    report: { view: 'complete', counts: { missing: 12, proxies: 2 }, run: { source: `${west},${east}` } },
  });
  expect(together.stdout).toContain(`saved dumps in ${west},`);
  const twice = await runSplitbrain(['report', '--from', west, '--from', west]);
  expect([twice.exitCode, twice.stderr]).toEqual([64, expect.stringContaining('is the same folder as')]);
});

test('a damaged journal costs the proposal, and not the report', async () => {
  const journal = scratch();
  const today = new Date().toISOString().slice(0, 10);
  const damaged = (environment: string) =>
    writeFileSync(join(journal, `${today}T00-00-00.000Z.${environment}.r.journal.jsonl`), 'lunch\n');
  damaged('another');
  const beside = await runReport([...configured(`heal: { journal: "${journal}" }`), '--from', await snapshot()]);
  expect(beside.report.findings[0]).toMatchObject({ decision: { winner: expect.any(String) } });
  damaged('configured');
  const run = await runReport([...configured(`heal: { journal: "${journal}" }`), '--from', await snapshot()]);
  expect(run).toMatchObject({ exitCode: 2, report: { counts: { missing: 12 } } });
  expect(run.report.findings[0]).toMatchObject({ decision: { refusal: 'cooldown' } });
  expect(run.stdout.replaceAll(/\s+/g, ' ')).toContain('this is no journal of splitbrain, or it is damaged');
});

test('plan: the plan in its file, and the report it rests on in another; both do not fit standard output', async () => {
  const from = ['--from', await snapshot()];
  const [plan, report] = [join(scratch(), 'plan.json'), join(scratch(), 'report.json')];
  const run = await runSplitbrain(['plan', ...from, '-o', plan, '--json', report]);
  expect([run.exitCode, run.stdout]).toEqual([4, expect.stringContaining(`Written to ${plan}`)]);
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
  expect(read(report)).toMatchObject({ counts: { missing: 12 }, environment: 'stage' });
  expect(read(plan)).toMatchObject({ environment: 'stage' });
  const alone = await runSplitbrain(['plan', ...from, '-o', plan, '--json', '-']);
  expect(JSON.parse(alone.stdout)).toMatchObject({ counts: { missing: 12 } });
  const both = await runSplitbrain(['plan', ...from, '-o', '-', '--json', '-']);
  expect([both.exitCode, both.stderr]).toEqual([64, expect.stringContaining('both want standard output')]);
});
