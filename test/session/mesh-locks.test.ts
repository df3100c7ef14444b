// The locks of a run: who is kept out, who is told, and what a run that ignores them does.

import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ProxyTarget } from '../../src/domain/proxy.ts';
import { TransportError } from '../../src/errors.ts';
import { createLock, type LockPlace, lockPath } from '../../src/locks/lock-folder.ts';
import { releaseLock } from '../../src/locks/take-locks.ts';
import type { TableReader } from '../../src/runtime-api/table-reader.ts';
import { openLocks } from '../../src/session/mesh-locks.ts';
import { lockOf, MINUTE, NOW } from '../locks/lock-of.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { signal } = new AbortController();
const target = (name: string): ProxyTarget => ({ name, endpoint: { kind: 'unix', path: '/nowhere' }, region: null });

function openIn(place: LockPlace, isIgnoring = false) {
  return openLocks({ ...place, isIgnoring, hostFile: null, now: () => NOW });
}

/** What a proxy was asked. */
function readerThat(asked: string[]): TableReader {
  const note = (name: string) => async () => {
    asked.push(name);
    return undefined as never;
  };
  return {
    state: note('state'),
    dump: note('dump'),
    entries: note('entries'),
    premise: note('premise'),
    checkProcess: note('checkProcess'),
    maps: note('maps'),
    fillsKeyLength: note('fillsKeyLength'),
    close: note('close'),
  };
}

const placeOf = (): LockPlace => ({ folder: temporaryFolder(), environment: 'stage' });
const said = 'hap-a is locked by alice@deploy-1 ("kernel upgrade") until 2026-11-28 21:30:00 UTC (30 min left)';

test('a locked proxy is asked nothing, and the trouble says who, why and until when', async () => {
  const place = placeOf();
  createLock(place, lockOf({ proxy: 'hap-a' }));
  const asked: string[] = [];
  const reader = openIn(place).guarded(target('hap-a'), readerThat(asked));
  const sink = { entry() {} };
  const questions = [
    reader.state(signal),
    reader.dump(sink, signal),
    reader.entries([], sink, signal),
    reader.premise([], sink, signal),
    reader.checkProcess(signal),
    reader.maps!([], signal),
    reader.fillsKeyLength('k', signal),
  ];
  for (const question of questions)
    await expect(question).rejects.toMatchObject({
      code: 'locked',
      message: said,
      remedy: expect.stringContaining('--ignore-lock'),
    });
  await reader.close();
  expect(asked).toEqual(['close']);
});

test('another proxy is asked as ever, and a run that ignores the lock asks the locked one', async () => {
  const place = placeOf();
  createLock(place, lockOf({ proxy: 'hap-a' }));
  const asked: string[] = [];
  await openIn(place).guarded(target('hap-b'), readerThat(asked)).state(signal);
  await openIn(place, true).guarded(target('hap-a'), readerThat(asked)).checkProcess(signal);
  expect(asked).toEqual(['state', 'checkProcess']);
});

test('a run that looks again sees locks that were taken and released since', async () => {
  const place = placeOf();
  const asked: string[] = [];
  const locks = openIn(place);
  const reader = locks.guarded(target('hap-a'), readerThat(asked));
  await reader.state(signal);
  createLock(place, lockOf({ proxy: 'hap-a' }));
  await reader.checkProcess(signal);
  locks.renew();
  await expect(reader.state(signal)).rejects.toMatchObject({ code: 'locked' });
  expect(locks.seen()).toMatchObject([{ proxy: 'hap-a', state: 'in-force' }]);
  releaseLock(place, 'hap-a', { owner: 'alice@deploy-1', force: false, nowMs: NOW });
  locks.renew();
  await reader.state(signal);
  expect([asked, locks.seen()]).toEqual([['state', 'checkProcess', 'state'], []]);
});

describe("a proxy's host", () => {
  const hostFile = { path: '/tmp/x.lock', sudo: false };
  const openOn = (place: LockPlace) => openLocks({ ...place, isIgnoring: false, hostFile, now: () => NOW });

  test('is asked once a look, before the proxy; a lock there keeps the run off and writers out', async () => {
    const [said, asked]: [string[], string[]] = [['none\n', 'lock\n7 1000\n1060\n'], []];
    const locks = openOn(placeOf());
    const shell = async () => ({ output: said.shift()!, complaint: '' });
    const reader = locks.guarded(target('hap-a'), readerThat(asked), shell);
    await Promise.all([reader.state(signal), reader.checkProcess(signal)]);
    expect([asked, locks.obstacle()]).toEqual([['state', 'checkProcess'], null]);
    locks.renew();
    await expect(reader.state(signal)).rejects.toMatchObject({ code: 'locked' });
    expect([asked.length, locks.obstacle()]).toEqual([2, expect.stringContaining('hap-a is locked on its host')]);
  });

  test('that runs no commands holds no lock; one that cannot be asked is asked again', async () => {
    const answers: (() => Promise<null>)[] = [
      () => Promise.reject(new TransportError({ code: 'refused', message: 'no', remedy: '' })),
      async () => null,
    ];
    const asked: string[] = [];
    const reader = openOn(placeOf()).guarded(target('hap-a'), readerThat(asked), () => answers.shift()!());
    await expect(reader.state(signal)).rejects.toMatchObject({ code: 'refused' });
    await reader.state(signal);
    expect([asked, answers]).toEqual([['state'], []]);
  });
});

describe('what is seen, and what keeps writers out', () => {
  test.each([
    ['a lock on a proxy', { proxy: 'hap-a' }, 'in-force', said],
    ['a lock on the environment', {}, 'in-force', said.replace('hap-a', 'stage')],
    ['one that has ended', { untilMs: NOW - 5 * MINUTE }, 'expired', null],
    ['one that ended just now', { untilMs: NOW - 1_000 }, 'in-force', expect.stringContaining('as clocks differ')],
  ] as const)('%s', (_, changes, state, obstacle) => {
    const place = placeOf();
    createLock(place, lockOf(changes));
    const locks = openIn(place);
    expect([locks.seen().map((each) => each.state), locks.obstacle()]).toEqual([[state], obstacle]);
    const ignoring = openIn(place, true);
    expect(ignoring.seen().map((each) => each.state)).toEqual([state === 'in-force' ? 'ignored' : state]);
    expect(ignoring.obstacle()).toBeNull();
  });

  test('a file that cannot be read keeps writers out, and is said', () => {
    const place = placeOf();
    writeFileSync(lockPath(place, 'hap-a'), '{"sche');
    const locks = openIn(place);
    expect(locks.seen()).toMatchObject([{ proxy: 'hap-a', state: 'unreadable', owner: null }]);
    expect(locks.obstacle()).toBe(
      `the lock ${lockPath(place, 'hap-a')} of hap-a cannot be read: this program has not written it`,
    );
    expect(openIn(place, true).obstacle()).toBeNull();
  });

  test('a lock that is taken during the run keeps writers out from then on', () => {
    const place = placeOf();
    const locks = openIn(place);
    expect(locks.obstacle()).toBeNull();
    createLock(place, lockOf({ proxy: 'hap-a' }));
    expect([locks.obstacle(), locks.seen()]).toEqual([said, []]);
  });
});
