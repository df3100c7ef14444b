// The system's `ssh` as the client: its own configuration, its own words, and nothing left behind.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeKey, sshdMissing } from '../../lab/servers/sshd.ts';
import { until } from '../../lab/until.ts';
import type { SshSettings } from '../../src/domain/settings.ts';
import { installed, type SshdLab, startSshdLab } from '../support/sshd-lab.ts';
import { answerTo, patience, troubleOf } from '../transport/settings.ts';

const missing = sshdMissing() ?? (installed('ssh') ? null : 'ssh is missing (Debian: apt-get install openssh-client)');
if (missing) console.warn(`skipped: ${missing}`);

const streamlocal = { kind: 'streamlocal' } as const;
const socat = { kind: 'socat', sudo: false } as const;

describe.skipIf(missing !== null)("the system's ssh", () => {
  let lab: SshdLab;
  beforeAll(async () => {
    lab = await startSshdLab();
  });
  afterEach(() => lab.closeTransports());
  afterAll(() => lab?.clear());

  let files = 0;
  /** A file in the lab's folder; the answer is its path. */
  const file = (text: string) => {
    const path = join(lab.folder, `file-${files++}`);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const withConfig = (text: string, more: Partial<SshSettings> = {}) =>
    ({ via: streamlocal, ...more, client: { ...lab.openssh, configFile: file(text) } }) as const;
  const accepted = () => lab.sshd.log().filter((line) => line.startsWith('Accepted')).length;
  const asked = (more: Partial<SshSettings>, port?: number) =>
    answerTo(lab.open(more, port === undefined ? {} : { port }), 'show info\n');

  test('logs in once for all conversations of a run, whatever the person shares by itself', async () => {
    const own = join(lab.folder, 'own-%C');
    const before = accepted();
    const config = `ControlMaster auto\nControlPath ${own}\nControlPersist 60\nRemoteCommand false\nRequestTTY force\n`;
    const transport = lab.open(withConfig(config, { via: socat }));
    for (const line of ['a\n', 'b\n', 'c\n']) expect(await answerTo(transport, line)).toBe(`<${line}>`);
    expect(accepted() - before).toBe(1);
    expect(readdirSync(lab.folder).filter((name) => name.startsWith('own-'))).toEqual([]);
  });

  test.each([
    ['ProxyJump', 2, () => `ProxyJump ${lab.sshd.user}@localhost:${lab.sshd.port}`],
    ['ProxyCommand', 1, () => 'ProxyCommand socat - TCP:%h:%p'],
  ])('goes by %s of its configuration', async (_title, logins, line) => {
    const before = accepted();
    expect(await asked(withConfig(`Match host 127.0.0.1\n  ${line()}\n`))).toBe('<show info\n>');
    expect(accepted() - before).toBe(logins);
  });

  test('logs in with a certificate, which the built-in client does not know', async () => {
    const [ca, key] = [join(lab.folder, 'user-ca'), join(lab.folder, 'certified')];
    makeKey(ca, 'ed25519');
    makeKey(key, 'ed25519');
    const words = ['-q', '-s', ca, '-I', 'me', '-n', lab.sshd.user, `${key}.pub`];
    execFileSync('ssh-keygen', words, { stdio: 'ignore' });
    await lab.withSshd({ config: [`TrustedUserCAKeys ${ca}.pub`, 'AuthorizedKeysFile none'] }, async (port, known) => {
      const client = { ...lab.openssh, knownHostsFile: file(`${known.text}\n`) };
      const privateKey = { path: key, contents: readFileSync(key, 'utf8'), passphrase: null };
      expect(await asked({ via: streamlocal, client, privateKey }, port)).toBe('<show info\n>');
      const builtin = { via: streamlocal, knownHosts: known, privateKey };
      expect((await troubleOf(asked(builtin, port))).code).toBe('authentication');
    });
  });

  describe('that fails says so in our words', () => {
    const fails = (more: Partial<SshSettings>, port?: number) => troubleOf(asked(more, port));

    test('an unknown and a changed host key: its own policy', async () => {
      const knows = (text: string) => ({ via: streamlocal, client: { ...lab.openssh, knownHostsFile: file(text) } });
      const unknown = await fails(knows(''));
      expect([unknown.code, unknown.message]).toEqual(['host-key-unknown', expect.stringContaining('host key')]);
      const stranger = makeKey(join(lab.folder, 'stranger-host'), 'ed25519').publicKey;
      const changed = await fails(knows(`[127.0.0.1]:${lab.sshd.port} ${stranger}\n`));
      expect([changed.code, changed.remedy]).toEqual(['host-key-changed', expect.stringContaining('ssh-keygen -R')]);
      expect((await asked(withConfig('StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\n'))).length).toBe(12);
    });

    test('a key that is not let in', async () => {
      const { path, ...rest } = lab.keyFile('stranger');
      const privateKey = { ...rest, path: join(lab.folder, path) };
      const trouble = await fails({ via: streamlocal, client: lab.openssh, privateKey, refusesAgent: true });
      expect([trouble.code, trouble.message]).toEqual(['authentication', expect.stringContaining('Permission denied')]);
    });

    test('nobody listens, and a name that nobody knows', async () => {
      const openssh = { via: streamlocal, client: lab.openssh };
      expect((await fails(openssh, await lab.deadPort())).code).toBe('refused');
      expect((await fails(withConfig('Match host 127.0.0.1\n  HostName no.such.host.invalid\n'))).code).toBe(
        'unknown-host',
      );
    });

    test('a configuration that ssh cannot read', async () => {
      const trouble = await fails(withConfig('NoSuchOption yes\n'));
      expect([trouble.code, trouble.message]).toEqual(['ssh', expect.stringContaining('onfiguration option')]);
    });

    test.each([
      ['no socket file', { via: socat }, 'no-socket'],
      ['no socket file that sshd could open', { via: streamlocal }, 'no-socket'],
      ['no port', { via: { kind: 'tcp', host: '127.0.0.1', port: 1 } }, 'refused'],
    ] as const)('%s on the far side', async (_title, more, code) => {
      const transport = lab.open({ client: lab.openssh, ...more }, { path: '/nowhere/admin.sock' });
      expect((await troubleOf(answerTo(transport, 'x\n'))).code).toBe(code);
    });

    test('a login that hangs: the wait is named', async () => {
      const transport = lab.open(withConfig('ProxyCommand sleep 60\n'));
      const trouble = await troubleOf(answerTo(transport, 'x\n', { ...patience(), timeoutMs: 1_500 }));
      expect([trouble.code, trouble.message]).toEqual(['timeout', expect.stringContaining('`ssh` to log in')]);
    });
  });

  test('MaxSessions 1 is enough', async () => {
    await lab.withSshd({ config: ['MaxSessions 1'] }, async (port, known) => {
      const client = { ...lab.openssh, knownHostsFile: file(`${known.text}\n`) };
      const transport = lab.open({ via: socat, client }, { port });
      const repeatable = { ...patience(), isRepeatable: true };
      expect(await answerTo(transport, 'a\n', repeatable)).toBe('<a\n>');
      expect(await answerTo(transport, 'b\n')).toBe('<b\n>');
    });
  });

  test('leaves neither process nor folder behind, also when its program is killed', async () => {
    const temporary = join(lab.folder, 'tmp');
    mkdirSync(temporary);
    const folders = () => readdirSync(temporary).filter((name) => name.startsWith('splitbrain-'));
    const script = file(`
      import { transportsOf } from '${new URL('../../src/transport/open.ts', import.meta.url).pathname}';
      const { ssh, target, closes } = JSON.parse(process.argv[2]);
      const patience = { timeoutMs: 20000, firstByteMs: 20000 };
      const transport = transportsOf({ ssh, compress: 'never', patience })(target);
      await transport.ask('a\\n', () => {}, { timeoutMs: 20000, signal: new AbortController().signal });
      console.log('asked');
      if (closes) await transport.close();
    `);
    const settings = { ...withConfig('', { privateKey: null }), refusesAgent: false, agentSocket: null, jumps: [] };
    const ssh = {
      ...settings,
      knownHosts: { path: '', text: '' },
      privateKey: { path: lab.sshd.clientKeyPath, contents: '', passphrase: null },
    };
    const endpoint = { kind: 'ssh', user: lab.sshd.user, host: '127.0.0.1', port: lab.sshd.port };
    const target = { name: 'a', region: null, endpoint: { ...endpoint, path: lab.statsPath } };
    for (const closes of [true, false]) {
      const words = ['--import', 'tsx', '--input-type=module', '-', JSON.stringify({ ssh, target, closes })];
      const child = spawn(process.execPath, words, {
        env: { ...process.env, TMPDIR: temporary },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      child.stdin.end(readFileSync(script));
      await new Promise((done) => child.stdout.once('data', done));
      if (!closes) {
        expect([folders().length, processesWith(temporary).length > 0]).toEqual([1, true]);
        child.kill('SIGKILL');
      }
      await new Promise((done) => (child.exitCode === null ? child.once('exit', done) : done(null)));
      await until('no ssh is left', async () => (processesWith(temporary).length === 0 ? true : null));
      await until('its folder is gone', async () => (folders().length === 0 ? true : null));
    }
  });
});

/** The processes whose command line names this folder. */
function processesWith(folder: string): readonly string[] {
  const { stdout } = spawnSync('pgrep', ['-f', `${folder}/splitbrain-`], { encoding: 'utf8' });
  return stdout.split('\n').filter((pid) => pid !== '');
}
