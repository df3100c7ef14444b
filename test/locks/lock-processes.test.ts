// Locks between processes: of many that want one lock at once, one gets it. The others are told
// who has it.

import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { lockPath, readLockOn, readLocks, removeLock } from '../../src/locks/lock-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const RIVALS = 6;

/** A process that is ready, and takes its locks when it is told to. */
async function rival(folder: string, owner: string, proxies: readonly (string | null)[]) {
  const url = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
  const source = `import { takeLocks } from ${url('locks/take-locks.ts')};
    process.stdin.once('data', () => {
      const now = Date.now();
      const [owner, proxies] = [${JSON.stringify(owner)}, ${JSON.stringify(proxies)}];
      const wanted = proxies.map((proxy) => ({ environment: 'stage', proxy, owner, reason: 'race',
        sinceMs: now, untilMs: now + 60_000, id: owner + proxy }));
      const taken = takeLocks({ folder: ${JSON.stringify(folder)}, environment: 'stage' }, wanted, now);
      console.log(JSON.stringify([taken.kind, (taken.held ?? []).map(({ lock }) => lock?.owner)]));
      process.exit();
    });
    console.log('ready');`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', source], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('ready');
  return {
    go: () => child.stdin.write('go\n'),
    result: async () => JSON.parse((await lines.next()).value as string) as [string, (string | null)[]],
  };
}

async function race(wants: readonly (readonly (string | null)[])[]) {
  const folder = temporaryFolder();
  const rivals = await Promise.all(wants.map((proxies, n) => rival(folder, `owner-${n}`, proxies)));
  for (const each of rivals) each.go();
  return Promise.all(rivals.map((each) => each.result()));
}

test('many want one proxy -> one has it, and each other one is told by name who', async () => {
  const results = await race(Array.from({ length: RIVALS }, () => ['hap-a']));
  const winners = results.flatMap(([kind], n) => (kind === 'taken' ? [`owner-${n}`] : []));
  expect(winners).toHaveLength(1);
  for (const [kind, held] of results) if (kind === 'held') expect(held).toEqual(winners);
});

test('some want the environment, some a proxy of it -> never two that overlap', async () => {
  const results = await race(Array.from({ length: RIVALS }, (_, n) => (n % 2 === 0 ? [null] : [`hap-${n}`])));
  const taken = results.flatMap(([kind], n) => (kind === 'taken' ? [n % 2 === 0 ? 'environment' : 'proxy'] : []));
  if (taken.includes('environment')) expect(taken).toEqual(['environment']);
});

test('a pipe in place of a lock holds no run: it is a lock that cannot be read', () => {
  const place = { folder: temporaryFolder(), environment: 'stage' };
  execFileSync('mkfifo', [lockPath(place, null)]);
  expect(readLocks(place)).toMatchObject([{ proxy: null, lock: null }]);
  expect(removeLock(readLockOn(place, null)!)).toBe(true);
  expect(readLocks(place)).toEqual([]);
});
