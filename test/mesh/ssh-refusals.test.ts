// What sshd, ssh-agent and key files say when they let nobody in, from the real ones.

import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeKey, type SshdOptions, sshdMissing } from '../../lab/servers/sshd.ts';
import type { SshSettings } from '../../src/domain/settings.ts';
import { type SshdLab, startSshdLab } from '../support/sshd-lab.ts';
import { answerTo, patience, troubleOf } from '../transport/settings.ts';

const noSshd = sshdMissing();
if (noSshd) console.warn(`skipped: ${noSshd}`);
const repeatable = () => ({ ...patience(), isRepeatable: true });

describe.skipIf(noSshd !== null)('refusals in their own words', () => {
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
  const fails = (more: Partial<SshSettings>) => troubleOf(answerTo(lab.open(more), 'show info\n', repeatable()));
  async function at(options: SshdOptions, work: (more: Partial<SshSettings>, port: number) => Promise<unknown>) {
    await lab.withSshd(options, async (port, knownHosts) => void (await work({ knownHosts }, port)));
  }

  describe('sshd', () => {
    test('with too many logins under way: its reason before the banner, and what to do', async () => {
      await at({ config: ['MaxStartups 1:100:1'] }, async (more, port) => {
        const waiting = net.connect(port, '127.0.0.1');
        endings.push(() => waiting.destroy());
        await new Promise((banner) => waiting.once('data', banner));
        const trouble = await troubleOf(answerTo(lab.open(more, { port }), 'x\n'));
        expect(trouble.message).toContain('Exceeded MaxStartups');
        expect(trouble.remedy).toContain('MaxStartups');
      });
    });

    test.each([
      ['a key and a password', 'publickey,password', 'another proof too'],
      ['a password alone', 'password', 'takes no key alone'],
    ])('that wants %s: which proof is missing', async (_title, methods, words) => {
      await at({ config: ['PasswordAuthentication yes', `AuthenticationMethods ${methods}`] }, async (more, port) => {
        const trouble = await troubleOf(answerTo(lab.open(more, { port }), 'x\n'));
        expect([trouble.code, trouble.message]).toEqual(['authentication', expect.stringContaining(words)]);
        expect(trouble.message).toContain('password');
        expect(trouble.remedy).toContain('AuthenticationMethods');
      });
    });

    test('that wants two keys: a key file and the agent together are let in', async () => {
      const agent = await startAgent(['stranger']);
      const authorizedKeys = [lab.publicKey('stranger'), clientPublicKey()];
      const options = { authorizedKeys, config: ['AuthenticationMethods publickey,publickey'] };
      await at(options, async (more, port) => {
        const transport = lab.open({ ...more, agentSocket: agent }, { port });
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
      const transport = lab.open({ privateKey: null, agentSocket: path });
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
      const without = await fails({ privateKey: lab.keyFile('locked') });
      expect([without.message, without.remedy]).toEqual([
        'locked is encrypted.',
        expect.stringContaining('ssh.passphrase'),
      ]);
      const wrong = await fails({ privateKey: lab.keyFile('locked', 'close sesame') });
      expect(wrong.message).toBe('The passphrase of locked is wrong.');
    });
  });

  function clientPublicKey(): string {
    return readFileSync(`${lab.sshd.clientKeyPath}.pub`, 'utf8').trim();
  }

  async function startAgent(keys: readonly string[]): Promise<string> {
    const path = join(lab.folder, `agent-${endings.length}.sock`);
    const agent = spawn('ssh-agent', ['-D', '-a', path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((done) => agent.stdout.once('data', done));
    endings.push(async () => {
      const ended = new Promise((done) => agent.once('exit', done));
      agent.kill('SIGTERM');
      await ended;
      rmSync(path, { force: true });
    });
    for (const key of keys) {
      execFileSync('ssh-add', ['-q', join(lab.folder, key)], {
        env: { ...process.env, SSH_AUTH_SOCK: path },
        stdio: 'ignore',
      });
    }
    return path;
  }

  async function startSilentAgent() {
    const path = join(lab.folder, 'silent.sock');
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
    const [ca, key] = [join(lab.folder, 'ca'), join(lab.folder, 'certified')];
    makeKey(ca, 'ed25519');
    makeKey(key, 'ed25519');
    execFileSync('ssh-keygen', ['-q', '-s', ca, '-I', 'me', '-n', lab.sshd.user, `${key}.pub`], { stdio: 'ignore' });
    return readFileSync(`${key}-cert.pub`, 'utf8');
  }
  function pkcs8(): string {
    return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  }
  function chacha20(): string {
    const path = join(lab.folder, 'chacha20');
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
