// Logging in to a real sshd: agent, keys, passphrases; known_hosts, judged as ssh(1) judges it.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeKey, sshdMissing } from '../../lab/servers/sshd.ts';
import type { SshSettings } from '../../src/domain/settings.ts';
import { judgeHostKey } from '../../src/transport/ssh/known-hosts.ts';
import { type SshdLab, startSshdLab } from '../support/sshd-lab.ts';
import { answerTo, jumpsThrough, troubleOf } from '../transport/settings.ts';

const noSshd = sshdMissing();
if (noSshd) console.warn(`skipped: ${noSshd}`);

describe.skipIf(noSshd !== null)('ssh login', () => {
  let lab: SshdLab;
  beforeAll(async () => {
    lab = await startSshdLab();
  });
  afterEach(() => lab.closeTransports());
  afterAll(() => lab?.clear());

  describe('logging in', () => {
    let agent: ChildProcess;
    let agentSocket: string;

    beforeAll(async () => {
      agentSocket = join(lab.folder, 'agent.sock');
      agent = spawn('ssh-agent', ['-D', '-a', agentSocket], { stdio: ['ignore', 'pipe', 'inherit'] });
      // It prints where it listens once it does.
      await new Promise((done) => agent.stdout?.once('data', done));
    });
    afterAll(async () => {
      const ended = new Promise((done) => agent.once('exit', done));
      agent.kill('SIGTERM');
      await ended;
    });
    afterEach(() => {
      addToAgent('-D');
    });
    const addToAgent = (...args: string[]) =>
      execFileSync('ssh-add', ['-q', ...args], {
        env: { ...process.env, SSH_AUTH_SOCK: agentSocket },
        stdio: 'ignore',
      });

    const works = async (more: Partial<SshSettings>) => {
      expect(await answerTo(lab.open(more), 'show info\n')).toBe('<show info\n>');
    };
    const fails = (more: Partial<SshSettings>) => troubleOf(answerTo(lab.open(more), 'show info\n'));

    test('with a key that the agent holds', async () => {
      addToAgent(lab.sshd.clientKeyPath);
      await works({ privateKey: null, agentSocket });
    });
    test('with a key, where the agent has none that fits', async () => {
      addToAgent(join(lab.folder, 'stranger'));
      await works({ agentSocket });
    });
    test('with the agent, where the key is not accepted', async () => {
      addToAgent(lab.sshd.clientKeyPath);
      await works({ privateKey: lab.keyFile('stranger'), agentSocket });
    });
    test('with a key and its passphrase', async () => {
      await works({ privateKey: lab.keyFile('locked', 'open sesame') });
    });
    test.each([
      ['an encrypted key without passphrase', null, 'encrypted'],
      ['an encrypted key with a wrong passphrase', 'close sesame', 'passphrase of locked is wrong'],
    ])('%s: authentication', async (_title, passphrase, why) => {
      const trouble = await fails({ privateKey: lab.keyFile('locked', passphrase) });
      expect(trouble.code).toBe('authentication');
      expect(trouble.message).toContain(why);
      expect(trouble.message).toContain('locked');
    });
    test('a key that is none: authentication', async () => {
      expect((await fails({ privateKey: { path: 'k', contents: 'no key', passphrase: null } })).code).toBe(
        'authentication',
      );
    });
    test('a key that the host does not accept: authentication', async () => {
      const trouble = await fails({ privateKey: lab.keyFile('stranger') });
      expect(trouble.code).toBe('authentication');
      expect(trouble.message).toContain('stranger');
    });
    test('no way to log in is configured: authentication, and what to set', async () => {
      const trouble = await fails({ privateKey: null });
      expect(trouble.code).toBe('authentication');
      expect(trouble.remedy).toContain('ssh.privateKey');
    });
    test('an agent that is not there: authentication, and the agent is named', async () => {
      const trouble = await fails({ privateKey: null, agentSocket: join(lab.folder, 'no-agent') });
      expect(trouble.code).toBe('authentication');
      expect(trouble.message).toContain('no-agent');
    });
    test('an agent with more keys than the host wants to see: authentication', async () => {
      for (let n = 0; n < 7; n++) addToAgent(makeKey(join(lab.folder, `many-${n}`), 'ed25519').path);
      const trouble = await fails({ privateKey: null, agentSocket });
      expect(trouble.code).toBe('authentication');
      expect(trouble.message).toContain('Too many authentication failures');
    });
  });

  describe('host keys', () => {
    const judged = async (text: string) => {
      const asked = answerTo(lab.open({ knownHosts: { path: 'known_hosts', text } }), 'show info\n');
      return asked.then(
        () => 'known',
        async () => (await troubleOf(asked)).code,
      );
    };

    test('a hashed known_hosts', async () => {
      const file = join(lab.folder, 'hashed');
      writeFileSync(file, `${lab.sshd.hostKeyLine}\n`);
      execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
      const text = readFileSync(file, 'utf8');
      expect(text).not.toContain('127.0.0.1');
      expect(await judged(text)).toBe('known');
    });

    test('the line that the remedy names lets the next login in', async () => {
      const trouble = await troubleOf(answerTo(lab.open({ knownHosts: { path: 'known_hosts', text: '' } }), 'x\n'));
      expect(trouble.code).toBe('host-key-unknown');
      expect(await judged(trouble.remedy.split('known_hosts: ')[1] ?? '')).toBe('known');
    });

    test('a file that knows only the RSA key of a host with several: that one is asked for', async () => {
      const rsa = makeKey(join(lab.folder, 'host_rsa'), 'rsa');
      await lab.withSshd({ config: [`HostKey ${rsa.path}`] }, async (port) => {
        const knownHosts = { path: 'known_hosts', text: `[127.0.0.1]:${port} ${rsa.publicKey}` };
        expect(await answerTo(lab.open({ knownHosts }, { port }), 'x\n')).toBe('<x\n>');
      });
    });

    test('the jump host has to be known as well', async () => {
      await lab.withSshd({}, async (port) => {
        const trouble = await troubleOf(
          answerTo(lab.open({ jumps: jumpsThrough({ user: lab.sshd.user, host: '127.0.0.1', port }) }), 'x\n'),
        );
        expect(trouble.code).toBe('host-key-unknown');
        expect(trouble.message).toContain(`127.0.0.1:${port}`);
      });
    });

    test('ssh(1) and we let in and refuse the same', async () => {
      const [name, type, blob] = lab.sshd.hostKeyLine.split(' ') as [string, string, string];
      const stranger = lab.publicKey('stranger');
      const texts: [text: string, verdict: string][] = [
        [lab.sshd.hostKeyLine, 'known'],
        ['', 'unknown'],
        [`127.0.0.1 ${type} ${blob}`, 'known'],
        [`127.0.0.1 ${stranger}`, 'unknown'],
        [`[127.0.0.*]:${lab.sshd.port},!${name} ${type} ${blob}`, 'unknown'],
        [`[127.0.0.?]:* ${type} ${blob}`, 'known'],
        [`${name} ${stranger}`, 'changed'],
        [`${name} ${stranger}\n${lab.sshd.hostKeyLine}`, 'known'],
        [`${name} ${stranger}\n127.0.0.1 ${type} ${blob}`, 'changed'],
        [`${lab.sshd.hostKeyLine}\n@revoked * ${type} ${blob}`, 'revoked'],
        [`@cert-authority * ${type} ${blob}`, 'unknown'],
        [`#${lab.sshd.hostKeyLine}\n\n  ${lab.sshd.hostKeyLine} a comment`, 'known'],
        [`${name} ${type} ${blob.slice(0, -4)}`, 'unknown'],
      ];
      const file = join(lab.folder, 'judged');
      for (const [text, verdict] of texts) {
        expect([
          text,
          judgeHostKey(text, { host: '127.0.0.1', port: lab.sshd.port }, Buffer.from(blob, 'base64')).verdict,
        ]).toEqual([text, verdict]);
        writeFileSync(file, `${text}\n`);
        const options = [
          'BatchMode=yes',
          'StrictHostKeyChecking=yes',
          `UserKnownHostsFile=${file}`,
          'GlobalKnownHostsFile=none',
          'UpdateHostKeys=no',
        ];
        const ssh = spawnSync('ssh', [
          '-F',
          'none',
          ...options.flatMap((o) => ['-o', o]),
          '-i',
          lab.sshd.clientKeyPath,
          '-p',
          String(lab.sshd.port),
          `${lab.sshd.user}@127.0.0.1`,
          'true',
        ]);
        expect([text, ssh.status === 0 ? 'let in' : 'refused']).toEqual([
          text,
          verdict === 'known' ? 'let in' : 'refused',
        ]);
      }
    });
  });
});
