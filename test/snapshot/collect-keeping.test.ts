// What is read is kept byte for byte, and whoever keeps it sets the pace.

import { describe, expect, test } from 'vitest';
import { collect, type Keeper } from '../../src/snapshot/collect.ts';
import { dumping, dumpText, gridFor, healthy, options, reset, scripted, stateText } from './scripted-proxies.ts';

describe('what is kept', () => {
  test('is every byte of state and dump, and of nothing else', async () => {
    const texts = new Map<string, string>();
    const done: string[] = [];
    const place = (name: string) => ({
      write: (chunk: Uint8Array) => {
        texts.set(name, (texts.get(name) ?? '') + Buffer.from(chunk).toString('latin1'));
      },
      done: async () => void done.push(name),
    });
    const keeper = { state: (n: number) => place(`state ${n}`), table: (n: number) => place(`table ${n}`) };
    const broken = dumping({ chunks: dumpText.slice(0, 500), error: reset });
    const members = [
      scripted('a', healthy),
      scripted('b', broken),
      scripted('c', () => ({ chunks: '', error: reset })),
    ];
    await collect(members, gridFor(members), options({ keeper }));
    expect([...texts].sort()).toEqual([
      ['state 0', stateText],
      ['state 1', stateText],
      ['table 0', dumpText],
      ['table 1', dumpText.slice(0, 500)],
    ]);
    expect(done.sort()).toEqual(['state 0', 'state 1', 'state 2', 'table 0', 'table 1']);
  });

  test('a slow disk pauses the reader: no further chunk comes before the last is written', async () => {
    const waiting: (() => void)[] = [];
    let written = 0;
    const keeper: Keeper = {
      state: () => ({ write: () => {}, done: async () => {} }),
      table: () => ({
        write: () =>
          new Promise<void>((resolve) => {
            written++;
            waiting.push(resolve);
          }),
        done: async () => {},
      }),
    };
    const members = [scripted('a', healthy)];
    const reading = collect(members, gridFor(members), options({ keeper }));
    const chunks = Math.ceil(dumpText.length / 1000);
    for (let n = 1; n <= chunks; n++) {
      while (waiting.length === 0) await new Promise(setImmediate);
      // Whatever could run without the disk has run.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      expect(written).toBe(n);
      waiting.pop()?.();
    }
    expect(await reading).toMatchObject([{ status: 'ok' }]);
    expect(chunks).toBeGreaterThan(1);
  });
});
