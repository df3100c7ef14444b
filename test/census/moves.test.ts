import { describe, expect, test } from 'vitest';
import { addMoves, followMoves, openMoves } from '../../src/census/moves.ts';

const MINUTE = 60_000;
const NOW = 100 * MINUTE;

function follow(
  minutesAgo: number,
  participants: Readonly<Record<string, number>>,
  { isWhole = true, isApart = true } = {},
) {
  const move = { key: 'k', winner: 's1', atMs: NOW - minutesAgo * MINUTE };
  return followMoves([move], { ...moment, participantsOf: () => participants, isApart: () => isApart, isWhole });
}

const moment = { nowMs: NOW, untilMs: NOW, settleMs: 2 * MINUTE, isApart: () => true };

describe('the people of a conference that a heal moved', () => {
  test.each<readonly [string, number, Readonly<Record<string, number>>, string]>([
    ['all on the winner', 1, { s1: 3 }, 'whole'],
    ['all on the winner, an empty room is left', 1, { s1: 3, s2: 0 }, 'whole'],
    ['some elsewhere, and there is time', 1, { s1: 2, s2: 1 }, 'moving'],
    ['some elsewhere, and there was time', 3, { s1: 2, s2: 1 }, 'not-whole'],
    ['all elsewhere, and there was time', 3, { s2: 3 }, 'not-whole'],
    ['nobody', 1, {}, 'ended'],
  ])('%s', (_, minutesAgo, participants, state) => {
    expect(follow(minutesAgo, participants)).toMatchObject([{ key: 'k', winner: 's1', participants, state }]);
  });

  test('are not called whole while a shard does not answer', () => {
    expect(follow(3, { s1: 3 }, { isWhole: false })).toMatchObject([{ state: 'moving' }]);
    expect(follow(3, {}, { isWhole: false })).toMatchObject([{ state: 'moving' }]);
    expect(follow(3, { s2: 1 }, { isWhole: false })).toMatchObject([{ state: 'not-whole' }]);
  });

  test('are whole on another shard too, where the tables lead there by now', () => {
    const together = { isApart: false };
    expect(follow(30, { s2: 4 }, together)).toMatchObject([{ state: 'whole' }]);
    expect(follow(1, { s2: 4 }, together)).toMatchObject([{ state: 'moving' }]);
    expect(follow(30, { s2: 4 }, { ...together, isWhole: false })).toMatchObject([{ state: 'moving' }]);
  });

  test('a move that a wrong clock put into the future is forgotten', () => {
    expect(follow(-1, { s1: 1, s2: 1 })).toEqual([]);
  });

  test.each([
    ['before the heal', 4, 'moving'],
    ['too soon after it', 1.5, 'moving'],
    ['long enough after it', 0, 'not-whole'],
  ])('are judged by when the reports were written: %s', (_, reportMinutesAgo, state) => {
    const move = { key: 'k', winner: 's1', atMs: NOW - 3 * MINUTE };
    const untilMs = NOW - reportMinutesAgo * MINUTE;
    const apart = { ...moment, untilMs, participantsOf: () => ({ s1: 2, s2: 1 }), isWhole: true };
    expect(followMoves([move], apart)).toMatchObject([{ state }]);
  });

  test('are not called whole, or gone, by a report from before the heal', () => {
    const move = { key: 'k', winner: 's1', atMs: NOW - MINUTE };
    const before = { ...moment, untilMs: NOW - 2 * MINUTE, isWhole: true };
    expect(followMoves([move], { ...before, participantsOf: () => ({ s1: 3 }) })).toMatchObject([{ state: 'moving' }]);
    expect(followMoves([move], { ...before, participantsOf: () => ({}) })).toMatchObject([{ state: 'moving' }]);
  });

  test('are waited for until they are seen together, an hour at most', () => {
    expect(openMoves(follow(1, { s1: 1, s2: 1 }))).toHaveLength(1);
    expect(openMoves(follow(3, { s2: 1 }))).toHaveLength(1);
    expect(openMoves(follow(1, { s1: 2 }))).toEqual([]);
    expect(follow(60, { s2: 1 })).toEqual([]);
  });
});

test('a later move takes the place of an earlier one', () => {
  const moves = addMoves([{ key: 'k', winner: 's1', atMs: 1 }], [{ key: 'k', winner: 's2', atMs: 2 }]);
  expect(moves).toEqual([{ key: 'k', winner: 's2', atMs: 2 }]);
});
