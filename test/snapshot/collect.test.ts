// All proxies side by side: one that hangs, breaks or babbles costs itself only; what is not a
// proxy's fault ends everything.

import { describe, expect, test } from 'vitest';
import { type CollectOptions, collect, type Keeper, troubleOf } from '../../src/snapshot/collect.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { capture } from '../support/captures.ts';
import { scriptedTransport } from '../support/scripted-transport.ts';
import {
  dumping,
  dumpText,
  entriesOn,
  gridFor,
  hanging,
  healthy,
  memberOf,
  options,
  reset,
  type Script,
  scripted,
} from './scripted-proxies.ts';

describe('one proxy fails and the others do not notice', () => {
  const denied = capture('3.4', 'show-table-user-level.txt');
  test.each<[title: string, script: Script, status: string, code: string | null, entries: number]>([
    ['nothing', healthy, 'ok', null, 12],
    ['refuses', () => ({ chunks: '', error: reset }), 'unreachable', 'reset', 0],
    [
      'breaks in the middle of the dump',
      dumping({ chunks: dumpText.slice(0, 500), error: reset }),
      'truncated',
      'reset',
      3,
    ],
    ['breaks in the first line', dumping({ chunks: dumpText.slice(0, 80), error: reset }), 'unreachable', 'reset', 0],
    ['breaks when all is said', dumping({ chunks: dumpText, error: reset }), 'ok', null, 12],
    ['cuts the dump on a whole line', dumping(dumpText.slice(0, -1)), 'truncated', 'truncated', 12],
    ['says more than the dump', dumping(`${dumpText}> `), 'truncated', 'unreadable-lines', 12],
    ['babbles', () => 'HTTP/1.1 400 Bad request\r\n\r\n', 'unreachable', 'not-haproxy', 0],
    ['babbles in the dump', dumping('\xff\x00\n\xfe'), 'unreachable', 'not-haproxy', 0],
    ['is at level user', dumping(denied), 'denied', 'level', 0],
    [
      'has another table',
      (request) => healthy(request).toString().replaceAll('nodes', 'rooms'),
      'no-table',
      'no-such-table',
      0,
    ],
  ])('%s', async (_title, script, status, code, entries) => {
    const members = [scripted('before', healthy), scripted('odd', script), scripted('behind', healthy)];
    const grid = gridFor(members);
    const views = await collect(members, grid, options());
    expect(views.map(({ name }) => name)).toEqual(['before', 'odd', 'behind']);
    expect(views[1]).toMatchObject({ status, trouble: code === null ? null : { code } });
    expect(entriesOn(grid, 1)).toBe(entries);
    for (const proxy of [0, 2]) {
      expect(views[proxy]).toMatchObject({ status: 'ok', trouble: null, table: { entries: 12, duplicates: 0 } });
      expect(entriesOn(grid, proxy)).toBe(12);
    }
  });
});

test('a proxy without the table is not asked for a dump, one at level user not for a key', async () => {
  const without = scriptedTransport((request) => healthy(request).toString().replaceAll('nodes', 'rooms'));
  const denied = scriptedTransport(dumping(capture('3.4', 'show-table-user-level.txt')));
  const members = [memberOf('without', without), memberOf('denied', denied)];
  await collect(members, gridFor(members), options());
  expect(without.requests).toHaveLength(1);
  expect(denied.requests).toHaveLength(2);
  expect(denied.requests.join('')).not.toContain('key');
});

describe('a dump without end costs its own proxy', () => {
  const row = (n: number, server: string) =>
    `0x7f0000000001: key=made-up-${n} use=0 exp=5000 server_id=1 server_key=${server}\n`;
  const sized = (size: number) => `# table: nodes, type: string, size:${size}, used:1\n`;

  /** Entries from `row`, 1,000 a chunk. */
  const endless = (size: number, entry: (n: number) => string): Script =>
    dumping({
      chunks: {
        *[Symbol.iterator]() {
          yield Buffer.from(sized(size), 'latin1');
          for (let n = 0; ; n += 1_000)
            yield Buffer.from(Array.from({ length: 1_000 }, (_, more) => entry(n + more)).join(''), 'latin1');
        },
      } as unknown as readonly Uint8Array[],
    });

  test.each([
    ['keys, in a small table', endless(204_800, (n) => row(n, 'a')), 'of a table of size 204,800'],
    [
      'keys, in one that claims a size of 4 billion',
      endless(4e9, (n) => row(n, 'a')),
      'usual size of the table in this',
    ],
    ['servers', endless(204_800, (n) => row(n, `s${n}`)), '65,535 pairs of server id and server key'],
  ])('%s', async (_title, script, message) => {
    const members = [scripted('a', healthy), scripted('hostile', script), scripted('b', healthy)];
    const grid = gridFor(members);
    const views = await collect(members, grid, options());
    expect(views.map(({ status }) => status)).toEqual(['ok', 'unreachable', 'ok']);
    expect(views[1]?.trouble).toMatchObject({ code: 'too-large', message: expect.stringContaining(message) });
    expect([0, 1, 2].map((proxy) => entriesOn(grid, proxy))).toEqual([12, 0, 12]);
    expect([grid.labelsOf(1), grid.cellsOf(1)]).toEqual([[], new Uint8Array(0)]);
  });
});

describe('the key length', () => {
  const longest = 'room10@conference.meet.example.com';
  const filling: Script = (request) =>
    request.includes(' key ')
      ? `# table: nodes, type: string, size:1, used:1\n0x5: key=${longest} use=0 exp=5\n\n`
      : healthy(request);
  const view = async (script: Script, some: Partial<CollectOptions> = {}) => {
    const transport = scriptedTransport(script);
    const members = [memberOf('hap-a', transport)];
    const [only] = await collect(members, gridFor(members), options(some));
    return {
      status: only?.status,
      keyLength: only?.table?.keyLength,
      asked: transport.requests.filter((request) => request.includes(' key ')).length,
    };
  };
  test('is shown by the longest key where that fills it', async () => {
    expect(await view(filling)).toEqual({ status: 'ok', keyLength: longest.length, asked: 1 });
  });
  test('is not known where it does not', async () => {
    expect(await view(healthy)).toEqual({ status: 'ok', keyLength: null, asked: 1 });
  });
  test('is not asked for where the configuration says it', async () => {
    expect(await view(filling, { keyLength: 200 })).toEqual({ status: 'ok', keyLength: 200, asked: 0 });
  });
  test('is not asked for where the dump was cut, or is empty', async () => {
    expect(await view(dumping(dumpText.slice(0, -1)))).toEqual({ status: 'truncated', keyLength: null, asked: 0 });
    expect(await view(dumping(capture('3.4', 'show-table-empty.txt')))).toEqual({
      status: 'ok',
      keyLength: null,
      asked: 0,
    });
  });
  test('is not known where the proxy breaks off, and the dump is as complete as it was', async () => {
    const breaking: Script = (request) => (request.includes(' key ') ? { chunks: '', error: reset } : healthy(request));
    expect(await view(breaking)).toEqual({ status: 'ok', keyLength: null, asked: 1 });
  });
});

describe('Ctrl-C', () => {
  test.each(['', dumpText.slice(0, 500), dumpText])(
    'ends a dump that hangs, and rejects with its reason (%#)',
    async (before) => {
      const stop = new AbortController();
      const stuck = hanging(before);
      const reading = collect(
        [memberOf('stuck', stuck)],
        gridFor([memberOf('stuck', stuck)]),
        options({ signal: stop.signal }),
      );
      await stuck.hangs;
      stop.abort(new Error('Ctrl-C'));
      await expect(reading).rejects.toThrow('Ctrl-C');
      expect(stuck.ended()).toBe(true);
    },
  );

  test('before the start: nobody is asked', async () => {
    const transport = scriptedTransport(healthy);
    const members = [memberOf('hap-a', transport)];
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(collect(members, gridFor(members), options({ signal }))).rejects.toThrow('Ctrl-C');
    expect(transport.requests).toEqual([]);
  });

  test('leaves no listener behind on the signal of the run, whatever the end', async () => {
    const stop = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = stop.signal;
    stop.signal.addEventListener = (...rest: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(stop.signal, rest);
    };
    stop.signal.removeEventListener = (...rest: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(stop.signal, rest);
    };
    const members = [scripted('a', healthy)];
    await collect(members, gridFor(members), options({ signal: stop.signal }));
    expect(listeners).toBe(0);
  });
});

describe('what is not a proxy’s fault', () => {
  const fullDisk = (): Keeper => {
    const place = { write: () => Promise.reject(new Error('ENOSPC')), done: async () => {} };
    return { state: () => ({ ...place, write: () => {} }), table: () => place };
  };
  test('a full disk rejects, when every other conversation has ended', async () => {
    const stuck = hanging('');
    const late = scriptedTransport((request) => healthy(request));
    const slow: Transport = {
      close: late.close,
      ask: async (...rest) => {
        await stuck.hangs;
        return late.ask(...rest);
      },
    };
    const members = [memberOf('stuck', stuck), memberOf('full', slow)];
    await expect(collect(members, gridFor(members), options({ keeper: fullDisk() }))).rejects.toThrow('ENOSPC');
    expect(stuck.ended()).toBe(true);
  });
  test('a defect rejects, and is not called trouble of a proxy', async () => {
    const members = [scripted('a', dumping({ chunks: dumpText, error: new RangeError('defect') }))];
    await expect(collect(members, gridFor(members), options())).rejects.toThrow(RangeError);
    expect(() => troubleOf(new RangeError('defect'))).toThrow(RangeError);
    expect(troubleOf(reset)).toEqual({ code: 'reset', message: 'the connection broke', remedy: 'run again' });
  });
});

test('progress begins at nothing, never goes back, and ends with all proxies and their bytes', async () => {
  const seen: { done: number; total: number; bytes: number }[] = [];
  const members = ['a', 'b', 'c'].map((name) => scripted(name, healthy));
  await collect(members, gridFor(members), options({ concurrency: 2, onProgress: (progress) => seen.push(progress) }));
  expect(seen[0]).toEqual({ done: 0, total: 3, bytes: 0 });
  expect(seen.at(-1)).toEqual({ done: 3, total: 3, bytes: 3 * dumpText.length });
  for (const field of ['done', 'bytes'] as const) {
    const values = seen.map((progress) => progress[field]);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  }
});

test('no more proxies at once than the configuration allows, and the time of each is its own', async () => {
  let now = 0;
  let most = 0;
  const members = Array.from({ length: 7 }, (_, n) => {
    const inner = scriptedTransport(healthy);
    return memberOf(`hap-${n}`, {
      close: inner.close,
      ask: async (...rest) => {
        most = Math.max(most, ++now);
        await new Promise(setImmediate);
        await inner.ask(...rest);
        now--;
      },
    });
  });
  const views = await collect(members, gridFor(members), options({ concurrency: 3 }));
  expect(most).toBe(3);
  expect(views.every(({ collect: { bytes, milliseconds } }) => bytes === dumpText.length && milliseconds > 0)).toBe(
    true,
  );
});
