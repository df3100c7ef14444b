// The run lock between processes, and between containers.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { type Lease, takeLease } from '../../src/heal/run-lock.ts';
import { systemClock } from '../../src/process/clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { deadPid, isHeld, leave, never, releaseAll } from './taken-lease.ts';

afterEach(releaseAll);

/** A process that takes the lease and prints the result. `stays`: it runs until its input ends. */
function taker(folder: string, { within = [], stays = true }: { within?: readonly string[]; stays?: boolean } = {}) {
  const source = `import { takeLease } from ${JSON.stringify(new URL('../../src/heal/run-lock.ts', import.meta.url).href)};
    import { systemClock } from ${JSON.stringify(new URL('../../src/process/clock.ts', import.meta.url).href)};
    const claim = { folder: ${JSON.stringify(folder)}, environment: 'stage', runId: process.argv[1], what: 'healing' };
    const lease = await takeLease(claim, systemClock, new AbortController().signal);
    process.stdout.write(JSON.stringify(lease) + '\\n');
    ${stays ? 'process.stdin.resume();' : ''}`;
  const runId = `run-${takers++}`;
  const words = [...within, process.execPath, '--import', 'tsx', '--input-type', 'module', '--eval', source, runId];
  const child = spawn(words[0]!, words.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  const result = once(child.stdout, 'data').then(
    ([text]) => JSON.parse(String(text)) as Partial<Lease & { because: string }>,
  );
  return { child, result, runId };
}
let takers = 0;
const exited = async (child: ChildProcess) => child.exitCode ?? child.signalCode ?? (await once(child, 'exit'))[0];

test('of many processes that find the same dead holder at once, one wins', async () => {
  const folder = temporaryFolder();
  await leave(folder, { pid: deadPid() });
  const racers = Array.from({ length: 4 }, () => taker(folder));
  try {
    const results = await Promise.all(
      racers.map(async (racer) => ('because' in (await racer.result) ? 'lost' : 'won')),
    );
    expect(results.sort()).toEqual(['lost', 'lost', 'lost', 'won']);
  } finally {
    for (const { child } of racers) child.stdin.end();
    await Promise.all(racers.map(({ child }) => exited(child)));
  }
  expect(readdirSync(folder)).toEqual(['stage.lock']);
});

test('the heartbeats do not keep a process running', async () => {
  const { child, result } = taker(temporaryFolder(), { stays: false });
  await result;
  expect(await exited(child)).toBe(0);
});

const unshare = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts'];
const mayUnshare = spawnSync(unshare[0]!, [...unshare.slice(1), 'true']).status === 0;
if (!mayUnshare) console.warn('not tested: two containers with one host name: unshare wants root');

describe.skipIf(!mayUnshare)('two containers with one host name', () => {
  const within = [...unshare, 'sh', '-c', 'hostname twin && exec "$@"', 'sh'];

  test('keep each other out; the lock of one that is killed is taken over after its lease', async () => {
    const folder = temporaryFolder();
    const first = taker(folder, { within });
    expect(await first.result).not.toHaveProperty('because');
    const second = taker(folder, { within });
    // Both have the same pid, so a pid proves nothing here.
    expect((await second.result).because).toMatch(/^run run-\d+ \(process 1 on twin, since .*\) is healing stage/);
    second.child.stdin.end();
    await exited(second.child);

    first.child.kill('SIGKILL');
    await exited(first.child);
    const third = taker(folder, { within });
    expect((await third.result).takenOver).toContain(`run ${first.runId} (process 1 on twin`);
    third.child.stdin.end();
    await exited(third.child);
    // For this process the third one is in another pid namespace, and no longer running.
    const taken = await takeLease({ folder, environment: 'stage', runId: 'here', what: 'healing' }, systemClock, never);
    expect(isHeld(taken) && taken.takenOver).toContain('gave no sign of life');
    if (isHeld(taken)) taken.release();
  });
});
