// Which answers are compressed on the way.

import { expect, test } from 'vitest';
import { type Compress, wantsCompression } from '../../../src/transport/compressed/compression.ts';

const verdicts = (compress: Compress) =>
  [undefined, 0, 999_999, 1_000_000, 25_000_000].map((expectedBytes) => wantsCompression(compress, expectedBytes));

test('auto: a dump of a megabyte and more, from far away', () => {
  expect(verdicts('auto')).toEqual(['no', 'no', 'no', 'if-far', 'if-far']);
});

test('always: every dump, and nothing else', () => {
  expect(verdicts('always')).toEqual(['no', 'yes', 'yes', 'yes', 'yes']);
});

test('never: nothing', () => {
  expect(verdicts('never')).toEqual(['no', 'no', 'no', 'no', 'no']);
});
