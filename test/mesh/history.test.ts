// Reports of a real mesh are kept run by run, and say since when a conference has been split.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import type { RunHistory } from '../../src/domain/run-history.ts';
import { readHistory } from '../../src/history/read-history.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

describe.each(newestHaproxy())('HAProxy $version', ({ command }) => {
  let mesh: Mesh;
  let scratch: Scratch;
  beforeAll(async () => {
    mesh = await startMesh({ binary: command });
    scratch = makeScratch();
  });
  afterAll(async () => {
    await mesh?.stop();
    scratch?.clear();
  });

  const folder = () => join(scratch.folder, 'kept');
  async function history(): Promise<RunHistory> {
    const place = { folder: folder(), environment: 'laboratory', table: 'nodes' };
    const read = await readHistory(place, new Date(), new AbortController().signal);
    if ('problem' in read) throw new Error(read.problem);
    return read;
  }

  test('agree, split, split, healed, agree -> five runs, one conference that came once', async () => {
    await mesh.request(0, 'calm', { forceShard: 0 });
    await mesh.untilEntry(2, 'calm', (entry) => entry !== undefined);
    const lines = [
      `history: { folder: ${folder()} }`,
      `heal: { journal: ${join(scratch.folder, 'journal')}, settle: 400ms, maxRatio: 1 }`,
    ];
    const run = async (...words: readonly string[]) =>
      (await runSplitbrain([...words, ...configure(scratch, mesh, { lines })])).exitCode;
    const keep = ['--history', folder()];

    expect(await run('report', ...keep)).toBe(0);
    await mesh.split(
      ['stand up'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    expect([
      await run('report', ...keep),
      await run('monitor'),
      await run('monitor', '--heal'),
      await run('monitor'),
    ]).toEqual([2, 2, 0, 0]);
    // Without the flag a report by hand is not kept.
    expect(await run('report')).toBe(0);

    const { runs, findings, filesLeftOut } = await history();
    expect(runs.map((each) => [each.command, each.verdict, each.after, each.exitCode])).toEqual([
      ['report', 'agree', 'agree', 0],
      ['report', 'split', 'split', 2],
      ['monitor', 'split', 'split', 2],
      ['monitor', 'split', 'agree', 0],
      ['monitor', 'agree', 'agree', 0],
    ]);
    expect(findings.get('split stand\\ up')).toMatchObject({
      conference: 'stand up',
      since: runs[1]!.at,
      runs: 3,
      isPresent: false,
    });
    expect([filesLeftOut, readdirSync(folder()).length]).toEqual([0, 5]);
    expect(readdirSync(folder()).filter((name) => (statSync(join(folder(), name)).mode & 0o777) !== 0o600)).toEqual([]);
  });

  test('a folder that cannot be made ends the run before a look; one of the configuration loses the report only', async () => {
    const file = scratch.file('file', '');
    const refused = await runSplitbrain(['report', '--history', join(file, 'x'), ...configure(scratch, mesh)]);
    expect([refused.exitCode, refused.stdout, refused.stderr]).toEqual([64, '', expect.stringContaining('--history')]);
    const lines = [`history: { folder: ${join(file, 'x')} }`];
    const lost = await runSplitbrain(['monitor', ...configure(scratch, mesh, { lines })]);
    expect([lost.exitCode, lost.stdout, lost.stderr]).toEqual([
      1,
      expect.stringMatching(/^AGREE/),
      expect.stringContaining(`history.folder ${join(file, 'x')}: cannot be written: ENOTDIR`),
    ]);
  });
});
