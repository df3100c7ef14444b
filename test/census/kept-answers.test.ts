// The last good answer of a source that fails: it stands in while it is young enough, and is said.

import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type KeptAnswers, openKeptAnswers } from '../../src/census/kept-answers.ts';
import type { CensusSource } from '../../src/domain/census.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Key, NOW, PREFIX, play, read, report, room, rowOf, shard } from './reading.ts';

const MAX_AGE = 150_000;
const S1 = [shard('s1', '10.0.0.1:443')];

function keptIn(folder: string, nowMs = NOW): KeptAnswers {
  return openKeptAnswers({ folder, environment: 'stage', maxAgeMs: MAX_AGE, now: () => nowMs });
}

/** Consul's KV with one datacenter; what `down` says, it answers instead. */
async function consulOf(keys: readonly Key[]) {
  const state: { keys: readonly Key[]; down: 'nothing' | 'kv' | 'all'; cut: boolean } = {
    keys,
    down: 'nothing',
    cut: false,
  };
  const url = await play((request, response) => {
    const isList = request.url === '/v1/catalog/datacenters';
    if (state.down === 'all' || (state.down === 'kv' && !isList)) return response.writeHead(500).end('no leader');
    const text = JSON.stringify(isList ? ['eu'] : state.keys.map(rowOf));
    return response.end(state.cut && !isList ? text.slice(0, -10) : text);
  });
  const source: CensusSource = { kind: 'consul', url, prefix: 'signal-report/stage/', datacenters: 'all', token: null };
  return { state, source };
}

describe('Consul', () => {
  test.each(['kv', 'all'] as const)('fails (%s): the rooms of its last answer count, and it is said', async (down) => {
    const folder = temporaryFolder();
    const { state, source } = await consulOf([report('s1', [room('a', 3)])]);
    await read(source, { shards: S1, kept: keptIn(folder) });
    state.down = down;
    const later = NOW + 40_000;
    const { counted, gaps, notes, shards } = await read(source, {
      shards: S1,
      kept: keptIn(folder, later),
      now: () => later,
    });
    expect([counted, gaps]).toEqual([{ s1: ['a 3'] }, []]);
    expect(shards.filter(({ status }) => status === 'ok')).toMatchObject([{ reportedAt: new Date(NOW - 10_000) }]);
    expect(notes.join('\n')).toMatch(/500.*\(The last good answer stands in, 40 s old\.\)/);
  });

  test('fails where it had nothing: that nothing is there was an answer too', async () => {
    const folder = temporaryFolder();
    let isDown = false;
    const url = await play((request, response) => {
      if (isDown) return response.writeHead(500).end('no leader');
      if (request.url === '/v1/catalog/datacenters') return response.end('["eu", "another-environment"]');
      if (!request.url!.endsWith('dc=eu')) return response.writeHead(404).end();
      return response.end(JSON.stringify([rowOf(report('s1', [room('a', 3)]))]));
    });
    const source: CensusSource = { kind: 'consul', url, prefix: PREFIX, datacenters: 'all', token: null };
    await read(source, { shards: S1, kept: keptIn(folder) });
    isDown = true;
    const { counted, gaps } = await read(source, { shards: S1, kept: keptIn(folder) });
    expect([counted, gaps]).toEqual([{ s1: ['a 3'] }, []]);
  });

  test('fails for longer than a report may be old: its shards are unknown', async () => {
    const folder = temporaryFolder();
    const { state, source } = await consulOf([report('s1', [room('a', 3)])]);
    await read(source, { shards: S1, kept: keptIn(folder) });
    state.down = 'kv';
    const later = NOW + MAX_AGE + 1;
    const { gaps, shards } = await read(source, { shards: S1, kept: keptIn(folder, later), now: () => later });
    expect(gaps).toMatchObject([{ name: 'eu' }]);
    expect(shards).toMatchObject([{ name: 's1', status: 'unanswered' }]);
    // What can stand in no more is removed; the list of datacenters came again.
    expect(readdirSync(join(folder, 'census-answers'))).toHaveLength(1);
  });

  test('cuts its answer off: it is not kept, and of the older one each shard has its newest report', async () => {
    const folder = temporaryFolder();
    const { state, source } = await consulOf([report('s1', [room('a', 3)]), report('s2', [room('b', 1)])]);
    const known = [...S1, shard('s2', '10.0.0.2:443')];
    await read(source, { shards: known, kept: keptIn(folder) });
    state.keys = [report('s1', [room('a', 5)], { time: new Date(NOW).toISOString() }), report('s2', [room('b', 9)])];
    state.cut = true;
    for (const attempt of [1, 2]) {
      const { counted, gaps, notes } = await read(source, { shards: known, kept: keptIn(folder) });
      expect([attempt, counted, gaps]).toEqual([attempt, { s1: ['a 5'], s2: ['b 1'] }, []]);
      expect(notes).toHaveLength(1);
    }
  });

  test.each<readonly [string, (path: string) => void]>([
    ['cut', (path) => truncateSync(path, 20)],
    ['something else', (path) => writeFileSync(path, '{"a":1}')],
  ])('fails and the kept files are %s: nothing stands in', async (_, damage) => {
    const folder = temporaryFolder();
    const { state, source } = await consulOf([report('s1', [room('a', 3)])]);
    await read(source, { shards: S1, kept: keptIn(folder) });
    for (const name of readdirSync(join(folder, 'census-answers'))) damage(join(folder, 'census-answers', name));
    state.down = 'all';
    const kept = openKeptAnswers({ folder, environment: 'stage', maxAgeMs: 1e13, now: Date.now });
    const { gaps, shards } = await read(source, { shards: S1, kept });
    expect(gaps).toHaveLength(1);
    expect(shards).toMatchObject([{ name: 's1', status: 'unanswered' }]);
  });
});

test('a sidecar that does not answer, or whose prosody is silent, is stood in for alone', async () => {
  const folder = temporaryFolder();
  let says: string | null = JSON.stringify({ room_census: [room('a', 2)] });
  const url = await play((_, response) => (says === null ? response.destroy() : response.end(says)));
  const source: CensusSource = { kind: 'sidecar', url: `${url}/{name}` };
  await read(source, { shards: S1, kept: keptIn(folder) });
  for (const silence of [null, '{"room_census":null}']) {
    says = silence;
    const { counted, shards, notes } = await read(source, {
      shards: [...S1, shard('s9', '10.0.0.9:443')],
      kept: keptIn(folder, NOW + 20_000),
      now: () => NOW + 20_000,
    });
    expect(counted).toEqual({ s1: ['a 2'] });
    expect(shards.filter(({ status }) => status === 'ok')).toMatchObject([{ name: 's1', reportedAt: new Date(NOW) }]);
    expect(shards.filter(({ name }) => name === 's9').map(({ status }) => status)).toContain('unanswered');
    expect(notes).toEqual([expect.stringContaining('20 s old')]);
  }
});

test('answers are for their owner only, one file a question', async () => {
  const folder = temporaryFolder();
  const { source } = await consulOf([report('s1', [room('a', 3)])]);
  for (const atMs of [NOW, NOW + 1]) await read(source, { shards: S1, kept: keptIn(folder, atMs) });
  const names = readdirSync(join(folder, 'census-answers'));
  expect(names).toHaveLength(2);
  for (const name of names) expect(statSync(join(folder, 'census-answers', name)).mode & 0o777).toBe(0o600);
});

test('a folder where nothing can be kept: the census is read all the same', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'census-answers'), '');
  const { source } = await consulOf([report('s1', [room('a', 3)])]);
  expect((await read(source, { shards: S1, kept: keptIn(folder) })).counted).toEqual({ s1: ['a 3'] });
});
