// What the host of a proxy does beside a login: shells that print, and sudo that refuses.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type SshdOptions, sshdMissing } from '../../lab/servers/sshd.ts';
import type { SshSettings } from '../../src/domain/settings.ts';
import { sudoersLine } from '../../src/transport/ssh/socat-command.ts';
import { installed, type SshdLab, startSshdLab } from '../support/sshd-lab.ts';
import { answerTo, openTransport, patience, sshSettings, targetOf, troubleOf } from '../transport/settings.ts';

const noSshd = sshdMissing();
if (noSshd) console.warn(`skipped: ${noSshd}`);
const noSudo =
  process.getuid?.() === 0 && installed('sudo') ? null : 'needs root and sudo (Debian: apt-get install sudo)';
if (noSudo) console.warn(`skipped, with real sudo: ${noSudo}`);

const socat = { kind: 'socat', sudo: false } as const;
const repeatable = () => ({ ...patience(), isRepeatable: true });

describe.skipIf(noSshd !== null)("a proxy's host", () => {
  let lab: SshdLab;
  const endings: (() => unknown)[] = [];
  beforeAll(async () => {
    lab = await startSshdLab();
  });
  afterEach(async () => {
    await lab.closeTransports();
    for (const end of endings.splice(0).reverse()) await end();
  });
  afterAll(() => lab?.clear());
  async function at(options: SshdOptions, work: (more: Partial<SshSettings>, port: number) => Promise<unknown>) {
    await lab.withSshd(options, async (port, knownHosts) => void (await work({ knownHosts }, port)));
  }

  describe('a login shell', () => {
    /** A host whose users all have this shell. */
    async function withShell(script: string, work: (more: Partial<SshSettings>, port: number) => Promise<unknown>) {
      const shell = join(lab.folder, 'shell');
      writeFileSync(shell, `#!/bin/sh\n${script}\n`);
      chmodSync(shell, 0o755);
      // sshd runs a forced command by the user's own shell: what it prints first is what `.bashrc`
      // would.
      await at({ config: [`ForceCommand ${shell}`] }, (more, port) => work({ ...more, via: socat }, port));
    }

    test('prints before the answer: its words are skipped, whatever they are', async () => {
      const noise = 'echo "Welcome to box-1"; printf "# table: nodes, used:1\\n\\n> no line feed"; ';
      await withShell(`${noise} eval "$SSH_ORIGINAL_COMMAND"`, async (more, port) => {
        const transport = lab.open(more, { port });
        for (const request of ['show info\n', 'show peers\n']) {
          expect(await answerTo(transport, request, repeatable())).toBe(`<${request}>`);
        }
        expect(await answerTo(lab.open(more, { port }), 'set table t\n')).toBe('<set table t\n>');
      });
    });

    test.each([
      ['ends with success', 'echo "Please use the portal."; exit 0'],
      ['ends as nologin does', 'echo "This account is currently not available."; exit 1'],
    ])('prints and %s: the shell is blamed, never HAProxy', async (_title, script) => {
      await withShell(script, async (more, port) => {
        for (const options of [repeatable(), patience()]) {
          const trouble = await troubleOf(answerTo(lab.open(more, { port }), 'show info\n', options));
          expect(trouble.code).toBe('shell');
          expect(trouble.message).toMatch(/portal|not available/);
          expect(trouble.remedy).toContain('shell');
        }
      });
    });

    test('that lets only its own spelling pass: asked again without the mark, also before a write', async () => {
      const gate =
        'case $SSH_ORIGINAL_COMMAND in "socat "*) eval "exec $SSH_ORIGINAL_COMMAND" ;; esac; echo No.; exit 1';
      await withShell(gate, async (more, port) => {
        expect(await answerTo(lab.open(more, { port }), 'show info\n', repeatable())).toBe('<show info\n>');
        expect(await answerTo(lab.open(more, { port }), 'clear table t\n')).toBe('<clear table t\n>');
      });
    });
  });

  describe.skipIf(noSudo !== null)('sudo', () => {
    const user = 'splitbrain-ops';
    /** A user who logs in by the client key, and what sudo lets that user do. */
    async function withSudoers(
      lines: string,
      work: (open: (path?: string) => ReturnType<typeof openTransport>) => Promise<unknown>,
    ) {
      execFileSync('useradd', ['--create-home', '--shell', '/bin/sh', user]);
      const file = '/etc/sudoers.d/splitbrain-test';
      endings.push(() => {
        rmSync(file, { force: true });
        execFileSync('userdel', ['--remove', '--force', user], { stdio: 'ignore' });
      });
      execFileSync('usermod', ['--password', '*', user]);
      mkdirSync(`/home/${user}/.ssh`);
      writeFileSync(file, `${lines}\n`, { mode: 0o440 });
      execFileSync('visudo', ['-cqf', file]);
      const keys = join(`/home/${user}/.ssh`, 'authorized_keys');
      writeFileSync(keys, `${readFileSync(`${lab.sshd.clientKeyPath}.pub`, 'utf8').trim()}\n`);
      await at({ config: [`AuthorizedKeysFile ${keys}`] }, ({ knownHosts }, port) =>
        work((path = PLAIN_SOCKET) => {
          const { clientKey, clientKeyPath } = lab.sshd;
          const endpoint = { kind: 'ssh', user, host: '127.0.0.1', port, path } as const;
          const privateKey = { path: clientKeyPath, contents: clientKey, passphrase: null };
          const via = { kind: 'socat', sudo: true } as const;
          const transport = openTransport(
            targetOf(endpoint),
            sshSettings({ privateKey, knownHosts: knownHosts!, via }),
          );
          endings.push(() => transport.close());
          return transport;
        }),
      );
    }
    const PLAIN_SOCKET = '/run/splitbrain-test/admin.sock';

    test('lets the user do exactly what the docs name, and nothing else', async () => {
      const page = readFileSync(new URL('../../docs/reaching-proxies.md', import.meta.url), 'utf8');
      const line = /^\s*(\S+ ALL=\(root\) NOPASSWD: \/usr\/bin\/socat .*)$/m.exec(page)?.[1];
      expect(line).toBeDefined();
      const mine = line!.replace(/^\S+/, user).replace('/run/haproxy/admin.sock', PLAIN_SOCKET);
      await withSudoers(mine, async (open) => {
        // Nobody listens there: that it is socat who says so shows that sudo let it run.
        const trouble = await troubleOf(answerTo(open(), 'x\n', repeatable()));
        expect([trouble.code, trouble.message]).toEqual(['no-socket', expect.stringContaining('socat')]);
      });
    });

    test.each([
      ['a space', '/run/splitbrain-test/my proxy.sock', 'no-socket'],
      ['punctuation', '/run/splitbrain-test/a@b=+~%.sock', 'no-socket'],
      ['an abstract name', 'abns@splitbrain-test', 'refused'],
    ])('the line that the remedy spells lets the command pass, with %s in it', async (_, path, code) => {
      await withSudoers(sudoersLine(user, path), async (open) => {
        const trouble = await troubleOf(answerTo(open(path), 'x\n', repeatable()));
        expect([trouble.code, trouble.message]).toEqual([code, expect.stringContaining('socat')]);
      });
    });

    test.each([
      ['wants a terminal', `Defaults:${user} requiretty\n${user} ALL=(root) NOPASSWD: /usr/bin/socat`, 'requiretty'],
      ['lets another command pass only', `${user} ALL=(root) NOPASSWD: /usr/bin/socat -V`, 'NOPASSWD: /usr/bin/socat'],
      ['lets nothing pass', '', 'NOPASSWD: /usr/bin/socat'],
    ])('%s: the remedy is the line for sudoers', async (_title, lines, remedy) => {
      await withSudoers(lines, async (open) => {
        const trouble = await troubleOf(answerTo(open(), 'x\n', repeatable()));
        expect(trouble.code).toBe('remote-command');
        expect(trouble.message).toContain('sudo');
        expect(trouble.remedy).toContain(remedy);
        expect(trouble.remedy).toContain(user);
      });
    });
  });
});
