// Channels behind a login: refusals, exit codes, complaints, full windows, slow readers.

import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SshSettings } from '../../../src/domain/settings.ts';
import { answerTo, patience, troubleOf } from '../settings.ts';
import { brief, endAll, open, sshd } from './cast.ts';
import { finish, type Script, whenAsked } from './scripted-sshd.ts';

// Above the patience of an ask, so that a wait that is too long ends in its own words.
vi.setConfig({ testTimeout: 30_000 });
afterEach(endAll);

describe('channels', () => {
  test('a channel that is never opened: timeout', async () => {
    const server = await sshd({ ready: (connection) => void connection.on('session', () => {}) });
    expect((await troubleOf(answerTo(open(server.port, server.hostKeyLine), 'x\n', brief()))).code).toBe('timeout');
  });

  const refusing: Script = {
    ready: (connection) => {
      connection.on('session', (_accept, reject) => reject());
      connection.on('tcpip', (_accept, reject) => reject());
      connection.on('openssh.streamlocal' as 'tcpip', (_accept, reject) => reject());
    },
  };
  test.each<[SshSettings['via'], string]>([
    [{ kind: 'socat', sudo: true }, 'remote-command'],
    [{ kind: 'streamlocal' }, 'no-socket'],
    [{ kind: 'tcp', host: '127.0.0.1', port: 9999 }, 'refused'],
  ])('a channel that is refused, via %o: %s', async (via, code) => {
    const server = await sshd(refusing);
    expect((await troubleOf(answerTo(open(server.port, server.hostKeyLine, { via }), 'x\n'))).code).toBe(code);
  });

  test('a command that is refused: remote-command', async () => {
    const server = await sshd({ execRefused: true });
    expect((await troubleOf(answerTo(open(server.port, server.hostKeyLine), 'x\n'))).code).toBe('remote-command');
  });

  test.each([
    [false, "socat -b65536 -t30 - 'UNIX-CONNECT:/run/haproxy/admin.sock'"],
    [true, "sudo -n socat -b65536 -t30 - 'UNIX-CONNECT:/run/haproxy/admin.sock'"],
  ])('the command, with sudo: %s', async (sudo, expected) => {
    let command = '';
    const server = await sshd({
      exec: (channel, text) => {
        command = text;
        whenAsked(channel, () => finish(channel, 0));
      },
    });
    await answerTo(open(server.port, server.hostKeyLine, { via: { kind: 'socat', sudo } }), 'x\n');
    expect(command).toBe(expected);
  });

  const connect = '2026/11/21 04:00:00 socat[4711] E connect(5, AF=1 "/run/haproxy/admin.sock", 25):';
  test.each([
    [127, 'bash: line 1: socat: command not found', 'remote-command', 'Install socat'],
    [1, 'sudo: socat: command not found', 'remote-command', 'Install socat'],
    [1, 'sudo: a password is required', 'remote-command', 'NOPASSWD'],
    [1, 'sudo: a terminal is required to read the password', 'remote-command', 'NOPASSWD'],
    [1, 'Sorry, user ubuntu is not allowed to execute socat as root on hap-a.', 'remote-command', 'NOPASSWD'],
    [1, `${connect} Permission denied`, 'socket-permission', 'sudo: true'],
    [1, `${connect} No such file or directory`, 'no-socket', 'stats socket'],
    [1, `sudo: unable to resolve host hap-a\n${connect} No such file or directory`, 'no-socket', 'stats socket'],
    [1, `${connect} Connection refused`, 'refused', 'Start HAProxy'],
    [1, 'socat[4711] E read(5, 0x55, 8192): Connection reset by peer', 'reset', 'restarted'],
    [3, '', 'remote-command', 'by hand'],
  ])('exit %i, %j: %s', async (code, complaint, trouble, remedy) => {
    const server = await sshd({
      exec: (channel) =>
        whenAsked(channel, () => {
          channel.stderr.write(`${complaint}\n`);
          finish(channel, code);
        }),
    });
    const found = await troubleOf(answerTo(open(server.port, server.hostKeyLine), 'x\n'));
    expect(found.code).toBe(trouble);
    expect(found.message).toContain(complaint.split('\n').at(-1) || `exit code ${code}`);
    expect(found.remedy).toContain(remedy);
  });

  test('a command that is killed: remote-command, by which signal', async () => {
    const server = await sshd({
      exec: (channel) =>
        whenAsked(channel, () => {
          channel.exit('KILL', false, '');
          channel.end();
        }),
    });
    const found = await troubleOf(answerTo(open(server.port, server.hostKeyLine), 'x\n'));
    expect(found.code).toBe('remote-command');
    expect(found.message).toContain('SIGKILL');
  });

  test('warnings beside an answer are not part of it, however many', async () => {
    // More than a window of 2 MB: unread, they would stop the answer.
    const warnings = Buffer.alloc(5_000_000, 'w');
    const server = await sshd({
      exec: (channel) =>
        whenAsked(channel, () => {
          channel.stderr.write(warnings, () => {
            channel.write('answer');
            finish(channel, 0);
          });
        }),
    });
    expect(await answerTo(open(server.port, server.hostKeyLine), 'x\n')).toBe('answer');
  });

  test('a reader that takes its time stops the sender, and gets everything', async () => {
    const total = 20_000_000;
    const piece = Buffer.alloc(1_000_000, 'x');
    let sent = 0;
    const server = await sshd({
      exec: (channel) =>
        whenAsked(channel, () => {
          const send = () => {
            if (sent === total) return finish(channel, 0);
            channel.write(piece, () => {
              sent += piece.length;
              send();
            });
          };
          send();
        }),
    });
    const settled = async () => {
      for (let before = -1; before !== sent; ) {
        before = sent;
        for (let n = 0; n < 50; n++) await turn();
      }
      return sent;
    };
    let sentMeanwhile = -1;
    let received = 0;
    await open(server.port, server.hostKeyLine).ask(
      'x\n',
      async (chunk) => {
        received += chunk.length;
        if (sentMeanwhile < 0) sentMeanwhile = await settled();
      },
      patience(),
    );
    expect(sentMeanwhile).toBeLessThan(total / 2);
    expect(received).toBe(total);
  });

  test('an error of the reader comes back as it is, and no chunk comes after it', async () => {
    const server = await sshd({
      exec: (channel) =>
        whenAsked(channel, () => {
          channel.write(Buffer.alloc(3_000_000));
          finish(channel, 0);
        }),
    });
    const mine = new Error('not what I asked for');
    let calls = 0;
    const transport = open(server.port, server.hostKeyLine);
    const asked = transport.ask(
      'x\n',
      () => {
        calls++;
        throw mine;
      },
      patience(),
    );
    await expect(asked).rejects.toBe(mine);
    await transport.close();
    expect(calls).toBe(1);
  });
});
