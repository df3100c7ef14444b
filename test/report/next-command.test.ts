// Commands to copy: whatever names the mesh, a shell takes the words as they were given.

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextCommand } from '../../src/report/next-command.ts';

test.each([
  [[], 'splitbrain heal'],
  [['-c', 'jobs/stage.yaml'], 'splitbrain heal -c jobs/stage.yaml'],
  [['-c', 'my mesh.yaml'], "splitbrain heal -c 'my mesh.yaml'"],
  [['--proxy', 'a=tcp://[::1]:9'], "splitbrain heal --proxy 'a=tcp://[::1]:9'"],
  [['--backends', 'release-*'], "splitbrain heal --backends 'release-*'"],
  [['--from', "it's"], "splitbrain heal --from 'it'\\''s'"],
])('%j -> %s', (meshWords, command) => {
  expect(nextCommand({ meshWords }, 'heal')).toBe(command);
});

test('a shell splits it into the words again', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom(...'ab-=/: \'"$*`\\!~#;&|<>()[]{}') }), { maxLength: 6 });
  fc.assert(
    fc.property(words, (meshWords) => {
      const script = `splitbrain() { printf '<%s>' "$@"; }; ${nextCommand({ meshWords }, 'heal')}`;
      const said = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
      expect(said).toBe(['heal', ...meshWords].map((word) => `<${word}>`).join(''));
    }),
    { numRuns: 50 },
  );
});
