// One request for one conference: where it goes, what it carries, and what its answer means.

import { expect, test } from 'vitest';
import { createShardRequest } from '../../src/heal/data-plane.ts';

const settings = {
  url: 'http://{host}:8080/',
  urls: { b: 'http://10.0.0.9/x' },
  keyHeader: 'X-StickToken',
  shardHeader: 'X-Server',
  headers: { 'X-Secret': 's' },
};

test.each([
  ['a', 'http://10.0.0.1:8080/'],
  ['b', 'http://10.0.0.9/x'],
])('through proxy %s: %s, the key as its bytes', async (proxy, url) => {
  const asked: unknown[] = [];
  const request = createShardRequest(
    settings,
    () => '10.0.0.1',
    async (...call) => {
      asked.push(call);
      return 200;
    },
  );
  expect(await request(proxy, 'caf\\xC3\\xA9', 11)).toEqual({ outcome: 'accepted' });
  expect(asked).toEqual([[url, { 'X-Secret': 's', 'X-StickToken': 'caf\u00c3\u00a9', 'X-Server': '11' }]]);
});

test.each([
  [403, 'rejected'],
  [503, 'rejected'],
])('status %i is %s', async (status, outcome) => {
  const request = createShardRequest(
    settings,
    () => 'h',
    async () => status,
  );
  expect(await request('a', 'k', 11)).toMatchObject({ outcome });
});

test('no answer: the outcome is unknown', async () => {
  const request = createShardRequest(
    settings,
    () => 'h',
    () => Promise.reject(new Error('socket hang up')),
  );
  expect(await request('a', 'k', 11)).toEqual({
    outcome: 'unknown',
    answer: 'the request was not answered: socket hang up',
  });
});

test('a proxy without a URL gets no request', async () => {
  const request = createShardRequest(
    { ...settings, url: null },
    () => 'h',
    async () => 200,
  );
  expect(await request('a', 'k', 11)).toMatchObject({ outcome: 'rejected' });
});
