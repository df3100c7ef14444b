// Which configuration holds, what contradicts it, and the words that name the mesh again.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { type MeshFlags, meshWords, withConfig } from '../../src/session/mesh-flags.ts';

let before = '';
let folder = '';
beforeEach(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), 'mesh-flags-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

const flags = (changes: Partial<MeshFlags> = {}): MeshFlags => ({ proxy: [], ...changes });
const complaintsOf = (given: MeshFlags) => {
  try {
    withConfig(given);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
};

describe('a splitbrain.yaml in the working folder', () => {
  beforeEach(() => writeFileSync('splitbrain.yaml', ''));

  test.each<[string, Partial<MeshFlags>, string | undefined]>([
    ['nothing', {}, 'splitbrain.yaml'],
    ['--table', { table: 'x' }, 'splitbrain.yaml'],
    ['-c', { config: 'other.yaml' }, 'other.yaml'],
    ['--proxy', { proxy: ['/run/a.sock'] }, undefined],
    ['--from', { from: ['dumps'] }, undefined],
  ])('%s given -> %s holds', (_, given, config) => {
    expect(withConfig(flags(given)).config).toBe(config);
  });

  test('flags that it says itself are refused, each with its name there', () => {
    expect(complaintsOf(flags({ backends: ['a'], maxRatio: '1', maxRatioFloor: '3' }))).toEqual([
      '--backends goes with --proxy: say it as backends in splitbrain.yaml',
      '--max-ratio goes with --proxy: say it as heal.maxRatio in splitbrain.yaml',
      '--max-ratio-floor goes with --proxy: say it as heal.maxRatioFloor in splitbrain.yaml',
    ]);
  });
});

test('without one, and without flags, it is said what to give', () => {
  expect(complaintsOf(flags())).toEqual([expect.stringMatching(/^which proxies\? There is no splitbrain.yaml/)]);
});

test('with --proxy and --from such flags are taken', () => {
  const said = { backends: ['a'], maxRatio: '1', maxRatioFloor: '3' };
  expect(complaintsOf(flags({ proxy: ['/run/a.sock'], ...said }))).toEqual([]);
  expect(complaintsOf(flags({ from: ['dumps'], ...said }))).toEqual([]);
});

test('the words of another command are those that were given', () => {
  expect(meshWords(flags())).toEqual([]);
  expect(meshWords(flags({ config: 'a.yaml', table: 't' }))).toEqual(['-c', 'a.yaml', '--table', 't']);
  const given = { proxy: ['a=/x', '/y'], backends: ['b', 'c'], maxRatio: '1', maxRatioFloor: '3' };
  expect(meshWords(flags(given)).join(' ')).toBe(
    '--proxy a=/x --proxy /y --backends b --backends c --max-ratio 1 --max-ratio-floor 3',
  );
  expect(meshWords(flags({ from: ['west', 'east'] })).join(' ')).toBe('--from west --from east');
});
