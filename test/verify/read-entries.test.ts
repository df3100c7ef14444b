// The entries of some keys on every proxy: which proxies answered, which did not, and which errors
// are not a proxy's.

import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../../src/errors.ts';
import { readEntries } from '../../src/verify/read-entries.ts';
import { addresses, drawMesh } from '../support/model-look.ts';
import { readerOf } from '../support/scripted-mesh.ts';

const mesh = drawMesh({ p1: 's1', p2: 's2/-', p3: null });
const signal = new AbortController().signal;
type Hooks = Parameters<typeof readerOf>[3];

const asked = (gone: readonly string[] = [], beforeRead?: Hooks, by: AbortSignal = signal) => ({
  readers: new Map(mesh.names.map((name) => [name, readerOf(mesh, name, new Set(gone), beforeRead)])),
  concurrency: 2,
  signal: by,
});
const plain = (now: Awaited<ReturnType<typeof readEntries>>) =>
  Object.fromEntries([...now].map(([proxy, entries]) => [proxy, Object.fromEntries(entries)]));

test('by proxy, then by key; `null` where there is no entry', async () => {
  expect(plain(await readEntries(asked(), ['k', 'other']))).toEqual({
    p1: { k: { serverId: 11, serverKey: addresses.s1 }, other: null },
    p2: { k: { serverId: 12, serverKey: null }, other: null },
    p3: { k: null, other: null },
  });
});

test('only the given proxies', async () => {
  expect(Object.keys(plain(await readEntries(asked(), ['k'], ['p3', 'p1'])))).toEqual(['p3', 'p1']);
});

test('no more proxies at once than allowed', async () => {
  let now = 0;
  let most = 0;
  const readers = new Map(
    [...asked().readers].map(([name, reader]) => [
      name,
      {
        ...reader,
        async entries(...args: Parameters<typeof reader.entries>) {
          most = Math.max(most, ++now);
          await new Promise(setImmediate);
          now--;
          return reader.entries(...args);
        },
      },
    ]),
  );
  await readEntries({ ...asked(), readers }, ['k']);
  expect(most).toBe(2);
});

describe('a proxy that is not in the answer', () => {
  test('one that cannot be reached', async () => {
    expect(Object.keys(plain(await readEntries(asked(['p2']), ['k'])))).toEqual(['p1', 'p3']);
  });

  test('one that answers something else', async () => {
    const spoiled: Hooks = (proxy) => {
      if (proxy === 'p2') throw new ProtocolError({ code: 'not-haproxy', message: 'HTTP/1.1', remedy: 'check' });
    };
    expect(Object.keys(plain(await readEntries(asked([], spoiled), ['k'])))).toEqual(['p1', 'p3']);
  });

  test('one that is not known', async () => {
    expect(Object.keys(plain(await readEntries(asked(), ['k'], ['p1', 'stranger'])))).toEqual(['p1']);
  });

  test('one that has not answered when the time is over; the others count', async () => {
    const deadline = new AbortController();
    const slow: Hooks = (proxy) => {
      if (proxy === 'p3') deadline.abort(new DOMException('too late', 'TimeoutError'));
    };
    expect(Object.keys(plain(await readEntries(asked([], slow, deadline.signal), ['k'])))).toEqual(['p1', 'p2']);
  });
});

describe('rejects', () => {
  test('when somebody interrupts, with their reason', async () => {
    const interrupted = new AbortController();
    const reason = new Error('SIGINT');
    const by: Hooks = () => interrupted.abort(reason);
    await expect(readEntries(asked([], by, interrupted.signal), ['k'])).rejects.toBe(reason);
  });

  test('for a defect of this program', async () => {
    const defect: Hooks = () => {
      throw new TypeError('a defect');
    };
    await expect(readEntries(asked([], defect), ['k'])).rejects.toThrow(TypeError);
  });
});
