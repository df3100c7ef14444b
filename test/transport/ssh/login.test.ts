// Logging in: wrong host keys, wrong client keys, and ports that are no sshd.

import type net from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { answerTo, patience, troubleOf } from '../settings.ts';
import { brief, endAll, listen, open, sshd } from './cast.ts';
import { makeKeys, type ScriptedSshd, startScriptedSshd } from './scripted-sshd.ts';

// Above the patience of an ask, so that a wait that is too long ends in its own words.
vi.setConfig({ testTimeout: 30_000 });
afterEach(endAll);

describe('logging in', () => {
  test.each([
    ['an unknown host key', '', 'host-key-unknown'],
    ['a changed host key', 'changed', 'host-key-changed'],
    ['a revoked host key', 'revoked', 'host-key-revoked'],
  ])('%s is refused before anything is told to the server', async (_title, kind, code) => {
    let attempts = 0;
    const server = await sshd({
      authentication: (context) => {
        attempts++;
        context.accept();
      },
    });
    const text = {
      '': '',
      changed: `[127.0.0.1]:${server.port} ${makeKeys().public}`,
      revoked: `${server.hostKeyLine}\n@revoked * ${server.hostKeyLine.split(' ').slice(1).join(' ')}`,
    }[kind];
    expect((await troubleOf(answerTo(open(server.port, text ?? ''), 'x\n'))).code).toBe(code);
    expect(attempts).toBe(0);
  });

  test('nobody is let in: authentication', async () => {
    const server = await sshd({ authentication: (context) => context.reject() });
    const trouble = await troubleOf(answerTo(open(server.port, server.hostKeyLine), 'x\n'));
    expect(trouble.code).toBe('authentication');
    expect(trouble.message).toContain(`ubuntu@127.0.0.1:${server.port}`);
  });

  test('a server with whom no algorithm is shared (two errors from ssh2): ssh', async () => {
    const server = await sshd({ config: { algorithms: { cipher: ['aes256-cbc'] } } });
    expect((await troubleOf(answerTo(open(server.port, server.hostKeyLine), 'x\n'))).code).toBe('ssh');
  });

  test.each<[string, (socket: net.Socket) => void, string]>([
    ['a port that never speaks: timeout', () => {}, 'timeout'],
    ['a port that closes at once: ssh', (socket) => socket.end(), 'ssh'],
    ['a port that speaks something else: ssh', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'ssh'],
    ['a port that resets: reset', (socket) => socket.resetAndDestroy(), 'reset'],
  ])('%s', async (_title, behaviour, code) => {
    const transport = open(await listen(behaviour), '');
    const limits = code === 'timeout' ? brief() : patience();
    expect((await troubleOf(answerTo(transport, 'x\n', limits))).code).toBe(code);
  });

  test('a login that is never answered: timeout, and close() still ends', async () => {
    const server = await sshd({ authentication: () => {} });
    const transport = open(server.port, server.hostKeyLine);
    expect((await troubleOf(answerTo(transport, 'x\n', brief()))).code).toBe('timeout');
    await transport.close();
  });

  test('a connection cut during the login: reset', async () => {
    const server: ScriptedSshd = await sshd({ authentication: () => server.cut() });
    expect((await troubleOf(answerTo(open(server.port, server.hostKeyLine), 'x\n'))).code).toBe('reset');
  });

  test('nobody listens: refused', async () => {
    const server = await startScriptedSshd();
    await server.stop();
    expect((await troubleOf(answerTo(open(server.port, server.hostKeyLine), 'x\n'))).code).toBe('refused');
  });

  test('close() during the login: interrupted', async () => {
    let close = async () => {};
    const server = await sshd({ authentication: () => void close() });
    const transport = open(server.port, server.hostKeyLine);
    close = transport.close;
    expect((await troubleOf(answerTo(transport, 'x\n'))).code).toBe('interrupted');
  });
});
