// The hosts on the way to proxies, as people write them.

import { describe, expect, test } from 'vitest';
import { readJumps } from '../../src/config/jumps.ts';
import { isProblem } from '../../src/input/complaint.ts';

const hop = (host: string, user = 'u', port = 22) => ({ user, host, port });

describe('readJumps', () => {
  test.each([
    ['one host', 'u@b', [{ pattern: '*', hops: [hop('b')] }]],
    ['two hosts in one text', 'u@b, v@c:2222', [{ pattern: '*', hops: [hop('b'), hop('c', 'v', 2222)] }]],
    ['a list', ['u@b', 'u@c'], [{ pattern: '*', hops: [hop('b'), hop('c')] }]],
    ['no host', 'direct', [{ pattern: '*', hops: [] }]],
    [
      'by region and name',
      { 'eu-*': 'u@b', 'hap-1': ['u@b', 'u@c'], '*': 'direct' },
      [
        { pattern: 'eu-*', hops: [hop('b')] },
        { pattern: 'hap-1', hops: [hop('b'), hop('c')] },
        { pattern: '*', hops: [] },
      ],
    ],
  ])('%s', (_title, value, rules) => {
    expect(readJumps(value)).toEqual(rules);
  });

  test.each([
    ['a number', 22, 'user@host'],
    ['no user', 'bastion', 'the user to log in as'],
    ['an empty mapping', {}, 'mapping from region'],
    ['an empty list', [], 'several in the order'],
    ['a bad host in a mapping', { eu: 'u@b', us: 'bastion' }, '"us"'],
    ['a number in a list', ['u@b', 3], 'user@host'],
  ])('%s is a problem', (_title, value, words) => {
    const problem = readJumps(value);
    expect(isProblem(problem) && problem.problem).toContain(words);
  });
});
