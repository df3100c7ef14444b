// Several folders are one mesh where they can be, and a complaint where they cannot.

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError } from '../../../src/errors.ts';
import { openParts } from '../../../src/snapshot/archive/parts.ts';
import { createArchive } from '../../../src/snapshot/archive/writer.ts';
import { dumpText, memberSaying, readMesh, runFacts, scratch } from '../saved-mesh.ts';

async function part(name: string, facts: Partial<typeof runFacts> & { expected?: { min: number; max: number } } = {}) {
  const folder = join(scratch(), `of-${name}`);
  const members = [memberSaying(name, dumpText)];
  const archive = await createArchive(folder, members);
  const { views } = await readMesh(members, archive);
  await archive.commit({ ...runFacts, ...facts }, views);
  return folder;
}
const later = (seconds: number) => {
  const at = (text: string) => new Date(Date.parse(text) + seconds * 1000).toISOString();
  return { startedAt: at(runFacts.startedAt), finishedAt: at(runFacts.finishedAt) };
};
function complaintsOf(folders: readonly string[]): readonly string[] {
  try {
    openParts(folders, 'nodes');
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
}

test('one folder: as it is, and nothing to note', async () => {
  const folder = await part('hap-a', { expected: { min: 3, max: 4 } });
  expect(openParts([folder], 'nodes')).toMatchObject({
    environment: 'stage',
    takenAt: { startedAtMs: Date.parse(runFacts.startedAt), finishedAtMs: Date.parse(runFacts.finishedAt) },
    expected: { min: 3, max: 4 },
    notes: [],
  });
});

test('two parts: the proxies of both, the time of both, as many as both expect', async () => {
  const folders = [
    await part('hap-a', { expected: { min: 1, max: 1 } }),
    await part('hap-b', { ...later(20), expected: { min: 1, max: 2 } }),
  ];
  const { members, expected, notes, takenAt } = openParts(folders, 'nodes');
  expect(members.map(({ target }) => target.name)).toEqual(['hap-a', 'hap-b']);
  expect(expected).toEqual({ min: 2, max: 3 });
  expect(takenAt!.finishedAtMs - takenAt!.startedAtMs).toBe(21_000);
  expect(notes).toEqual([expect.stringMatching(/^The parts were taken within 21 s: /)]);
  const views = await readMesh(members);
  expect(views.entries.map((each) => each.length)).toEqual([12, 12]);
});

test("a part of the predecessor's: the time of the whole is not known", async () => {
  const old = join(scratch(), 'old');
  mkdirSync(old);
  writeFileSync(join(old, 'haproxy-table-nodes-hap-b'), dumpText, 'latin1');
  const parts = openParts([old, await part('hap-a')], 'nodes');
  expect(parts).toMatchObject({ environment: 'stage', takenAt: null, expected: null });
  expect(parts.notes).toEqual([expect.stringContaining(`When the dumps in ${old} were taken is not known`)]);
});

test('the same folder twice, under another name too: one complaint', async () => {
  const folder = await part('hap-a');
  const link = join(scratch(), 'link');
  symlinkSync(folder, link);
  expect(complaintsOf([folder, folder])).toEqual([expect.stringContaining('is the same folder as')]);
  expect(complaintsOf([folder, link])).toEqual([`${link}: this is the same folder as ${folder}: name each part once`]);
});

test('another environment, a proxy in two parts, parts an hour apart: all complaints at once', async () => {
  const [west, east] = [await part('hap-a'), await part('hap-a', { environment: 'prod', ...later(3600) })];
  expect(complaintsOf([west, east])).toEqual([
    `${east}: this snapshot is of environment prod, and ${west} is of stage: they are not parts of one mesh`,
    expect.stringContaining(`proxy hap-a is in ${west} too`),
    `${east}: it was taken 60 min after ${west}: take the parts of a mesh within 5 min`,
  ]);
});

test('a snapshot from before `expected` was kept', async () => {
  const folder = await part('hap-a');
  const path = join(folder, 'manifest.json');
  expect(readFileSync(path, 'utf8')).not.toContain('expected');
  expect(openParts([folder], 'nodes').expected).toBeNull();
});
