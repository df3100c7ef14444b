// Conversations over unix sockets and TCP with servers in this process: odd chunks, silence,
// resets, refusals, permissions.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Endpoint } from '../../src/domain/proxy.ts';
import { socketTrouble } from '../../src/transport/socket-trouble.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { answerTo, openTransport, patience, sshSettings, targetOf, troubleOf } from './settings.ts';

// Above the patience of an ask, so that a wait that is too long ends in its own words.
vi.setConfig({ testTimeout: 30_000 });

let folder: string;
let server: net.Server | null = null;
const transports: Transport[] = [];
const accepted = new Set<net.Socket>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'socket-'));
});
afterEach(async () => {
  for (const transport of transports.splice(0)) await transport.close();
  for (const socket of accepted) socket.destroy();
  accepted.clear();
  await new Promise((done) => (server ? server.close(done) : done(undefined)));
  server = null;
  rmSync(folder, { recursive: true });
});

const open = (endpoint: Endpoint): Transport => {
  const transport = openTransport(targetOf(endpoint), sshSettings());
  transports.push(transport);
  return transport;
};

/** Serves one kind of endpoint; the server sees each connection as it comes. */
async function serve(kind: 'unix' | 'tcp', onConnection: (socket: net.Socket) => void): Promise<Endpoint> {
  server = net.createServer({ allowHalfOpen: true }, (socket) => {
    accepted.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  const path = join(folder, 'admin.sock');
  await new Promise<void>((done) =>
    kind === 'unix' ? server?.listen(path, done) : server?.listen(0, '127.0.0.1', done),
  );
  if (kind === 'unix') return { kind, path };
  return { kind, host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** Answers when the request has ended, as HAProxy does. */
const answering = (answer: (request: string, socket: net.Socket) => void) => (socket: net.Socket) => {
  let request = '';
  socket.on('data', (chunk) => {
    request += chunk.toString('latin1');
  });
  socket.on('end', () => answer(request, socket));
};

describe.each(['unix', 'tcp'] as const)('%s', (kind) => {
  test('the request arrives byte for byte, and the answer is read until the far end closes', async () => {
    const endpoint = await serve(
      kind,
      answering((request, socket) => {
        socket.end(Buffer.from(`<${request}>`, 'latin1'));
      }),
    );
    const request = `set table t key \xff\x00\xe9 data.server_id 1\n`;
    expect(await answerTo(open(endpoint), request)).toBe(`<${request}>`);
  });

  test('an answer in odd chunks stays whole', async () => {
    const answer = Array.from({ length: 3_000 }, (_, i) => `0x${i}: key=k${i} server_id=${i}\n`).join('');
    const endpoint = await serve(
      kind,
      answering(async (_, socket) => {
        for (let at = 0, size = 1; at < answer.length; at += size, size = (size * 7) % 1_009) {
          socket.write(answer.slice(at, at + size));
          await turn();
        }
        socket.end();
      }),
    );
    expect(await answerTo(open(endpoint), 'show table t\n')).toBe(answer);
  });

  test('each ask is a connection of its own', async () => {
    let connections = 0;
    const endpoint = await serve(kind, (socket) => {
      connections++;
      answering((request, end) => end.end(request))(socket);
    });
    const transport = open(endpoint);
    expect(await Promise.all(['a\n', 'b\n', 'c\n'].map((ask) => answerTo(transport, ask)))).toEqual([
      'a\n',
      'b\n',
      'c\n',
    ]);
    expect(connections).toBe(3);
  });

  test('a far end that closes without a word is a normal end', async () => {
    const endpoint = await serve(kind, (socket) => socket.resume().end());
    expect(await answerTo(open(endpoint), 'show info\n')).toBe('');
  });

  test('a far end that falls silent: timeout', async () => {
    const endpoint = await serve(
      kind,
      answering((_, socket) => socket.write('half an ans')),
    );
    const trouble = await troubleOf(answerTo(open(endpoint), 'show info\n', { ...patience(), timeoutMs: 50 }));
    expect(trouble.code).toBe('timeout');
    expect(trouble.message).toContain('50 ms');
  });

  test('an aborted signal ends a conversation: interrupted', async () => {
    const run = new AbortController();
    const endpoint = await serve(kind, (socket) => {
      socket.resume();
      run.abort();
    });
    const trouble = await troubleOf(answerTo(open(endpoint), 'show info\n', { ...patience(), signal: run.signal }));
    expect(trouble.code).toBe('interrupted');
  });

  test('a signal that was aborted before opens no connection', async () => {
    let connections = 0;
    const endpoint = await serve(kind, () => connections++);
    const signal = AbortSignal.abort();
    expect((await troubleOf(answerTo(open(endpoint), 'x\n', { ...patience(), signal }))).code).toBe('interrupted');
    await turn();
    expect(connections).toBe(0);
  });

  test('close() ends what is running and what comes later: interrupted', async () => {
    let connected = () => {};
    const seen = new Promise<void>((resolve) => {
      connected = resolve;
    });
    const endpoint = await serve(kind, () => connected());
    const transport = open(endpoint);
    const running = troubleOf(answerTo(transport, 'show info\n'));
    await seen;
    await transport.close();
    await transport.close();
    expect((await running).code).toBe('interrupted');
    expect((await troubleOf(answerTo(transport, 'show info\n'))).code).toBe('interrupted');
  });

  test('an error of the reader ends the conversation and comes back as it is', async () => {
    const endpoint = await serve(
      kind,
      answering((_, socket) => socket.write('?')),
    );
    const mine = new Error('not what I asked for');
    const asked = open(endpoint).ask(
      'x\n',
      () => {
        throw mine;
      },
      patience(),
    );
    await expect(asked).rejects.toBe(mine);
  });

  test('a slow reader is waited for: no chunk before it is done, none lost', async () => {
    const answer = Buffer.alloc(3_000_000, 'x');
    const endpoint = await serve(
      kind,
      answering((_, socket) => socket.end(answer)),
    );
    let busy = false;
    let bytes = 0;
    await open(endpoint).ask(
      'x\n',
      async (chunk) => {
        expect(busy).toBe(false);
        busy = true;
        bytes += chunk.length;
        await turn();
        busy = false;
      },
      patience(),
    );
    expect(busy).toBe(false);
    expect(bytes).toBe(answer.length);
  });
});

test('characters beyond one byte are a mistake of the caller, never another command', async () => {
  const received: string[] = [];
  const endpoint = await serve(
    'unix',
    answering((request, socket) => {
      received.push(request);
      socket.end();
    }),
  );
  await expect(answerTo(open(endpoint), 'show table \u010aclear table t\n')).rejects.toBeInstanceOf(RangeError);
  expect(received).toEqual([]);
});

test('a connection reset in the middle of an answer: reset', async () => {
  const endpoint = await serve(
    'tcp',
    answering((_, socket) => socket.write('half an ans')),
  );
  const asked = open(endpoint).ask(
    'x\n',
    () => {
      for (const socket of accepted) socket.resetAndDestroy();
    },
    patience(),
  );
  expect((await troubleOf(asked)).code).toBe('reset');
});

test('a port where nobody listens: refused, by address and by a name with several addresses', async () => {
  const endpoint = await serve('tcp', () => {});
  const port = endpoint.kind === 'tcp' ? endpoint.port : 0;
  await new Promise((done) => server?.close(done));
  for (const host of ['127.0.0.1', 'localhost']) {
    const trouble = await troubleOf(answerTo(open({ kind: 'tcp', host, port }), 'x\n'));
    expect(trouble.code).toBe('refused');
    expect(trouble.message).toContain(`tcp://${host}:${port}`);
  }
});

test.each([
  ['ENOTFOUND', 'unknown-host'],
  ['EAI_AGAIN', 'unknown-host'],
  ['ETIMEDOUT', 'timeout'],
  ['EHOSTUNREACH', 'timeout'],
  ['ENETUNREACH', 'timeout'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
])('what loopback does not show, %s: %s', (code, trouble) => {
  const found = socketTrouble('tcp://hap-a:9999', Object.assign(new Error(code), { code }));
  expect(found.code).toBe(trouble);
  expect(found.message).toContain('tcp://hap-a:9999');
});

test.each([
  ['a missing file', 'missing.sock'],
  ['a path through a file', 'plain/missing.sock'],
  ['a path longer than a socket address', 'x'.repeat(200)],
])('%s: no-socket', async (_title, name) => {
  writeFileSync(join(folder, 'plain'), '');
  const path = join(folder, name);
  const trouble = await troubleOf(answerTo(open({ kind: 'unix', path }), 'x\n'));
  expect(trouble.code).toBe('no-socket');
  expect(trouble.message).toContain(path);
});

test('a socket file that outlived its process: refused', async () => {
  const path = join(folder, 'stale.sock');
  const dies = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', dies]);
  expect((await troubleOf(answerTo(open({ kind: 'unix', path }), 'x\n'))).code).toBe('refused');
});

const asRoot = process.getuid?.() === 0;

test('a socket that this user may not open: socket-permission', async () => {
  const endpoint = await serve('unix', () => {});
  const path = endpoint.kind === 'unix' ? endpoint.path : '';
  chmodSync(path, 0o600);
  if (!asRoot) {
    chmodSync(path, 0);
    expect((await troubleOf(answerTo(open(endpoint), 'x\n'))).code).toBe('socket-permission');
    return;
  }
  // Nothing is forbidden to root: another user tries, and its error is judged here.
  chmodSync(folder, 0o755);
  const attempt = `require('net').connect(${JSON.stringify(path)}).on('error', (error) => console.log(error.code))`;
  const nobody = { uid: 65_534, gid: 65_534, cwd: '/', encoding: 'utf8' } as const;
  const code = spawnSync(process.execPath, ['-e', attempt], nobody).stdout.trim();
  const error = Object.assign(new Error(`connect ${code}`), { code });
  expect(socketTrouble(`unix://${path}`, error).code).toBe('socket-permission');
});
