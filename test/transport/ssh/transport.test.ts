// One login for a whole run: shared, serial, renewed when it breaks, also behind a jump host.

import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SshSettings } from '../../../src/domain/settings.ts';
import { answerTo, jumpsThrough, patience, troubleOf } from '../settings.ts';
import { brief, endAll, listen, open, sshd } from './cast.ts';
import { finish, type ScriptedSshd, whenAsked } from './scripted-sshd.ts';

// Above the patience of an ask, so that a wait that is too long ends in its own words.
vi.setConfig({ testTimeout: 30_000 });
afterEach(endAll);

describe('one login for the whole run', () => {
  test('first asks at the same time share it, and one command runs at a time', async () => {
    let running = 0;
    let most = 0;
    const server = await sshd({
      exec: (channel) =>
        whenAsked(channel, async (request) => {
          most = Math.max(most, ++running);
          await turn();
          channel.write(request);
          running--;
          finish(channel, 0);
        }),
    });
    const transport = open(server.port, server.hostKeyLine);
    const requests = ['a\n', 'b\n', 'c\n', 'd\n'];
    expect(await Promise.all(requests.map((request) => answerTo(transport, request)))).toEqual(requests);
    expect(server.logins()).toBe(1);
    expect(most).toBe(1);
  });

  test('nothing is opened before the first ask', async () => {
    let connections = 0;
    const port = await listen(() => connections++);
    const transport = open(port, '');
    await turn();
    await transport.close();
    expect(connections).toBe(0);
  });

  test('a failed command leaves it open', async () => {
    const server = await sshd({
      exec: (channel) => whenAsked(channel, (request) => finish(channel, request === 'bad\n' ? 1 : 0)),
    });
    const transport = open(server.port, server.hostKeyLine);
    await troubleOf(answerTo(transport, 'bad\n'));
    expect(await answerTo(transport, 'good\n')).toBe('');
    expect(server.logins()).toBe(1);
  });

  test('waiting for an earlier ask counts against the deadline', async () => {
    const server = await sshd({ exec: (channel) => whenAsked(channel, () => {}) });
    const transport = open(server.port, server.hostKeyLine);
    const run = new AbortController();
    const first = troubleOf(answerTo(transport, 'a\n', { ...patience(), signal: run.signal }));
    expect((await troubleOf(answerTo(transport, 'b\n', brief()))).code).toBe('timeout');
    run.abort();
    expect((await first).code).toBe('interrupted');
  });

  test('an ask that gave up waiting does not let the next one in too early', async () => {
    let running = 0;
    let most = 0;
    const server = await sshd({
      exec: (channel) => {
        most = Math.max(most, ++running);
        channel.on('close', () => running--);
        whenAsked(channel, () => {});
      },
    });
    const transport = open(server.port, server.hostKeyLine);
    const first = troubleOf(answerTo(transport, 'a\n', { ...patience(), timeoutMs: 400 }));
    const second = troubleOf(answerTo(transport, 'b\n', { ...patience(), timeoutMs: 50 }));
    const third = troubleOf(answerTo(transport, 'c\n', { ...patience(), timeoutMs: 600 }));
    expect((await Promise.all([first, second, third])).map(({ code }) => code)).toEqual([
      'timeout',
      'timeout',
      'timeout',
    ]);
    expect(most).toBe(1);
  });

  test('cut in the middle of an answer: reset; the next ask logs in again', async () => {
    const server = await sshd({
      exec: (channel) =>
        whenAsked(channel, (request) => {
          channel.write('half an ans');
          if (request === 'good\n') finish(channel, 0);
        }),
    });
    const transport = open(server.port, server.hostKeyLine);
    const cut = transport.ask('bad\n', () => server.cut(), patience());
    expect((await troubleOf(cut)).code).toBe('reset');
    expect(await answerTo(transport, 'good\n')).toBe('half an ans');
    expect(server.logins()).toBe(2);
  });

  test('cut between two asks: the next one logs in again, or says reset where it came first', async () => {
    const server = await sshd();
    const transport = open(server.port, server.hostKeyLine);
    await answerTo(transport, 'a\n');
    server.cut();
    const second = await answerTo(transport, 'b\n').catch((error) => error.code);
    expect(['<b\n>', 'reset']).toContain(second);
    expect(await answerTo(transport, 'c\n')).toBe('<c\n>');
  });

  test('close() in the middle of an answer: interrupted, then and later', async () => {
    const server = await sshd({ exec: (channel) => whenAsked(channel, () => channel.write('half an ans')) });
    const transport = open(server.port, server.hostKeyLine);
    const asked = transport.ask('x\n', () => void transport.close(), patience());
    expect((await troubleOf(asked)).code).toBe('interrupted');
    await transport.close();
    expect((await troubleOf(answerTo(transport, 'x\n'))).code).toBe('interrupted');
    expect(server.logins()).toBe(1);
  });
});

describe('behind a jump host', () => {
  const through = (jump: ScriptedSshd, server: ScriptedSshd, more: Partial<SshSettings> = {}) =>
    open(server.port, `${jump.hostKeyLine}\n${server.hostKeyLine}`, {
      jumps: jumpsThrough({ user: 'ubuntu', host: '127.0.0.1', port: jump.port }),
      ...more,
    });

  test('both are logged in to once', async () => {
    const [jump, server] = [await sshd(), await sshd()];
    const transport = through(jump, server);
    expect(await answerTo(transport, 'a\n')).toBe('<a\n>');
    expect(await answerTo(transport, 'b\n')).toBe('<b\n>');
    expect([jump.logins(), server.logins()]).toEqual([1, 1]);
  });

  test('the jump host breaks in the middle of an answer: reset; the next ask logs in to both again', async () => {
    const jump = await sshd();
    const server = await sshd({
      exec: (channel) =>
        whenAsked(channel, (request) => {
          channel.write('half an ans');
          if (request === 'good\n') finish(channel, 0);
        }),
    });
    const transport = through(jump, server);
    expect((await troubleOf(transport.ask('bad\n', () => jump.cut(), patience()))).code).toBe('reset');
    expect(await answerTo(transport, 'good\n')).toBe('half an ans');
    expect([jump.logins(), server.logins()]).toEqual([2, 2]);
  });

  test('the host key behind the jump host is checked as well', async () => {
    const [jump, server] = [await sshd(), await sshd()];
    const knownHosts = { path: 'known_hosts', text: jump.hostKeyLine };
    const trouble = await troubleOf(answerTo(through(jump, server, { knownHosts }), 'x\n'));
    expect(trouble.code).toBe('host-key-unknown');
    expect(trouble.message).toContain(`127.0.0.1:${server.port}`);
  });

  test('a jump host that forwards to silence: timeout', async () => {
    const jump = await sshd();
    const port = await listen(() => {});
    const transport = open(port, jump.hostKeyLine, {
      jumps: jumpsThrough({ user: 'ubuntu', host: '127.0.0.1', port: jump.port }),
    });
    expect((await troubleOf(answerTo(transport, 'x\n', brief()))).code).toBe('timeout');
  });
});
