// A mesh that is asked for some keys: what it asks, and when it reads a whole dump after all.

import { expect, test } from 'vitest';
import { ProtocolError, TransportError } from '../../src/errors.ts';
import type { EntrySink } from '../../src/runtime-api/entry-sink.ts';
import type { Dump, TableReader, Watcher } from '../../src/runtime-api/table-reader.ts';
import { membersAsking, sampleKeys } from '../../src/snapshot/asking-members.ts';
import type { Member } from '../../src/snapshot/collect.ts';
import { entryInPlace } from '../support/entry-in-place.ts';

const signal = new AbortController().signal;
const header = { name: 'nodes', type: 'string', size: 1_000, used: 500 };
const whole: Dump = {
  outcome: 'complete',
  header,
  entries: 2,
  bytes: 0,
  maxExpiresInMs: 9,
  isSpread: false,
  unreadableLines: 0,
  remark: null,
  brokenBy: null,
};

/** A proxy with these keys; `asked` is what it was asked. */
function proxyWith(keys: readonly string[], more: Partial<TableReader> = {}) {
  const asked: string[] = [];
  const put = (sink: EntrySink, key: string) =>
    sink.entry(entryInPlace({ key, expiresInMs: 9, serverId: 11, serverKey: '10.0.0.9:443' }));
  const reader = {
    state: async () => ({ tables: [header] }),
    async dump(sink: EntrySink, _: AbortSignal, watcher?: Watcher) {
      asked.push(`dump ${watcher?.enoughLines ?? 'all'}`);
      for (const key of keys) put(sink, key);
      return whole;
    },
    async entries(wanted: readonly string[], sink: EntrySink) {
      asked.push(`keys ${wanted.join(' ')}`);
      for (const key of wanted) if (keys.includes(key)) put(sink, key);
      return [];
    },
    ...more,
  } as unknown as TableReader;
  const member: Member = { target: { name: 'p', region: null, endpoint: { kind: 'unix', path: '/p' } }, reader };
  return { member, asked };
}

/** The keys that the dump of a member gives, and its answer. */
async function dumped({ reader }: Member) {
  const keys: string[] = [];
  await reader.state(signal);
  const sink: EntrySink = {
    entry: ({ bytes, keyStart, keyEnd }) => void keys.push(Buffer.from(bytes.subarray(keyStart, keyEnd)).toString()),
  };
  return { keys, answer: await reader.dump(sink, signal) };
}

const asking = (keys: readonly string[]) => ({ table: 'nodes', keys, isSpread: false });

test('the dump holds the keys that were asked for, in place of the whole table', async () => {
  const { member, asked } = proxyWith(['a', 'b', 'c']);
  const { keys, answer } = await dumped(membersAsking([member], asking(['a', 'c', 'x']))[0]!);
  expect([keys, asked]).toEqual([['a', 'c'], ['keys a c x']]);
  expect(answer).toMatchObject({ outcome: 'complete', entries: 500, maxExpiresInMs: 9, header });
});

test.each<[string, readonly string[], Partial<TableReader>]>([
  ['a key that no command can name', ['a', ''], {}],
  [
    'a table that cannot be asked',
    ['a'],
    { entries: () => Promise.reject(new ProtocolError({ code: 'command-refused', message: '', remedy: '' })) },
  ],
  ['a key that came back', ['a'], { entries: async () => ['a'] }],
])('%s: the whole table is read', async (_, keys, more) => {
  const { member, asked } = proxyWith(['a', 'b'], more);
  const { keys: seen } = await dumped(membersAsking([member], asking(keys))[0]!);
  expect([seen, asked]).toEqual([['a', 'b'], ['dump all']]);
});

test('a proxy that fails while it is asked fails', async () => {
  const refuse = () => Promise.reject(new TransportError({ code: 'reset', message: 'gone', remedy: '' }));
  const { member } = proxyWith(['a'], { entries: refuse });
  await expect(dumped(membersAsking([member], asking(['a']))[0]!)).rejects.toThrow('gone');
});

test('the sample is some entries of the proxies that answer; one that fails or is empty gives none', async () => {
  const refuse = () => Promise.reject(new TransportError({ code: 'reset', message: 'gone', remedy: '' }));
  const many = Array.from({ length: 100 }, (_, n) => `k${n}`);
  const members = [proxyWith([], { dump: refuse }), proxyWith([]), proxyWith(many), proxyWith(['k1', 'other'])];
  const sample = await sampleKeys(
    members.map(({ member }) => member),
    { concurrency: 2, signal },
  );
  expect(sample).toEqual({ keys: [...many.slice(0, 40), 'other'], isSpread: false });
  expect(members[2]!.asked).toEqual(['dump 40']);
});

test('a proxy that never answers does not hold the sample up once half of them have', async () => {
  const hangs = (_: EntrySink, ended: AbortSignal) =>
    new Promise<Dump>((__, reject) => ended.addEventListener('abort', () => reject(ended.reason)));
  const members = [proxyWith([], { dump: hangs }), proxyWith(['a']), proxyWith(['b']), proxyWith(['c'])];
  const sample = await sampleKeys(
    members.map(({ member }) => member),
    { concurrency: 4, signal },
  );
  expect(sample.keys).toEqual(['a', 'b']);
});

test('a defect is no failure of a proxy', async () => {
  const broken = () => Promise.reject(new RangeError('a defect'));
  await expect(sampleKeys([proxyWith([], { dump: broken }).member], { concurrency: 1, signal })).rejects.toThrow(
    'a defect',
  );
});
