// The people of a conference decide where it is kept, and when they abstain.

import { describe, expect, test } from 'vitest';
import { addresses } from '../support/model-look.ts';
import { decide, type Given, type Picture, type Rules } from './ballots.ts';

describe('participants', () => {
  const twoToOne: Picture = { p1: 's1', p2: 's1', p3: 's2' };

  test('the most decide against the majority of proxies, and how many move is said', () => {
    expect(decide(twoToOne, { participants: { s1: 2, s2: 7 } })).toEqual({
      winner: addresses.s2,
      policy: 'participants',
      because: '7 of 9 participants are there',
      participantsMoved: 2,
    });
  });

  test.each<readonly [string, Given]>([
    ['two shards have as many', { participants: { s1: 3, s2: 3 } }],
    ['nobody is there', { participants: {}, counted: ['s1', 's2'] }],
    ['a shard that could win did not answer', { participants: { s2: 7 }, counted: ['s2'] }],
  ])('they abstain where %s', (_, given) => {
    expect(decide(twoToOne, given)).toMatchObject({ winner: addresses.s1, policy: 'majority' });
  });

  test.each<readonly [string, Given, number | null, string]>([
    ['both answered', { participants: { s1: 2 }, counted: ['s1', 's2'] }, 0, ''],
    [
      'the loser is silent',
      { participants: { s1: 2 }, counted: ['s1'] },
      null,
      `; how many people are on ${addresses.s2} is not known`,
    ],
    ['the winner is silent', { participants: { s2: 7 }, counted: ['s2'] }, 7, ''],
    ['there is no census', {}, null, ''],
  ])('how many people move by the majority: %s', (_, given, participantsMoved, unknown) => {
    const rules: Rules = { winner: ['majority'], tie: 'refuse' };
    const because = `2 of 3 proxies${unknown}`;
    expect(decide(twoToOne, { ...given, rules })).toMatchObject({ policy: 'majority', because, participantsMoved });
  });

  test('a shard that takes no requests everywhere is no choice, whoever is there', () => {
    const given = { participants: { s1: 2, s2: 7 }, eligible: ['s1'], counted: ['s1', 's2'] };
    expect(decide(twoToOne, given)).toMatchObject({ winner: addresses.s1, participantsMoved: 7 });
  });

  test('a shard that a minority of proxies does not serve is not left by most of the people', () => {
    const given = { eligible: ['s1'], disputed: ['s2'], counted: ['s1', 's2'] };
    expect(decide(twoToOne, { ...given, participants: { s1: 2, s2: 7 } })).toMatchObject({ refusal: 'state-disputed' });
    expect(decide(twoToOne, { ...given, participants: { s1: 7, s2: 2 } })).toMatchObject({ winner: addresses.s1 });
    expect(decide(twoToOne, given)).toMatchObject({ winner: addresses.s1 });
  });

  test('people on a shard that no proxy serves: who could win is said', () => {
    const given = { eligible: ['s1'], participants: { s1: 1, s2: 7 } };
    expect(decide({ p1: 's1', p2: 's1' }, { ...given, kind: 'scattered' })).toMatchObject({
      because: `no other shard could win: ${addresses.s2} is not up on every proxy`,
    });
  });

  test('another order of policies is kept to', () => {
    const rules: Rules = { winner: ['majority', 'participants'], tie: 'refuse' };
    expect(decide(twoToOne, { rules, participants: { s1: 2, s2: 7 } })).toMatchObject({ policy: 'majority' });
    expect(decide({ p1: 's1', p2: 's2' }, { rules, participants: { s1: 2, s2: 7 } })).toMatchObject({
      policy: 'participants',
    });
  });
});
