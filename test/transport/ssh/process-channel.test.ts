// Channels of the system's `ssh`: a far end that closes at once, and an `ssh` that does not start.

import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { TransportError } from '../../../src/errors.ts';
import { commandChannel, forwardedChannel } from '../../../src/transport/ssh/process-channel.ts';

test('what cannot be written any more is no error of its own: the end says why', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'splitbrain-'));
  const path = join(folder, 's');
  const server = net.createServer({ allowHalfOpen: true }, (far) => far.destroy()).listen(path);
  try {
    await once(server, 'listening');
    let said = '';
    const channel = forwardedChannel(net.connect({ path, allowHalfOpen: true }), () => said);
    const troubles: unknown[] = [];
    channel.on('error', (error) => troubles.push(error));
    channel.resume();
    said = 'channel 1: open failed: connect failed: No such file or directory\n';
    const closed = new Promise((resolve) => channel.once('close', (code: number | null) => resolve(code)));
    channel.end('show info\n');
    expect([await closed, troubles]).toEqual([255, []]);
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('an `ssh` that cannot be started says so in our words', async () => {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
  const child = Object.assign(new EventEmitter(), streams);
  const channel = commandChannel(child as unknown as ChildProcess);
  const heard = new Promise((resolve) => channel.once('error', resolve));
  child.emit('error', new Error('spawn ssh EAGAIN'));
  const error = await heard;
  expect(error).toBeInstanceOf(TransportError);
  expect((error as TransportError).message).toContain('`ssh` could not be started here: spawn ssh EAGAIN');
});
