// Addresses in server keys, as HAProxy writes them.

import { expect, test } from 'vitest';
import { addressOfServerKey } from '../../src/domain/address.ts';

test.each([
  ['127.0.1.11:9000', '127.0.1.11:9000'],
  ['::1:9000', '[::1]:9000'],
  ['2001:db8::7:443', '[2001:db8::7]:443'],
  ['127.0.1.12:+0', '127.0.1.12:0'],
  ['shard-1', null],
  ['shard:1', null],
  ['/run/shard.sock', null],
  ['', null],
])('server key %j is address %j', (key, address) => {
  expect(addressOfServerKey(key)).toBe(address);
});
