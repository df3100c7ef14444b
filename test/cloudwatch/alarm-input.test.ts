// How an alarm's event is taken in: from a file or standard input, with an end to its length and to
// the wait for it.

import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { readEvent } from '../../src/cloudwatch/alarm-input.ts';
import { ConfigError } from '../../src/errors.ts';
import { snsEvent } from '../support/alarm-events.ts';
import { arnOf } from '../support/cloudwatch-server.ts';

const name = 'Split Brain prod split – é';
const hint = { name, arn: arnOf(name), messageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324' };
const { signal } = new AbortController();
let scratch: Scratch;
beforeEach(() => {
  scratch = makeScratch();
});
afterEach(() => scratch.clear());

test('a file', async () => {
  expect(await readEvent(scratch.file('event.json', snsEvent(name)), Readable.from([]), { signal })).toEqual(hint);
});

test('standard input, in pieces that cut letters', async () => {
  const bytes = [...Buffer.from(snsEvent(name))].map((byte) => Buffer.from([byte]));
  expect(await readEvent('-', Readable.from(bytes), { signal })).toEqual(hint);
});

test('more than any event has: given up, not swallowed', async () => {
  let pieces = 0;
  const endless = Readable.from(
    (function* () {
      for (; ; pieces++) yield Buffer.alloc(1000, 'x');
    })(),
  );
  await expect(readEvent('-', endless, { signal })).rejects.toThrow('longer than 256 KB');
  expect(pieces).toBeLessThan(1000);
});

test('a pipe that nobody closes: given up when the wait is over', async () => {
  const pipe = new PassThrough();
  pipe.write(snsEvent(name));
  await expect(readEvent('-', pipe, { signal, waitMs: 20 })).rejects.toThrow(
    '--alarm-event -: no whole event came within 20 ms',
  );
});

test('interrupted: the reason of the interruption, not a complaint', async () => {
  const interrupted = new AbortController();
  const reading = readEvent('-', new PassThrough(), { signal: interrupted.signal });
  interrupted.abort(new Error('SIGTERM'));
  await expect(reading).rejects.toThrow('SIGTERM');
});

test.each([
  ['no such file', () => '/no/such/event', 'cannot be read: ENOENT'],
  ['a folder', () => scratch.folder, 'cannot be read: EISDIR'],
  ['no event', () => scratch.file('event.json', 'fire'), 'the event is no JSON object'],
])('%s -> a complaint about the flag', async (_, path, said) => {
  const reading = readEvent(path(), Readable.from([]), { signal });
  await expect(reading).rejects.toThrow(ConfigError);
  await expect(reading).rejects.toThrow(said);
});
