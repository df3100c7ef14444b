// What people read of a census: sums, shards, who is apart, who did not answer.

import { describe, expect, test } from 'vitest';
import type { CensusSummary, ShardCensus } from '../../src/domain/census.ts';
import { renderCensus } from '../../src/report/census-text.ts';
import type { Terminal } from '../../src/report/terminal.ts';
import { renderText } from '../../src/report/text.ts';
import { runReport, shardA, shardB } from '../support/run-report.ts';

const plain: Terminal = { width: 100, colour: false, unicode: true };
const TAKEN = 10_000_000;

function shard(name: string, changes: Partial<ShardCensus> = {}): ShardCensus {
  const sums = { rooms: 2, participants: 5, leaked: 0, foreign: 0 };
  return { name, address: null, status: 'ok', trouble: null, reportedAt: null, ...sums, ...changes };
}

function census(changes: Partial<CensusSummary> = {}): CensusSummary {
  return {
    takenAtMs: TAKEN,
    shards: [shard('prod-us-s11', { address: shardA }), shard('prod-us-s12', { address: shardB, participants: 9 })],
    gaps: [],
    isWhole: true,
    rooms: 4,
    participants: 14,
    roomsWithoutEntry: 0,
    entriesWithoutRoom: 0,
    participantsApart: 0,
    apart: [],
    moved: [],
    ...changes,
  };
}

const silent = { code: 'timeout', message: 'it did not answer within 10 s', remedy: 'look at its sidecar' } as const;
const unanswered = (name: string) => shard(name, { status: 'unanswered', trouble: silent });

describe('the report', () => {
  const said = (changes: Partial<CensusSummary>) => renderText(runReport({ census: census(changes) }), plain);

  test('has the sum, and nothing of a census where there was none', () => {
    expect(said({ roomsWithoutEntry: 3, entriesWithoutRoom: 1 })).toContain(
      'Census\n  14 participants in 4 rooms, 2 of 2 shards answered; 3 without an entry, 1 entry without a room.\n',
    );
    expect(renderText(runReport({ census: null }), plain)).not.toContain('Census');
  });

  test('names shards that did not answer once, with the remedy', () => {
    const shards = ['s1', 's2', 's3', 's4', 's5'].map(unanswered);
    const text = said({ shards, isWhole: false, roomsWithoutEntry: 3, entriesWithoutRoom: 40 });
    // They may have the rooms of those 40 entries.
    expect(text).toMatch(/Where people are is not known, 0 of 5 shards answered; 3 without an entry\.\n/);
    expect(text).toMatch(/not counted: s1, s2, s3 and 2 more: it did not answer within 10 s/);
    expect(text.match(/look at its sidecar/g)).toHaveLength(1);
  });

  test.each([
    ['whole', { [shardA]: 4 }, /k, healed 95 s ago, is whole: 4 on /],
    ['moving', { [shardA]: 3, [shardB]: 1 }, /k, healed 95 s ago, its people are on the way to /],
    ['not-whole', { [shardB]: 1 }, /k, healed 95 s ago, is NOT whole: 1 on /],
    ['ended', {}, /k, healed 95 s ago, has ended/],
  ] as const)('follows a conference that was healed: %s', (state, participants, words) => {
    const moved = [{ key: 'k', winner: shardA, atMs: TAKEN - 95_000, participants, state }];
    expect(said({ moved })).toMatch(words);
  });

  test('of many that were healed, first those that are not whole; says how many more there are', () => {
    const moved = Array.from({ length: 12 }, (_, n) => ({
      key: `k${n}`,
      winner: shardA,
      atMs: TAKEN - 95_000,
      participants: { [shardB]: 1 },
      state: n === 11 ? ('not-whole' as const) : ('moving' as const),
    }));
    const lines = said({ moved }).split('\n');
    const first = lines.findIndex((line) => line.includes('healed 95 s ago'));
    expect(lines[first]).toContain('k11, healed 95 s ago, is NOT whole');
    expect(lines[first + 10]).toBe('  and 2 more that were healed');
  });

  test('says who may yet come together, and how to wait for them', () => {
    const apart = [
      { key: 'k', conference: 'k', kind: 'scattered' as const, participants: { [shardA]: 1 }, isSettled: false },
    ];
    expect(said({ apart })).toMatch(/1 conference is in two places[\s\S]*splitbrain report --wait/);
  });
});

describe('splitbrain census', () => {
  test('has the shards with most people first, and no zero for what is not known', () => {
    const shards = [
      shard('a', { participants: 1 }),
      shard('b'),
      unanswered('c'),
      shard('old', { status: 'duplicate' }),
    ];
    const lines = renderCensus(runReport({ census: census({ shards }) }), plain).split('\n');
    const rows = lines.filter((line) => /^ {2}[abc] /.test(line)).map((line) => line.trim().split(/ {2,}/));
    expect(rows).toEqual([
      ['b', '-', '5', '2', '-'],
      ['a', '-', '1', '2', '-'],
      ['c', '-', '?', '?', '-', 'unanswered'],
    ]);
  });

  test('shows hostile names as they cannot harm a terminal', () => {
    const conference = '\u001b[31mevil\u202e';
    const apart = [
      { key: 'k', conference, kind: 'scattered' as const, participants: { '\u001b]0;x\u0007': 2 }, isSettled: true },
    ];
    const text = renderCensus(runReport({ census: census({ apart }) }), plain);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain('evil');
  });
});
