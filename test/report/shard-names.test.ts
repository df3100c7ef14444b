import { expect, test } from 'vitest';
import { nameShards, namesIn } from '../../src/report/shard-names.ts';

const nameOf = namesIn([
  { address: '10.0.0.9:443', name: 'lab-west-s3' },
  { address: '[2001:db8::9]:443', name: 'lab-west-s4' },
  { address: '10.0.0.8:443', name: null },
]);

test.each([
  ['10.0.0.9:443 is down on hap-a', 'lab-west-s3 (10.0.0.9:443) is down on hap-a'],
  [
    'server id 11 is 10.0.0.9:443 and [2001:db8::9]:443.',
    'server id 11 is lab-west-s3 (10.0.0.9:443) and lab-west-s4 ([2001:db8::9]:443).',
  ],
  ['a shard without a name: 10.0.0.8:443', 'a shard without a name: 10.0.0.8:443'],
  ['nobody knows 10.0.0.7:443', 'nobody knows 10.0.0.7:443'],
  ['lab-west-s3 (10.0.0.9:443) has its name', 'lab-west-s3 (10.0.0.9:443) has its name'],
  [
    '110.0.0.9:443, 10.0.0.9:4430 and a10.0.0.9:443 are others',
    '110.0.0.9:443, 10.0.0.9:4430 and a10.0.0.9:443 are others',
  ],
])('%s', (sentence, named) => {
  expect(nameShards(sentence, nameOf)).toBe(named);
});
