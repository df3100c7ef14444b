// One process under two endpoints is one proxy.

import { expect, test } from 'vitest';
import { countOnce } from '../../src/snapshot/one-process.ts';
import { mesh } from '../support/run-report.ts';

const process = { pid: 8, startedAtSeconds: 1_795_229_087, localPeer: 'hap-a' };

test('the second of two endpoints of one process is not read again', () => {
  const views = countOnce(mesh(['a', 'b', 'c'], { a: process, c: process }));
  expect(views.map(({ status }) => status)).toEqual(['ok', 'ok', 'unreachable']);
  expect(views[2]!.trouble).toMatchObject({
    code: 'same-process',
    message: expect.stringContaining('process as a (pid 8'),
  });
});

test.each([
  ['another start', { startedAtSeconds: 1_795_229_088 }],
  ['another process id', { pid: 9 }],
  ['another peer: two containers', { localPeer: 'hap-b' }],
  ['no word of its start', { startedAtSeconds: null }],
  ['no peer', { localPeer: null }],
  ['trouble of its own', { status: 'denied' }],
] as const)('%s: another proxy', (_, change) => {
  const views = countOnce(mesh(['a', 'b'], { a: process, b: { ...process, ...change } }));
  expect(views[1]!.trouble).toBeNull();
});
