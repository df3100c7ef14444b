// Conferences and their people: found is a fail, not seen is unknown.

import { describe, expect, test } from 'vitest';
import type { CensusSummary, ShardCensus } from '../../src/domain/census.ts';
import { checkOf, itemIn, said } from '../support/check-facts.ts';
import { finding, findingList, mesh, runReport } from '../support/run-report.ts';

const shard = (name: string, changes: Partial<ShardCensus> = {}): ShardCensus => ({
  ...{ name, address: `${name}:443`, status: 'ok', trouble: null, reportedAt: null },
  ...{ rooms: 2, participants: 5, leaked: 0, foreign: 0 },
  ...changes,
});
const trouble = { code: 'timeout', message: 'no answer within 3 s', remedy: 'look at the sidecar' } as const;

function census(changes: Partial<CensusSummary> = {}): CensusSummary {
  return {
    ...{ takenAtMs: 0, shards: [shard('s1'), shard('s2')], gaps: [], isWhole: true, rooms: 4, participants: 10 },
    ...{ roomsWithoutEntry: 0, entriesWithoutRoom: 0, participantsApart: 0, apart: [], moved: [] },
    ...changes,
  };
}

describe('split-brain', () => {
  test('each kind with its causes and a few names', () => {
    const findings = findingList([
      ...['a', 'b', 'c', 'd', 'e'].map((name) => finding('split', name, { cause: 'peer-link-down' })),
      finding('mixed', 'f'),
    ]);
    expect(itemIn({ report: { findings } }, 'split-brain').evidence).toEqual([
      '5 split (peer-link-down): a, b, c and 2 more',
      '1 mixed: f',
    ]);
  });

  test('nothing found in a view that is incomplete is unknown', () => {
    for (const id of ['split-brain', 'orphaned', 'ambiguous'] as const)
      expect(said({ report: { view: 'incomplete' } }, id)).toMatch(/^unknown: /);
  });

  test('what was found in an incomplete view is a fail, and there may be more', () => {
    const report = { view: 'incomplete', findings: findingList([finding('split', 'a')]) } as const;
    expect(said({ report }, 'split-brain')).toBe(
      'fail: 1 split: a; not known: the view is incomplete: there may be more',
    );
  });
});

describe('ambiguous', () => {
  const { run } = runReport();
  const saved = { run: { ...run, source: 'dumps/' } };
  test('dumps do not tell how long keys may be', () => {
    expect(said({ report: saved }, 'ambiguous')).toBe('unknown: not known: how long keys may be: dumps do not tell');
  });
  test('the configuration does, or a key that fills the length', () => {
    expect(said({ report: saved, sources: { knowsKeyLength: true } }, 'ambiguous')).toMatch(/^pass/);
    const proxies = mesh(['hap-a', 'hap-b']).map((view) => ({ ...view, table: { ...view.table!, keyLength: 200 } }));
    expect(said({ report: { ...saved, proxies } }, 'ambiguous')).toMatch(/^pass/);
  });
});

describe('census and people', () => {
  const sources = { census: true };

  test('every shard answered', () => {
    expect(said({ sources, report: { census: census() } }, 'census')).toBe(
      'pass: 2 shards answered: 4 rooms, 10 people',
    );
  });

  test('a shard that did not answer is unknown, and so is where people are', () => {
    const report = {
      census: census({ isWhole: false, shards: [shard('s1'), shard('s2', { status: 'unanswered', trouble })] }),
    };
    expect(itemIn({ sources, report }, 'census')).toMatchObject({
      result: 'unknown',
      evidence: ['not known: s2: no answer within 3 s'],
      remedy: 'look at the sidecar',
    });
    expect(said({ sources, report }, 'people')).toMatch(/^unknown: /);
  });

  test('a datacenter that did not answer', () => {
    const report = { census: census({ isWhole: false, gaps: [{ name: 'lab-west', trouble }] }) };
    expect(said({ sources, report }, 'census')).toBe('unknown: not known: lab-west: no answer within 3 s');
  });

  test('people apart', () => {
    const report = { census: census({ participantsApart: 3 }), findings: findingList([finding('scattered', 'a')]) };
    expect(said({ sources, report }, 'people')).toBe('fail: 1 scattered: a; 3 people apart from their conference');
  });

  test('without a census neither is checked', () => {
    expect(checkOf().notChecked.map(({ id }) => id)).toEqual(expect.arrayContaining(['census', 'people']));
  });
});
