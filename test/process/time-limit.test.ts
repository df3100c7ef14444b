// Deadlines of inventories come, whatever the garbage collector does.

import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { startTimeLimit } from '../../src/process/time-limit.ts';

const wait = (signal: AbortSignal) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }));

// With AbortSignal.any over AbortSignal.timeout this never ends (Node 20.20).
test('the time is over, also where nobody but the listener knows the signal and garbage is collected', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const ended = wait(startTimeLimit({ signal: new AbortController().signal, timeoutMs: 300 }).signal);
  for (let round = 0; round < 5; round++) {
    await setImmediate();
    collect();
  }
  expect(await ended).toEqual(new Error('late'));
});

test('the run ends, before or after the start', async () => {
  const controller = new AbortController();
  const reason = new Error('interrupted');
  const running = startTimeLimit({ signal: controller.signal, timeoutMs: 60_000 });
  const ended = wait(running.signal);
  controller.abort(reason);
  expect(await ended).toBe(reason);
  running.release();
  const late = startTimeLimit({ signal: controller.signal, timeoutMs: 60_000 });
  expect(late.signal.reason).toBe(reason);
  late.release();
});

test('once it is released nothing comes', () => {
  const controller = new AbortController();
  const { signal, release } = startTimeLimit({ signal: controller.signal, timeoutMs: 60_000 });
  release();
  controller.abort();
  expect(signal.aborted).toBe(false);
});
