// The JSON of a comparison keeps its schema, names every change, and is safe to print.

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import type { MeshComparison } from '../../src/domain/comparison.ts';
import { comparisonJson } from '../../src/report/compare-json.ts';
import { compareDrawn, type DrawnSide } from '../checklist/drawn-sides.ts';

const schema = JSON.parse(readFileSync(new URL('../../schema/compare.schema.json', import.meta.url), 'utf8'));
const keepsSchema = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);
const run = { id: 'r', command: 'compare', version: '0.1.0' };

function document(comparison: MeshComparison) {
  const text = [...comparisonJson(comparison, run)].join('');
  const value = JSON.parse(text);
  keepsSchema(value);
  expect(keepsSchema.errors).toBeNull();
  return { text, value };
}

const base = { p1: 's1', p2: 's1' };
const sides: readonly (readonly [string, DrawnSide, DrawnSide])[] = [
  ['nothing changed', { conferences: { base } }, { conferences: { base } }],
  [
    'everything changed',
    {
      conferences: {
        base,
        moved: { p1: 's1', p2: 's1' },
        lost: { p1: 's2', p2: 's2' },
        apart: { p1: 's1', p2: 's2' },
        unclear: { p1: '77/-', p2: '77/-' },
      },
      views: { p1: { maps: maps('release-1') } },
    },
    {
      conferences: {
        base,
        moved: { p1: 's2', p2: 's2' },
        apart: { p1: 's3', p2: 's3' },
        unclear: { p1: 's1', p2: 's1' },
        young: { p1: 's3', p2: 's3' },
      },
      proxies: ['p1', 'p2', 'p3'],
      views: { p1: { maps: maps('release-2') }, p2: { status: 'unreachable' } },
      takenAt: null,
      environment: null,
    },
  ],
  ['nothing at all', { conferences: {} }, { conferences: {}, folders: [] }],
];

function maps(release: string) {
  const live = { kind: 'read' as const, entries: new Map([['live', release]]) };
  return { live, tenant: { kind: 'unknown' as const, isAbsent: true, why: 'no such map' } };
}

test.each(sides)('%s keeps the schema', (_title, before, after) => {
  const { value } = document(compareDrawn(before, after));
  expect(value).toMatchObject({ schema: 'splitbrain/compare/1', run });
});

test('the counts of the contract, and every change by name', () => {
  const [, before, after] = sides[1]!;
  const { value } = document(compareDrawn(before, after));
  expect(value.counts).toMatchObject({ moved: 1, lost: 0, expired: 0, new: 1, unclear: 1 });
  expect(value.changes.map(({ kind, key }: { kind: string; key: string }) => `${kind} ${key}`)).toEqual([
    'moved moved',
    'apart apart',
    'unknown unclear',
    'unclear lost',
    'new young',
  ]);
  expect(value.maps).toEqual([{ map: 'live', key: 'live', before: ['release-1'], after: ['release-2'] }]);
});

test('what a proxy or a conference is called cannot act on a terminal', () => {
  const hostile = 'caf\\xC2\\x9B31m\\xE2\\x80\\xAE';
  const { text, value } = document(
    compareDrawn(
      { conferences: { base, [hostile]: { p1: 's1', p2: 's1' } }, folders: ['\u009b31m\u202edumps'] },
      { conferences: { base, [hostile]: { p1: 's2', p2: 's2' } } },
    ),
  );
  expect(text).not.toMatch(/[\u007f-\u009f\u202e\u001b]/);
  expect(value.before.folders).toEqual(['\u009b31m\u202edumps']);
  expect(value.changes).toMatchObject([{ kind: 'moved', conference: 'caf\u009b31m\u202e' }]);
});
