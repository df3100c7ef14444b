// What hosts and agents say when they let nobody in, from the real ones: sshd, sudo, ssh-agent,
// login shells.

import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SshSettings } from '../../src/domain/settings.ts';
import { sudoersLine } from '../../src/transport/ssh/socat-command.ts';
import { makeKey, type SshdOptions, sshdMissing } from '../support/sshd.ts';
import { answerTo, openTransport, patience, sshSettings, targetOf, troubleOf } from '../transport/settings.ts';
import { type Ground, installed, layGround } from './ssh-ground.ts';

const noSshd = sshdMissing();
if (noSshd) console.warn(`skipped: ${noSshd}`);
const noSudo =
  process.getuid?.() === 0 && installed('sudo') ? null : 'needs root and sudo (Debian: apt-get install sudo)';
if (noSudo) console.warn(`skipped, with real sudo: ${noSudo}`);

const socat = { kind: 'socat', sudo: false } as const;
const repeatable = () => ({ ...patience(), isRepeatable: true });

describe.skipIf(noSshd !== null)('refusals in their own words', { timeout: 60_000 }, () => {
  let ground: Ground;
  const endings: (() => unknown)[] = [];
  beforeAll(async () => {
    ground = await layGround();
  });
  afterEach(async () => {
    await ground.closeTransports();
    for (const end of endings.splice(0).reverse()) await end();
  });
  afterAll(() => ground?.clear());
  const fails = (more: Partial<SshSettings>) => troubleOf(answerTo(ground.open(more), 'show info\n', repeatable()));
  async function at(options: SshdOptions, work: (more: Partial<SshSettings>, port: number) => Promise<unknown>) {
    await ground.withSshd(options, async (port, knownHosts) => void (await work({ knownHosts }, port)));
  }

  describe('sshd', () => {
    test('with too many logins under way: its reason before the banner, and what to do', async () => {
      await at({ config: ['MaxStartups 1:100:1'] }, async (more, port) => {
        const waiting = net.connect(port, '127.0.0.1');
        endings.push(() => waiting.destroy());
        await new Promise((banner) => waiting.once('data', banner));
        const trouble = await troubleOf(answerTo(ground.open(more, { port }), 'x\n'));
        expect(trouble.message).toContain('Exceeded MaxStartups');
        expect(trouble.remedy).toContain('MaxStartups');
      });
    });

    test.each([
      ['a key and a password', 'publickey,password', 'another proof too'],
      ['a password alone', 'password', 'takes no key alone'],
    ])('that wants %s: which proof is missing', async (_title, methods, words) => {
      await at({ config: ['PasswordAuthentication yes', `AuthenticationMethods ${methods}`] }, async (more, port) => {
        const trouble = await troubleOf(answerTo(ground.open(more, { port }), 'x\n'));
        expect([trouble.code, trouble.message]).toEqual(['authentication', expect.stringContaining(words)]);
        expect(trouble.message).toContain('password');
        expect(trouble.remedy).toContain('AuthenticationMethods');
      });
    });

    test('that wants two keys: a key file and the agent together are let in', async () => {
      const agent = await startAgent(['stranger']);
      const authorizedKeys = [ground.publicKey('stranger'), clientPublicKey()];
      const options = { authorizedKeys, config: ['AuthenticationMethods publickey,publickey'] };
      await at(options, async (more, port) => {
        const transport = ground.open({ ...more, agentSocket: agent }, { port });
        expect(await answerTo(transport, 'show info\n')).toBe('<show info\n>');
      });
    });
  });

  describe('the agent', () => {
    test('holds no key: it says so, and how to add one', async () => {
      const trouble = await fails({ privateKey: null, agentSocket: await startAgent([]) });
      expect([trouble.code, trouble.message]).toEqual(['authentication', expect.stringContaining('holds no key')]);
      expect(trouble.remedy).toContain('ssh-add');
    });

    test('accepts and never answers: the login ends, names it, and leaves no connection open', async () => {
      const { path, connections } = await startSilentAgent();
      const trouble = await fails({ privateKey: null, agentSocket: path });
      expect([trouble.code, trouble.message]).toEqual(['authentication', expect.stringContaining(`agent at ${path}`)]);
      await expect.poll(connections).toBe(0);
    });

    test('never answers within the patience with silence: the wait names the agent', async () => {
      const { path, connections } = await startSilentAgent();
      const transport = ground.open({ privateKey: null, agentSocket: path });
      const trouble = await troubleOf(answerTo(transport, 'x\n', { ...patience(), timeoutMs: 1_000 }));
      expect([trouble.code, trouble.message]).toEqual(['timeout', expect.stringContaining(`SSH agent at ${path}`)]);
      await expect.poll(connections).toBe(0);
    });
  });

  describe('a key file', () => {
    const files: [title: string, contents: () => string, kind: string, remedy: string][] = [
      ['is empty', () => '', 'is empty', 'ssh.privateKey'],
      ['is a public key', () => clientPublicKey(), 'is a public key', 'Name the private key'],
      ['is a certificate', () => certificate(), 'is a certificate', 'ssh.client: openssh'],
      ['is PKCS#8', () => pkcs8(), 'PKCS#8', 'ssh.client: openssh'],
      ['is encrypted by chacha20', () => chacha20(), 'chacha20', 'ssh.client: openssh'],
      ['is of a token', () => token(), 'hardware token', 'ssh.client: openssh'],
      ['is something else', () => 'hello', 'is not a private key', 'ssh-keygen -y'],
    ];
    test.each(files)('that %s: said so, with the next step', async (_title, contents, kind, remedy) => {
      const trouble = await fails({ privateKey: { path: '~/.ssh/id', contents: contents(), passphrase: null } });
      expect(trouble.code).toBe('authentication');
      expect(trouble.message).toContain('~/.ssh/id');
      expect(trouble.message).toContain(kind);
      expect(trouble.remedy).toContain(remedy);
    });

    test('that is encrypted: without a passphrase, and with a wrong one', async () => {
      const without = await fails({ privateKey: ground.keyFile('locked') });
      expect([without.message, without.remedy]).toEqual([
        'locked is encrypted.',
        expect.stringContaining('ssh.passphrase'),
      ]);
      const wrong = await fails({ privateKey: ground.keyFile('locked', 'close sesame') });
      expect(wrong.message).toBe('The passphrase of locked is wrong.');
    });
  });

  describe('a login shell', () => {
    /** A host whose users all have this shell. */
    async function withShell(script: string, work: (more: Partial<SshSettings>, port: number) => Promise<unknown>) {
      const shell = join(ground.folder, 'shell');
      writeFileSync(shell, `#!/bin/sh\n${script}\n`);
      chmodSync(shell, 0o755);
      // sshd runs a forced command by the user's own shell: what it prints first is what `.bashrc`
      // would.
      await at({ config: [`ForceCommand ${shell}`] }, (more, port) => work({ ...more, via: socat }, port));
    }

    test('prints before the answer: its words are skipped, whatever they are', async () => {
      const noise = 'echo "Welcome to box-1"; printf "# table: nodes, used:1\\n\\n> no line feed"; ';
      await withShell(`${noise} eval "$SSH_ORIGINAL_COMMAND"`, async (more, port) => {
        const transport = ground.open(more, { port });
        for (const request of ['show info\n', 'show peers\n']) {
          expect(await answerTo(transport, request, repeatable())).toBe(`<${request}>`);
        }
        expect(await answerTo(ground.open(more, { port }), 'set table t\n')).toBe('<set table t\n>');
      });
    });

    test.each([
      ['ends with success', 'echo "Please use the portal."; exit 0'],
      ['ends as nologin does', 'echo "This account is currently not available."; exit 1'],
    ])('prints and %s: the shell is blamed, never HAProxy', async (_title, script) => {
      await withShell(script, async (more, port) => {
        for (const options of [repeatable(), patience()]) {
          const trouble = await troubleOf(answerTo(ground.open(more, { port }), 'show info\n', options));
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
        expect(await answerTo(ground.open(more, { port }), 'show info\n', repeatable())).toBe('<show info\n>');
        expect(await answerTo(ground.open(more, { port }), 'clear table t\n')).toBe('<clear table t\n>');
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
      writeFileSync(keys, `${clientPublicKey()}\n`);
      await at({ config: [`AuthorizedKeysFile ${keys}`] }, ({ knownHosts }, port) =>
        work((path = PLAIN_SOCKET) => {
          const { clientKey, clientKeyPath } = ground.sshd;
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

  function clientPublicKey(): string {
    return readFileSync(`${ground.sshd.clientKeyPath}.pub`, 'utf8').trim();
  }

  async function startAgent(keys: readonly string[]): Promise<string> {
    const path = join(ground.folder, `agent-${endings.length}.sock`);
    const agent = spawn('ssh-agent', ['-D', '-a', path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((done) => agent.stdout.once('data', done));
    endings.push(async () => {
      const ended = new Promise((done) => agent.once('exit', done));
      agent.kill('SIGTERM');
      await ended;
      rmSync(path, { force: true });
    });
    for (const key of keys) {
      execFileSync('ssh-add', ['-q', join(ground.folder, key)], {
        env: { ...process.env, SSH_AUTH_SOCK: path },
        stdio: 'ignore',
      });
    }
    return path;
  }

  async function startSilentAgent() {
    const path = join(ground.folder, 'silent.sock');
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.resume();
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((done) => server.listen(path, done));
    endings.push(() => new Promise((done) => server.close(done)));
    return { path, connections: () => sockets.size };
  }

  function certificate(): string {
    const [ca, key] = [join(ground.folder, 'ca'), join(ground.folder, 'certified')];
    makeKey(ca, 'ed25519');
    makeKey(key, 'ed25519');
    execFileSync('ssh-keygen', ['-q', '-s', ca, '-I', 'me', '-n', ground.sshd.user, `${key}.pub`], { stdio: 'ignore' });
    return readFileSync(`${key}-cert.pub`, 'utf8');
  }
  function pkcs8(): string {
    return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  }
  function chacha20(): string {
    const path = join(ground.folder, 'chacha20');
    const words = ['-q', '-t', 'ed25519', '-N', 'open sesame', '-Z', 'chacha20-poly1305@openssh.com', '-f', path];
    execFileSync('ssh-keygen', words);
    return readFileSync(path, 'utf8');
  }
  /** The head of such a file: a token is needed to make a whole one. */
  function token(): string {
    const type = Buffer.from('sk-ssh-ed25519@openssh.com');
    const body = Buffer.concat([Buffer.from('openssh-key-v1\0'), Buffer.from([0, 0, 0, type.length]), type]);
    const armour = (edge: string) => `-----${edge} OPENSSH PRIVATE KEY-----`;
    return `${armour('BEGIN')}\n${body.toString('base64')}\n${armour('END')}\n`;
  }
});
