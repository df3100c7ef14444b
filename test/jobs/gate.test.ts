// The gate in front of new proxies: which steps it takes, and its exit code for each of theirs.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { runTool } from '../support/jenkins-tools.ts';

const script = fileURLToPath(new URL('../../jobs/gate.sh', import.meta.url));

/** Stands for node: writes its words down, and ends with the next of the given codes. */
const STAND_IN = `#!/bin/sh
printf '%s|' "$@" >>"$CALLS"
printf '\\n' >>"$CALLS"
set -- $CODES
eval "exit \\\${$(wc -l <"$CALLS" | tr -d ' ')}"
`;

let scratch: Scratch;
beforeEach(() => {
  scratch = makeScratch();
  mkdirSync(join(scratch.folder, 'bin'));
  writeFileSync(join(scratch.folder, 'bin/node'), STAND_IN, { mode: 0o755 });
});
afterEach(() => scratch.clear());

function gate(codes: readonly number[], words: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const calls = join(scratch.folder, 'calls');
  writeFileSync(calls, '');
  const out = join(scratch.folder, 'out');
  const { exitCode } = runTool(
    ['sh', script, 'prod.yaml', out, ...words],
    { ...env, CALLS: calls, CODES: codes.join(' ') },
    join(scratch.folder, 'bin'),
  );
  const lines = readFileSync(calls, 'utf8').replaceAll(out, 'OUT').split('\n').slice(0, -1);
  return { exitCode, calls: lines.map((line) => line.split('|').slice(0, -1)) };
}

const step = ([program, command]: readonly string[]) => (program === 'dist/jobs/fill.js' ? 'fill' : command!);

test('{check: fails, fill: done, check: passes} -> 0; the names of the new proxies go to the fill alone', () => {
  const { exitCode, calls } = gate([2, 0, 0], ['hap-d', 'hap-e']);
  expect([exitCode, calls.map(step)]).toEqual([0, ['check', 'fill', 'check']]);
  const check = ['dist/src/main.js', 'check', '--after-scale-up'];
  const files = (name: string) => ['-c', 'prod.yaml', '--json', `OUT/${name}.json`, '--junit', 'OUT/junit.xml'];
  expect(calls).toEqual([
    [...check, ...files('check-before')],
    ['dist/jobs/fill.js', '--config', 'prod.yaml', '--out', 'OUT/fill', '--proxies', 'hap-d hap-e'],
    [...check, '--wait', '2m', ...files('check-after')],
  ]);
});

test.each<[string, readonly number[], number, readonly string[]]>([
  ['nothing to fill in: passes at once', [0], 0, ['check']],
  ['usage', [64], 64, ['check']],
  ['interrupted while it checks', [130], 130, ['check']],
  ['an item is unknown, and passes after the fill', [3, 0, 0], 0, ['check', 'fill', 'check']],
  ['the configuration does not consent', [2, 64], 64, ['check', 'fill']],
  ['the fill was interrupted', [2, 143], 143, ['check', 'fill']],
  ['the fill refused something, and the check fails for it', [2, 4, 2], 4, ['check', 'fill', 'check']],
  ['a refusal that the check does not mind', [2, 4, 0], 0, ['check', 'fill', 'check']],
  ['it fails after a fill all the same', [2, 0, 2], 2, ['check', 'fill', 'check']],
])('%s: %j -> exit %i', (_, codes, exitCode, steps) => {
  const run = gate(codes);
  expect([run.exitCode, run.calls.map(step)]).toEqual([exitCode, steps]);
});

test('FILL=no only checks', () => {
  const run = gate([2], [], { FILL: 'no' });
  expect([run.exitCode, run.calls.map(step)]).toEqual([2, ['check']]);
});
