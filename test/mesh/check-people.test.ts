// The items of the checklist that need other sources: what there ought to be, and where people are.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { gatherPeople, type People } from '../../lab/mesh/people.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { type CensusKv, startCensusKv } from '../../lab/servers/census-kv.ts';
import { runCheck } from '../support/check-runs.ts';

const scratch = makeScratch();
let mesh: Mesh;
let people: People;
let kv: CensusKv;

beforeAll(async () => {
  mesh = await startMesh();
  people = gatherPeople(mesh, 3_600_000);
  await people.join('whole', 0);
  for (const proxy of [1, 2]) await mesh.untilEntry(proxy, 'whole', (entry) => entry !== undefined);
  const shards = mesh.shards.map(({ address }, n) => ({ name: `shard-${n + 1}`, address }));
  kv = await startCensusKv({ environment: 'laboratory', domain: 'meet.example', shards, groups: people.groups });
});
afterAll(async () => {
  await kv?.stop();
  await mesh?.stop();
  scratch.clear();
});

/** The file of wanted shards says `moved` to be elsewhere. */
async function check({ moved = '' } = {}) {
  const shards = mesh.shards.map(({ address }, n) => {
    const name = `shard-${n + 1}`;
    return `  - { name: ${name}, address: "${name === moved ? '127.0.1.99:443' : address}", id: ${n + 11} }`;
  });
  const file = scratch.file('wanted.yaml', ['shards:', ...shards, ''].join('\n'));
  const lines = [
    `discovery: { file: ${file} }`,
    `census: { consul: { url: "${kv.url}" }, domain: meet.example }`,
    `heal: { journal: ${scratch.folder}/state }`,
  ];
  const run = await runCheck(configure(scratch, mesh, { lines }));
  return { ...run, of: (id: string) => run.check.items.find((item) => item.id === id)?.result };
}

test('all is as it ought to be, and all people are where the tables lead', async () => {
  const { of, check: file, evidence } = await check();
  expect([of('discovery'), of('census'), of('people')]).toEqual(['pass', 'pass', 'pass']);
  expect(evidence('census')).toBe('3 shards answered: 1 room, 1 person');
  expect(file.notChecked.map(({ id }) => id)).toEqual(['maps', 'live-release', 'alarms']);
});

test('a shard whose rooms are not known: no pass for the census, nor for the people', async () => {
  kv.silent.add('shard-2');
  const { of, evidence } = await check();
  kv.silent.clear();
  expect([of('discovery'), of('census'), of('people')]).toEqual(['pass', 'unknown', 'unknown']);
  expect(evidence('census')).toContain('shard-2');
});

test('a shard that moved, and the proxies have not heard: the servers fail, its report counts', async () => {
  const { of, open, evidence } = await check({ moved: 'shard-3' });
  expect([of('discovery'), of('census'), of('people')]).toEqual(['pass', 'pass', 'pass']);
  expect(open).toEqual(['servers fail']);
  expect(evidence('servers')).toContain('instead of 127.0.1.99:443');
});

test('people on two shards fail it', async () => {
  people.seat('whole', 1, mesh.shards.find(({ address }) => address !== people.groups()[0]!.shard)!.address);
  const { of, evidence } = await check();
  expect([of('census'), of('people')]).toEqual(['pass', 'fail']);
  expect(evidence('people')).toContain('whole');
});
