// The second look: by key where the suspects are few, by a dump where they are many, and never a
// word for a proxy that fails.

import { describe, expect, test } from 'vitest';
import { lookAgain, MAX_KEYS_ASKED } from '../../src/confirm/look-again.ts';
import { TransportError } from '../../src/errors.ts';
import type { EntrySink } from '../../src/runtime-api/entry-sink.ts';
import type { Dump, TableReader } from '../../src/runtime-api/table-reader.ts';
import { createKeyTable, type KeyTable } from '../../src/snapshot/grid/key-table.ts';
import { entryInPlace } from '../support/entry-in-place.ts';
import { proxyView } from '../support/run-report.ts';

function keysOf(names: readonly string[]): KeyTable {
  const keys = createKeyTable(1);
  for (const name of names) keys.add(Buffer.from(name), 0, name.length);
  return keys;
}

function put(sink: EntrySink, key: string): void {
  sink.entry(entryInPlace({ key, serverKey: '10.0.0.8:443', expiresInMs: 1_000 }));
}

const whole: Dump = {
  outcome: 'complete',
  header: null,
  entries: 1,
  bytes: 1,
  maxExpiresInMs: 1,
  isSpread: false,
  unreadableLines: 0,
  remark: null,
  brokenBy: null,
};

function scripted(changes: Partial<TableReader>): { readonly reader: TableReader; readonly asked: string[] } {
  const asked: string[] = [];
  const reader: TableReader = {
    state: () => Promise.reject(new Error('not asked for')),
    async entries(keys, sink) {
      asked.push(`keys ${keys.length}`);
      for (const key of keys) if (key !== '') put(sink, key);
      return keys.filter((key) => key === '');
    },
    async dump(sink) {
      asked.push('dump');
      put(sink, 'k0');
      return whole;
    },
    premise: () => Promise.reject(new Error('not asked for')),
    checkProcess: async () => {},
    fillsKeyLength: async () => false,
    close: async () => {},
    ...changes,
  };
  return { reader, asked };
}

const again = (
  readers: readonly TableReader[],
  keys: KeyTable,
  views = readers.map((_, n) => proxyView(`p${n}`, [])),
  signal = new AbortController().signal,
) =>
  lookAgain(
    {
      members: readers.map((reader, n) => ({
        reader,
        target: { name: `p${n}`, region: null, endpoint: { kind: 'unix', path: '/x' } },
      })),
      views,
    },
    keys,
    { concurrency: 2, perRegion: 1, byDump: new Set<number>(), signal, onProxy: () => {} },
  );

test('few suspects are asked for by key, on every proxy', async () => {
  const [one, other] = [scripted({}), scripted({})];
  const { grid, views } = await again([one.reader, other.reader], keysOf(['k0', 'k1']));
  expect([one.asked, other.asked]).toEqual([['keys 2'], ['keys 2']]);
  expect([0, 1].map((proxy) => grid.labelAt(1, proxy))).toEqual([1, 1]);
  expect(views.map(({ status }) => status)).toEqual(['ok', 'ok']);
});

test.each([
  ['as many as are asked for by key', MAX_KEYS_ASKED, `keys ${MAX_KEYS_ASKED}`],
  ['one more', MAX_KEYS_ASKED + 1, 'dump'],
])('%s', async (_, count, expected) => {
  const { reader, asked } = scripted({});
  await again([reader], keysOf(Array.from({ length: count }, (_name, n) => `k${n}`)));
  expect(asked).toEqual([expected]);
});

test('the empty key has no spelling: a dump', async () => {
  const { reader, asked } = scripted({});
  await again([reader], keysOf(['k0', '']));
  expect(asked).toEqual(['keys 2', 'dump']);
});

describe('a proxy that fails', () => {
  const refused = new TransportError({ code: 'refused', message: 'refused', remedy: 'start it' });

  test('has not confirmed anything', async () => {
    const { reader } = scripted({ entries: () => Promise.reject(refused) });
    const { views } = await again([reader, scripted({}).reader], keysOf(['k0']));
    expect(views.map(({ status, trouble }) => [status, trouble?.message])).toEqual([
      ['unreachable', 'in the second look: refused'],
      ['ok', undefined],
    ]);
  });

  test('with a dump that ends early still said what is true', async () => {
    const { reader } = scripted({
      async dump(sink) {
        put(sink, 'k0');
        return { ...whole, outcome: 'truncated' };
      },
    });
    const keys = keysOf(['k0', '']);
    const { views, grid } = await again([reader], keys);
    expect(views[0]?.status).toBe('truncated');
    expect(grid.labelAt(0, 0)).toBe(1);
  });

  test.each([
    ['after an entry, what it said is true', 1, 'truncated'],
    ['before any entry, it said nothing', 0, 'unreachable'],
  ])('in the middle of a dump, %s', async (_, entries, status) => {
    const brokenBy = { code: 'reset' as const, message: 'broke', remedy: 'run again' };
    const { reader } = scripted({ dump: async () => ({ ...whole, outcome: 'truncated', entries, brokenBy }) });
    const { views } = await again([reader], keysOf(['k0', '']));
    expect(views).toMatchObject([{ status, trouble: { code: 'reset', message: 'in the second look: broke' } }]);
  });

  test('as it failed before keeps its first reason; worse than before it gets a new one', async () => {
    const cut = proxyView('p0', [], {
      status: 'truncated',
      trouble: { code: 'truncated', message: 'cut', remedy: 'run again' },
    });
    const dump = async (): Promise<Dump> => ({ ...whole, outcome: 'truncated' });
    expect((await again([scripted({ dump }).reader], keysOf(['']), [cut])).views).toEqual([cut]);
    const dead = scripted({ entries: () => Promise.reject(refused) }).reader;
    expect((await again([dead], keysOf(['k0']), [cut])).views).toMatchObject([
      { status: 'unreachable', trouble: { message: 'in the second look: refused' } },
    ]);
  });

  test('that gave no evidence before is not asked', async () => {
    const { reader, asked } = scripted({});
    await again([reader], keysOf(['k0']), [proxyView('p0', [], { status: 'denied' })]);
    expect(asked).toEqual([]);
  });
});

test('Ctrl-C in the middle of a dump ends the look: what it broke off is not judged', async () => {
  const ctrlC = new AbortController();
  const { reader } = scripted({
    async dump() {
      ctrlC.abort(new Error('interrupted'));
      return { ...whole, outcome: 'truncated' };
    },
  });
  await expect(again([reader], keysOf(['']), undefined, ctrlC.signal)).rejects.toThrow('interrupted');
});

test('a defect of ours goes on up', async () => {
  const { reader } = scripted({ entries: () => Promise.reject(new RangeError('ours')) });
  await expect(again([reader], keysOf(['k0']))).rejects.toThrow('ours');
});
