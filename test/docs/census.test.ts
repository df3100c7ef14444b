// docs/census.md: its configurations work as they are, and it has every code of the census.

import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { censusTroubleCodes } from '../../src/domain/census.ts';
import { load } from '../config/loading.ts';
import { fencedBlocks, firstColumn, readPage } from './pages.ts';

const page = readPage('docs/census.md');

/** What stands in every configuration, unless the block has its own. */
const mesh = {
  environment: 'stage',
  proxies: { list: [{ name: 'hap-a', endpoint: 'unix:///run/haproxy/admin.sock' }] },
};

describe('a configuration of the page, pasted', () => {
  test.each(fencedBlocks(page, 'yaml'))('%s', (block) => {
    const { census } = load(stringify({ ...mesh, ...parse(block) }), {}, { HOME: '/home/me', CONSUL_TOKEN: 't' });
    expect(census?.domain).toBe('meet.example');
  });
});

test('each source has a configuration', () => {
  const kinds = fencedBlocks(page, 'yaml').map((block) => Object.keys(parse(block).census));
  for (const source of ['consul', 'sidecar', 'prosody', 'via']) expect(kinds.flat()).toContain(source);
});

test('the page has a row for every code, and for nothing else', () => {
  expect([...firstColumn(page, 'code')].sort()).toEqual([...censusTroubleCodes].sort());
});
