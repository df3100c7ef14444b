// Dumps that are to be compressed on the way: when that is asked for, and what comes of it where
// the host will not, or breaks off.

import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Connection, ServerChannel } from 'ssh2';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { answerTo, forDump, patience, troubleOf } from '../settings.ts';
import { endAll, open, sshd } from './cast.ts';
import { finish, type Script, whenAsked } from './scripted-sshd.ts';

// Above the patience of an ask, so that a wait that is too long ends in its own words.
vi.setConfig({ testTimeout: 30_000 });
afterEach(endAll);

const dump = `# table: nodes\n${'0x55: key=t/a use=0\n'.repeat(5_000)}\n`;
const isCompressing = (command: string) => command.includes('gzip -3');

/** A host that does as it is told; `commands` are what it was told. */
function obedient(commands: string[] = []): Script {
  return {
    exec: (channel, command) => {
      commands.push(isCompressing(command) ? 'compressed' : 'plain');
      whenAsked(channel, () => {
        channel.write(isCompressing(command) ? gzipSync(dump) : Buffer.from(dump));
        finish(channel, 0);
      });
    },
  };
}

/**
 * A host that answers a command that compresses as `answer` says, and the plain one with the dump.
 */
function answering(answer: (channel: ServerChannel, command: string) => void, commands: string[] = []): Script {
  const { exec } = obedient(commands);
  return {
    exec: (channel, command) => {
      if (!isCompressing(command)) return exec!(channel, command);
      commands.push('compressed');
      whenAsked(channel, () => answer(channel, command));
    },
  };
}

describe('what is compressed', () => {
  test('auto, near: nothing', async () => {
    const commands: string[] = [];
    const server = await sshd(obedient(commands));
    const transport = open(server.port, server.hostKeyLine, {}, 'auto');
    expect(await answerTo(transport, 'x\n', forDump())).toBe(dump);
    expect(commands).toEqual(['plain']);
  });

  test('auto, far: large dumps; state and single keys never', async () => {
    const commands: string[] = [];
    // The request that measures the distance is never answered: as far as can be.
    const silent = (connection: Connection) => void connection.on('request', () => {});
    const script = obedient(commands);
    const server = await sshd({
      ready: (connection) => {
        silent(connection);
        connection.on('session', (accept) => {
          accept().on('exec', (acceptExec, _reject, { command }) => script.exec!(acceptExec(), command));
        });
      },
    });
    const transport = open(server.port, server.hostKeyLine, {}, 'auto');
    const dumps = [
      await answerTo(transport, 'a\n'),
      await answerTo(transport, 'b\n', forDump()),
      await answerTo(transport, 'c\n', { ...patience(), expectedBytes: 100_000 }),
      await answerTo(transport, 'd\n', forDump()),
    ];
    expect(dumps.every((text) => text === dump)).toBe(true);
    // The first two say nothing: they show whether the host lets our mark pass.
    expect(commands).toEqual(['plain', 'plain', 'plain', 'compressed', 'plain', 'compressed']);
  });

  test('always: every dump; never: none', async () => {
    for (const [compress, expected] of [
      ['always', ['plain', 'compressed']],
      ['never', ['plain', 'plain']],
    ] as const) {
      const commands: string[] = [];
      const server = await sshd(obedient(commands));
      const transport = open(server.port, server.hostKeyLine, {}, compress);
      expect(await answerTo(transport, 'a\n')).toBe(dump);
      expect(await answerTo(transport, 'b\n', { ...patience(), expectedBytes: 0 })).toBe(dump);
      expect(commands).toEqual(expected);
    }
  });

  test('where no command runs, always is no error', async () => {
    const server = await sshd();
    const transport = open(server.port, server.hostKeyLine, { via: { kind: 'streamlocal' } }, 'always');
    expect(await answerTo(transport, 'x\n', forDump())).toBe('<x\n>');
  });
});

describe('a host that will not', () => {
  const refusals: [title: string, answer: (channel: ServerChannel) => void][] = [
    ['on standard error', (channel) => channel.stderr.write("rbash: sh: restricted: cannot specify `/'\n")],
    ['on standard output', (channel) => channel.write('Rejected\n')],
    ['with one byte', (channel) => channel.write('\x1f')],
    ['without a word', () => {}],
  ];
  test.each(refusals)('and says so %s: the dump comes in plain, and later ones at once', async (_, answer) => {
    const commands: string[] = [];
    const script = answering((channel) => {
      answer(channel);
      finish(channel, 1);
    }, commands);
    const server = await sshd(script);
    const transport = open(server.port, server.hostKeyLine, {}, 'always');
    expect(await answerTo(transport, 'a\n', forDump())).toBe(dump);
    expect(await answerTo(transport, 'b\n', forDump())).toBe(dump);
    expect(commands).toEqual(['compressed', 'plain', 'plain']);
    expect(server.logins()).toBe(1);
  });

  test('whose sshd refuses the command: the same', async () => {
    const commands: string[] = [];
    const { exec } = obedient(commands);
    const server = await sshd({
      ready: (connection) =>
        void connection.on('session', (accept) => {
          accept().on('exec', (acceptExec, reject, { command }) =>
            isCompressing(command) ? reject() : exec!(acceptExec(), command),
          );
        }),
    });
    const transport = open(server.port, server.hostKeyLine, {}, 'always');
    expect(await answerTo(transport, 'a\n', forDump())).toBe(dump);
    expect(await answerTo(transport, 'b\n', forDump())).toBe(dump);
    // The first two say nothing: they show whether the host lets our mark pass.
    expect(commands).toEqual(['plain', 'plain', 'plain', 'plain']);
  });

  test('a command of its own that answers in plain, whatever is to be run: that is the answer, also a short one', async () => {
    for (const text of [dump, '# table: nodes, used:0\n\n', '']) {
      const commands: string[] = [];
      const own = answering((channel) => {
        channel.write(text);
        finish(channel, 0);
      }, commands);
      const server = await sshd(own);
      expect(await answerTo(open(server.port, server.hostKeyLine, {}, 'always'), 'a\n', forDump())).toBe(text);
      expect(commands).toEqual(['compressed']);
    }
  });

  test('where plain fails as well, its trouble is told, and the next dump is tried compressed again', async () => {
    const commands: string[] = [];
    let broken = true;
    const { exec } = obedient(commands);
    const server = await sshd({
      exec: (channel, command) => {
        if (!broken) return exec!(channel, command);
        whenAsked(channel, () => {
          channel.stderr.write('socat[1] E connect(5): No such file or directory\n');
          finish(channel, 1);
        });
      },
    });
    const transport = open(server.port, server.hostKeyLine, {}, 'always');
    expect((await troubleOf(answerTo(transport, 'a\n', forDump()))).code).toBe('no-socket');
    broken = false;
    expect(await answerTo(transport, 'b\n', forDump())).toBe(dump);
    expect(commands).toEqual(['compressed']);
  });
});

describe('an answer that breaks off', () => {
  const half = gzipSync(dump.slice(0, -1)).subarray(0, -8);

  async function broken(end: (channel: ServerChannel) => void) {
    const server = await sshd(
      answering((channel) => {
        channel.write(half);
        end(channel);
      }),
    );
    let text = '';
    const asked = open(server.port, server.hostKeyLine, {}, 'always').ask(
      'x\n',
      (chunk) => {
        text += Buffer.from(chunk).toString('latin1');
      },
      forDump(),
    );
    return { trouble: await troubleOf(asked), text };
  }

  test('without a complaint: truncated; all there was has been handed on', async () => {
    const { trouble, text } = await broken((channel) => finish(channel, 0));
    expect(trouble.code).toBe('truncated');
    // All but the line feed that nobody vouched for.
    expect(text).toBe(dump.slice(0, -2));
  });

  test.each([
    ['gzip ended with 137', 'remote-command', 'collect.compress: never'],
    ['socat[1] E write(1): Broken pipe\ngzip ended with 137', 'remote-command', 'collect.compress: never'],
    ['socat[1] E read(5): Connection reset by peer', 'reset', 'restarted'],
  ])('%j: %s', async (complaint, code, remedy) => {
    const { trouble, text } = await broken((channel) => {
      channel.stderr.write(`${complaint}\n`);
      finish(channel, 1);
    });
    expect([trouble.code, trouble.remedy]).toEqual([code, expect.stringContaining(remedy)]);
    expect(text).toBe(dump.slice(0, -2));
  });

  test('because the connection broke: reset', async () => {
    const server = await sshd(answering((channel) => channel.write(half)));
    let text = '';
    const asked = open(server.port, server.hostKeyLine, {}, 'always').ask(
      'x\n',
      (chunk) => {
        text += Buffer.from(chunk).toString('latin1');
        server.cut();
      },
      forDump(),
    );
    expect((await troubleOf(asked)).code).toBe('reset');
    expect(dump.startsWith(text)).toBe(true);
    expect(text).not.toBe('');
  });

  test('because it is damaged: truncated, in words of its own', async () => {
    const server = await sshd(
      answering((channel) => {
        const packed = gzipSync(dump);
        packed[packed.length - 8]! ^= 1;
        channel.write(packed);
        finish(channel, 0);
      }),
    );
    const trouble = await troubleOf(answerTo(open(server.port, server.hostKeyLine, {}, 'always'), 'x\n', forDump()));
    expect([trouble.code, trouble.message]).toEqual(['truncated', expect.stringContaining('damaged')]);
  });

  test('because its reader throws: what it threw, and no chunk after it', async () => {
    const server = await sshd(obedient());
    const mine = new Error('disk full');
    let calls = 0;
    const asked = open(server.port, server.hostKeyLine, {}, 'always').ask(
      'x\n',
      () => {
        calls++;
        throw mine;
      },
      forDump(),
    );
    await expect(asked).rejects.toBe(mine);
    for (let n = 0; n < 20; n++) await turn();
    expect(calls).toBe(1);
  });
});

test('a bomb: the deadline holds', async () => {
  const bomb = gzipSync(Buffer.alloc(300_000_000), { level: 9 });
  const server = await sshd(
    answering((channel) => {
      const pour = () => channel.writable && channel.write(bomb, pour);
      pour();
    }),
  );
  let largest = 0;
  const limits = { ...forDump(), timeoutMs: 300 };
  const asked = open(server.port, server.hostKeyLine, {}, 'always').ask(
    'x\n',
    (chunk) => {
      largest = Math.max(largest, chunk.length);
    },
    limits,
  );
  expect((await troubleOf(asked)).code).toBe('timeout');
  expect(largest).toBe(65_536);
});
