// Which table a first configuration names.

import { describe, expect, test } from 'vitest';
import { chooseTable, type SeenTable } from '../../src/analysis/choose-table.ts';

const tables = (said: Readonly<Record<string, boolean | null>>): readonly SeenTable[] =>
  Object.entries(said).map(([name, storesServers]) => ({ name, storesServers }));

describe('without --table', () => {
  test.each([
    [{ nodes: true }, 'nodes'],
    [{ rates: false, rooms: true }, 'rooms'],
    [{ rates: false, rooms: true, nodes: null }, 'rooms'],
    [{ rooms: true, nodes: true }, 'nodes'],
    [{ rates: false, nodes: null, other: null }, 'nodes'],
    [{ rates: false, rooms: null }, 'rooms'],
  ])('%j -> %s', (said, table) => {
    expect(chooseTable(tables(said), null)).toEqual({ table, why: expect.any(String) });
  });

  test.each([
    [{}, /no stick table/],
    [{ rates: false }, /no table of this proxy names servers \(it has rates\).*--table/],
    [{ rooms: true, calls: true }, /more than one table .*\(rooms, calls\).*--table/],
    [{ rooms: null, calls: null }, /more than one table .*\(rooms, calls\).*--table/],
  ])('%j -> %s', (said, problem) => {
    expect(chooseTable(tables(said), null)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

test('--table counts, where there is such a table', () => {
  expect(chooseTable(tables({ nodes: true, rooms: null }), 'rooms')).toMatchObject({ table: 'rooms' });
  expect(chooseTable(tables({ nodes: true }), 'rooms')).toEqual({
    problem: 'there is no table rooms on this proxy: it has nodes',
  });
});
