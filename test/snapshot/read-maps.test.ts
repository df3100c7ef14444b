// One proxy's maps: a map that is empty for a moment, and what costs the maps but not the view.

import { expect, test } from 'vitest';
import { ProtocolError } from '../../src/errors.ts';
import { readMaps } from '../../src/snapshot/read-maps.ts';

const files = { live: 'live.map', tenant: 'tenant.map' };

/** Answers in turn; counts the pauses. */
function play(...answers: (string | Error)[]) {
  const pauses: number[] = [];
  const clock = { now: () => 0, sleep: async (ms: number) => void pauses.push(ms), every: () => () => {} };
  const maps = async () => {
    const answer = answers.shift() ?? 'nothing more to say\n\n\n';
    if (typeof answer !== 'string') throw answer;
    return answer;
  };
  const signal = new AbortController().signal;
  return { pauses, read: () => readMaps({ maps }, { files, shared: new Map(), clock, signal }) };
}

test('a map that is empty between clear and commit is asked for once more', async () => {
  const { read, pauses } = play('\n0x1 a release-1\n\n', '0x2 live release-2\n\n0x1 a release-1\n\n');
  expect(await read()).toMatchObject({ live: { kind: 'read', entries: new Map([['live', 'release-2']]) } });
  expect(pauses).toEqual([1_000]);
});

test('a map that stays empty is empty', async () => {
  const { read, pauses } = play('\n\n', '\n\n');
  expect(await read()).toMatchObject({ live: { kind: 'read', entries: new Map() } });
  expect(pauses).toHaveLength(1);
});

test('a conversation that fails costs the maps only', async () => {
  const trouble = { code: 'too-large', message: 'its answer is too long', remedy: '' } as const;
  expect(await play(new ProtocolError(trouble)).read()).toMatchObject({
    live: { kind: 'unknown', isAbsent: false, why: 'its answer is too long' },
  });
  await expect(play(new TypeError('a defect')).read()).rejects.toThrow('a defect');
});

test('nobody asks for maps, or the reader has none', async () => {
  const given = { shared: new Map(), clock: { now: () => 0 } as never, signal: new AbortController().signal };
  expect(await readMaps({ maps: async () => '' }, { ...given, files: null })).toBeNull();
  expect(await readMaps({}, { ...given, files })).toBeNull();
});
