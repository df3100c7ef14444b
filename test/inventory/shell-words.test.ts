// Words as Python's shlex splits them, which Ansible uses: compared with Python itself where it is
// there.

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitShellWords } from '../../src/inventory/shell-words.ts';

test.each([
  ['a b', ['a', 'b']],
  ['  ', []],
  ['rack="row 3 #5"  # note', ['rack=row 3 #5']],
  ["a='b c'd", ['a=b cd']],
  ['a#b c', ['a']],
  [String.raw`a\ b "c\"d\e"`, ['a b', String.raw`c"d\e`]],
  ['""', ['']],
  ['a="b', null],
  ["a'", null],
  ['a\\', null],
])('%j', (line, words) => {
  expect(splitShellWords(line)).toEqual(words);
});

const PYTHON = `
import json, shlex, sys
def split(line):
    try: return shlex.split(line, comments=True)
    except ValueError: return None
print(json.dumps([split(line) for line in json.load(sys.stdin)]))
`;
const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) console.warn('not tested: no python3 to compare with');

test.skipIf(!hasPython)('500 lines of quotes, escapes and comments, as Python splits them', () => {
  const line = fc.string({ unit: fc.constantFrom(...'ab= \t"\'\\#;'), maxLength: 14 });
  const lines = fc.sample(line, 500);
  const python = spawnSync('python3', ['-c', PYTHON], { input: JSON.stringify(lines), encoding: 'utf8' });
  const expected = JSON.parse(python.stdout) as (readonly string[] | null)[];
  expect(lines.map((one) => [one, splitShellWords(one)])).toEqual(lines.map((one, n) => [one, expected[n]]));
});
