// Why no proxy may have a conference.

import { expect, test } from 'vitest';
import { type UnknownFacts, whyUnknown } from '../../src/analysis/why-unknown.ts';

const facts: UnknownFacts = {
  conference: 'acme/daily',
  byteLength: 10,
  keyLength: 200,
  shardNames: ['prod-us-s12', 'prod-eu-s1'],
  maxExpiresInMs: 298_400,
  unreadProxies: [],
  census: null,
};

test.each<[string, Partial<UnknownFacts>, RegExp | null]>([
  ['nothing is known', {}, /^it has ended: .*\(entries live for 299 s or more/],
  ['nothing lives', { maxExpiresInMs: 0 }, /^it has ended: its last request is too long ago$/],
  ['a proxy was not read', { unreadProxies: ['hap-c'] }, /^hap-c could not be read and may have it$/],
  ['the room asks for a shard', { conference: 'acme/daily_prod-us-s12' }, /shard prod-us-s12: .* past the table$/],
  ['the path asks for a shard', { conference: 'prod-eu-s1/daily' }, /shard prod-eu-s1: .* past the table$/],
  ['a name that only holds a shard', { conference: 'prod-eu-s1x/daily' }, /^it has ended/],
  ['longer than keys are', { byteLength: 231 }, /^it has 231 bytes, and the table cuts names at 200/],
  ['the length is not known', { byteLength: 231, keyLength: null }, /^it has ended/],
  [
    'people are in it',
    { census: { people: [{ shard: 's', name: null, participants: 2 }], unanswered: [] } },
    /^people are in it/,
  ],
])('%s', (_, given, first) => {
  expect(whyUnknown({ ...facts, ...given })[0]).toMatch(first!);
});
