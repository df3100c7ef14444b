// A dump of millions of lines is believed where the other proxies' tables are about as large.

import { expect, test } from 'vitest';
import { createLikelySize } from '../../src/snapshot/likely-size.ts';

const LIAR = 4_294_967_295;

test.each([
  ['a table that nobody else has been seen to have', [LIAR], 2_000_000, null],
  ['{204,800 twice, 4 billion}, a million lines', [204_800, LIAR, 204_800], 1_000_000, null],
  ['{204,800 twice, 4 billion}, one line more', [204_800, LIAR, 204_800], 1_000_001, '204,800'],
  ['{204,800, 4 billion}', [LIAR, 204_800], 1_000_001, '204,800'],
  ['{2 million twice, 4 billion}, as many as four such tables', [2_000_000, 2_000_000, LIAR], 8_000_000, null],
  ['{2 million twice, 4 billion}, one line more', [2_000_000, 2_000_000, LIAR], 8_000_001, '2,000,000'],
  ['{a small table, two large ones}', [1_000, 2_000_000, 2_000_000], 4_000_000, null],
  ['nobody has said a size', [], 5_000_000, null],
])('%s', (_title, sizes, lines, usual) => {
  const likely = createLikelySize();
  for (const size of sizes) likely.learn(size);
  const trouble = likely.troubleWith(lines);
  if (usual === null) expect(trouble).toBeNull();
  else
    expect(trouble).toMatchObject({
      code: 'too-large',
      message: expect.stringContaining(`the usual size of the table in this mesh is ${usual}`),
    });
});
