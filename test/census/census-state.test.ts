import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCensusState, writeCensusState } from '../../src/census/census-state.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'splitbrain-test-'));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

const place = () => ({ folder, environment: 'stage/8x8', table: 'nodes' });
const state = {
  atMs: 5,
  apart: { 'acme/daily': { 's1:443': 1, 's2:443': 2 } },
  moved: [{ key: 'k', winner: 's1:443', atMs: 4 }],
};

test('what a look leaves is what the next one finds, in a file for its owner only', () => {
  expect(readCensusState(place())).toBeNull();
  expect(writeCensusState(place(), state)).toBeNull();
  expect(readCensusState(place())).toEqual(state);
  const files = readdirSync(folder);
  expect(files).toEqual(['stage%2F8x8.census.json']);
  expect(statSync(join(folder, files[0]!)).mode & 0o777).toBe(0o600);
});

test('of another table or environment there is none', () => {
  writeCensusState(place(), state);
  expect(readCensusState({ ...place(), table: 'other' })).toBeNull();
  expect(readCensusState({ ...place(), environment: 'stage' })).toBeNull();
});

describe('a damaged file is none', () => {
  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"schema":"splitbrain/census-state/2"}',
    '{"schema":"splitbrain/census-state/1","table":"nodes","atMs":5,"apart":{"k":{"s":"x"}},"moved":[]}',
    '{"schema":"splitbrain/census-state/1","table":"nodes","atMs":5,"apart":{"k":null},"moved":[]}',
    '{"schema":"splitbrain/census-state/1","table":"nodes","atMs":5,"apart":{},"moved":[{"key":1}]}',
    '{"schema":"splitbrain/census-state/1","table":"nodes","atMs":5,"apart":{},"moved":[null]}',
    '{"schema":"splitbrain/census-state/1","table":"nodes","atMs":"5","apart":{},"moved":[]}',
  ])('%j', (text) => {
    writeFileSync(join(folder, 'stage%2F8x8.census.json'), text);
    expect(readCensusState(place())).toBeNull();
  });
});

test('a folder that cannot be made is said, and nothing is left behind', () => {
  writeFileSync(join(folder, 'file'), 'x');
  const problem = writeCensusState({ ...place(), folder: join(folder, 'file', 'below') }, state);
  expect(problem).toMatch(/ENOTDIR/);
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('x');
});
