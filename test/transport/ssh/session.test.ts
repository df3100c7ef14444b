// One command on the host for many requests, in HAProxy's interactive mode; where that cannot be
// had, one each.

import type { ServerChannel } from 'ssh2';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { answerTo, forDump, patience, troubleOf } from '../settings.ts';
import { brief, endAll, open, sshd } from './cast.ts';
import { finish, whenAsked } from './scripted-sshd.ts';

vi.setConfig({ testTimeout: 30_000 });
afterEach(endAll);

const repeatable = () => ({ ...patience(), isRepeatable: true });

interface Talk {
  /** The lines so far, this one included. */
  readonly lines: readonly string[];
  /**
   * As HAProxy does: `<line>` and an empty line, and in interactive mode the prompt; otherwise the
   * end.
   */
  say(): void;
}

/**
 * An sshd that runs one program, which does with each line what `answer` says; `commands` counts
 * how often it was started.
 */
async function hostOf(answer: (line: string, talk: Talk, channel: ServerChannel) => unknown) {
  let commands = 0;
  const server = await sshd({
    exec: (channel) => {
      commands++;
      onLines(channel, (line, talk) => answer(line, talk, channel));
    },
  });
  return { transport: open(server.port, server.hostKeyLine), commands: () => commands };
}

/** Does with each line what `answer` says; a promise holds the lines behind it up. */
function onLines(channel: ServerChannel, answer: (line: string, talk: Talk) => unknown): void {
  const lines: string[] = [];
  let rest = '';
  let before: Promise<unknown> = Promise.resolve();
  const take = (line: string) => {
    lines.push(line);
    const isInteractive = lines[0] === 'prompt';
    const say = () => {
      channel.write(line === 'prompt' ? '\n> ' : `<${line}>\n\n${isInteractive ? '> ' : ''}`);
      if (!isInteractive) finish(channel, 0);
    };
    return answer(line, { lines: [...lines], say });
  };
  channel.on('error', () => {});
  channel.on('data', (chunk: Buffer) => {
    const whole = (rest + chunk.toString('latin1')).split('\n');
    rest = whole.pop()!;
    for (const line of whole) before = before.then(() => take(line));
  });
  channel.on('end', () => before.then(() => finish(channel, 0)));
}

describe('a command that understands prompts', () => {
  test('takes all requests that may be repeated, whatever their number of commands', async () => {
    const commands: string[] = [];
    const server = await sshd({
      exec: (channel, command) => {
        commands.push(command);
        onLines(channel, (_, { say }) => say());
      },
    });
    const transport = open(server.port, server.hostKeyLine);
    expect(await answerTo(transport, 'show info;show table\n', repeatable())).toBe('<show info>\n\n<show table>\n\n');
    expect(await answerTo(transport, 'show table nodes\n', repeatable())).toBe('<show table nodes>\n\n');
    expect(commands.length).toBe(1);
    expect(server.logins()).toBe(1);
  });

  test('takes none that may not: they have one each, beside it', async () => {
    const heard: string[][] = [];
    const server = await sshd({
      exec: (channel) => {
        const place = heard.push([]) - 1;
        onLines(channel, (_, { lines, say }) => {
          heard[place] = [...lines];
          say();
        });
      },
    });
    const transport = open(server.port, server.hostKeyLine);
    await answerTo(transport, 'show info\n', repeatable());
    expect(await answerTo(transport, 'set table nodes key a data.server_id 1;show info\n')).toBe(
      '<set table nodes key a data.server_id 1;show info>\n\n',
    );
    await answerTo(transport, 'clear table nodes key a\n');
    await answerTo(transport, 'show table nodes\n', repeatable());
    expect(heard).toEqual([
      ['prompt', 'show info', 'show table nodes'],
      ['set table nodes key a data.server_id 1;show info'],
      ['clear table nodes key a'],
    ]);
  });

  test('makes room where sshd runs one command at a time', async () => {
    const commands: string[] = [];
    let running = 0;
    const server = await sshd({
      ready: (connection) =>
        connection.on('session', (accept, reject) => {
          if (running > 0) return reject();
          running++;
          accept().on('exec', (run, _, { command }) => {
            commands.push(command);
            const channel = run();
            channel.on('close', () => running--);
            onLines(channel, (_line, { say }) => say());
          });
        }),
    });
    const transport = open(server.port, server.hostKeyLine, {}, 'always');
    expect(await answerTo(transport, 'show info\n', repeatable())).toBe('<show info>\n\n');
    expect(await answerTo(transport, 'show table nodes\n', { ...forDump(), isRepeatable: true })).toBe(
      '<show table nodes>\n\n',
    );
    expect(await answerTo(transport, 'show info\n', repeatable())).toBe('<show info>\n\n');
    expect(await answerTo(transport, 'set table nodes key a data.server_id 1\n')).toMatch(/^<set/);
    expect(commands.map((command) => command.includes('gzip'))).toEqual([false, true, false, false]);
  });

  test('that ended while nobody asked is replaced, and no request is lost', async () => {
    const { transport, commands } = await hostOf((line, { say }, channel) => {
      say();
      if (line !== 'prompt') finish(channel, 0);
    });
    for (const line of ['a', 'b', 'c', 'd'])
      expect(await answerTo(transport, `${line}\n`, repeatable())).toBe(`<${line}>\n\n`);
    expect(commands()).toBeGreaterThanOrEqual(4);
  });

  test('that ends when it is asked for the second time: the request is asked again', async () => {
    const heard: string[] = [];
    const server = await sshd({
      exec: (channel) => {
        onLines(channel, (line, { lines, say }) => {
          heard.push(line);
          if (lines.length < 3) say();
          else finish(channel, 0);
        });
      },
    });
    const transport = open(server.port, server.hostKeyLine);
    await answerTo(transport, 'a\n', repeatable());
    expect(await answerTo(transport, 'b\n', repeatable())).toBe('<b>\n\n');
    expect(heard).toEqual(['prompt', 'a', 'b', 'b']);
    expect(await answerTo(transport, 'c\n', repeatable())).toBe('<c>\n\n');
  });

  test('an answer that broke off is an end as ever: only its reader can tell', async () => {
    const { transport } = await hostOf((line, { say }, channel) => {
      if (line === 'prompt') return say();
      channel.write('# table: no');
      finish(channel, 0);
    });
    expect(await answerTo(transport, 'show table nodes\n', repeatable())).toBe('# table: no');
  });

  test('what is said unasked is nobody’s answer', async () => {
    const { transport, commands } = await hostOf((line, { say }, channel) => {
      say();
      if (line === 'a') channel.write('<more>\n\n> ');
    });
    expect(await answerTo(transport, 'a\n', repeatable())).toBe('<a>\n\n');
    await vi.waitUntil(async () => (await answerTo(transport, 'b\n', repeatable())) === '<b>\n\n' && commands() === 2);
  });

  test('a request that was given up does not leave its answer to the next one', async () => {
    const held: (() => void)[] = [];
    const server = await sshd({
      exec: (channel) =>
        onLines(channel, async (line, { say }) => {
          if (line === 'slow') await new Promise<void>((release) => held.push(release));
          say();
        }),
    });
    const transport = open(server.port, server.hostKeyLine);
    expect((await troubleOf(answerTo(transport, 'slow\n', { ...brief(), isRepeatable: true }))).code).toBe('timeout');
    const next = answerTo(transport, 'next\n', repeatable());
    for (const release of held) release();
    expect(await next).toBe('<next>\n\n');
  });

  test('a reader that throws, or takes its time: the next one has its own answer', async () => {
    const { transport } = await hostOf((_, { say }) => say());
    const failing = transport.ask('a\n', () => Promise.reject(new Error('the disk is full')), repeatable());
    await expect(failing).rejects.toThrow('the disk is full');
    let taken = 0;
    const slowly = async (chunk: Uint8Array) => {
      const { length } = chunk;
      await new Promise(setImmediate);
      taken += length;
    };
    await transport.ask('b\n', slowly, repeatable());
    expect(taken).toBe('<b>\n\n'.length);
    expect(await answerTo(transport, 'c\n', repeatable())).toBe('<c>\n\n');
  });
});

describe('a command that does not', () => {
  test('but answers the first line alone: each request has one of its own', async () => {
    const heard: string[] = [];
    const server = await sshd({
      exec: (channel) => {
        onLines(channel, (line, { lines, say }) => {
          if (lines.length > 1) return;
          heard.push(line);
          if (line !== 'prompt') return say();
          finish(channel, 0);
        });
      },
    });
    const transport = open(server.port, server.hostKeyLine);
    expect(await answerTo(transport, 'a\n', repeatable())).toBe('<a>\n\n');
    expect(await answerTo(transport, 'b\n', repeatable())).toBe('<b>\n\n');
    // Tried once.
    expect(heard).toEqual(['prompt', 'a', 'b']);
  });

  test('that cannot be started: what it says the plain way counts', async () => {
    let commands = 0;
    const server = await sshd({
      exec: (channel) => {
        commands++;
        whenAsked(channel, () => {});
        channel.stderr.write('bash: line 1: socat: command not found\n');
        finish(channel, 127);
      },
    });
    const trouble = await troubleOf(answerTo(open(server.port, server.hostKeyLine), 'a\n', repeatable()));
    expect(trouble).toMatchObject({
      code: 'remote-command',
      message: expect.stringContaining('socat: command not found'),
    });
    expect(commands).toBe(2);
  });

  test('but takes only lines that it knows: each request has one of its own', async () => {
    const { transport, commands } = await hostOf((line, { say }, channel) => {
      if (line.startsWith('show ')) return say();
      channel.write('Rejected\n');
      finish(channel, 1);
    });
    for (const line of ['show info', 'show table'])
      expect(await answerTo(transport, `${line}\n`, repeatable())).toBe(`<${line}>\n\n`);
    expect(commands()).toBe(3);
  });

  test('but acts on its input as a whole: it is waited for a while, and then each request has one of its own', async () => {
    const server = await sshd({
      exec: (channel) =>
        whenAsked(channel, (request) => {
          channel.write(`<${request}>`);
          finish(channel, 0);
        }),
    });
    const transport = open(server.port, server.hostKeyLine);
    for (const line of ['a\n', 'b\n']) expect(await answerTo(transport, line, repeatable())).toBe(`<${line}>`);
  });
});

test('the end of a run does not wait for it', async () => {
  const { transport } = await hostOf((_, { say }) => say());
  await answerTo(transport, 'a\n', repeatable());
  await transport.close();
  await transport.close();
});
