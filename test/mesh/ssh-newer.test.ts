// OpenSSH 10: other key exchanges are preferred there, and addresses whose logins fail are shut out
// for a while.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeKey, NEWER_SSHD, newerSshdMissing, type Sshd, startSshd } from '../../lab/servers/sshd.ts';
import type { SshSettings } from '../../src/domain/settings.ts';
import { haproxyDialect } from '../../src/runtime-api/dialect.ts';
import { transportsOf } from '../../src/transport/open.ts';
import { type SshdLab, startSshdLab } from '../support/sshd-lab.ts';
import { answerTo, sshSettings, troubleOf } from '../transport/settings.ts';

const missing = newerSshdMissing();
if (missing) console.warn(`skipped: ${missing}`);

describe.skipIf(missing !== null)('sshd of OpenSSH 10', () => {
  let lab: SshdLab;
  const endings: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    lab = await startSshdLab();
  });
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });
  afterAll(() => lab?.clear());

  async function start(...config: readonly string[]) {
    const authorizedKeys = [readFileSync(`${lab.sshd.clientKeyPath}.pub`, 'utf8').trim()];
    const sshd = await startSshd({ program: NEWER_SSHD, authorizedKeys, config });
    endings.push(() => sshd.stop());
    return sshd;
  }

  function openMany(sshd: Sshd, count: number, more: Partial<SshSettings> = {}) {
    const { clientKey, clientKeyPath: path } = lab.sshd;
    const open = transportsOf({
      compress: 'never',
      dialect: haproxyDialect,
      patience: { timeoutMs: 30_000, firstByteMs: 20_000 },
      ssh: sshSettings({
        privateKey: { path, contents: clientKey, passphrase: null },
        knownHosts: { path: 'known_hosts', text: sshd.hostKeyLine },
        ...more,
      }),
    });
    const endpoint = { kind: 'ssh', user: 'root', host: '127.0.0.1', port: sshd.port, path: lab.statsPath } as const;
    const transports = Array.from({ length: count }, (_, n) => open({ name: `hap-${n}`, region: null, endpoint }));
    endings.push(() => Promise.all(transports.map((transport) => transport.close())));
    return transports;
  }

  test.each([
    ['streamlocal', { via: { kind: 'streamlocal' } }],
    ['socat', { via: { kind: 'socat', sudo: false } }],
  ] as const)('lets the built-in client in, by %s', async (_title, more) => {
    const [transport] = openMany(await start(), 1, more);
    expect(await answerTo(transport!, 'show info\n')).toBe('<show info\n>');
  });

  test('that shuts this address out: its words, and what to do', async () => {
    const sshd = await start('PerSourcePenalties authfail:3600s noauth:3600s min:1s');
    const stranger = { path: 'stranger', contents: lab.keyFile('stranger').contents, passphrase: null };
    const [refused] = openMany(sshd, 1, { privateKey: stranger });
    expect((await troubleOf(answerTo(refused!, 'x\n'))).code).toBe('authentication');
    await expect.poll(() => sshd.log().some((line) => /penalty/i.test(line)), { timeout: 60_000 }).toBe(true);
    const trouble = await troubleOf(answerTo(openMany(sshd, 1)[0]!, 'x\n'));
    expect(trouble.message).toContain('Not allowed at this time');
    expect(trouble.remedy).toContain('PerSourcePenalties');
  });

  test.each([
    ['a host key that is refused', { text: 'changed' }],
    ['a user key that is refused', { text: 'stranger' }],
  ])('20 proxies and %s: one try, and the next run is let in', async (_title, { text }) => {
    const sshd = await start('LogLevel VERBOSE');
    const other = makeKey(join(lab.folder, `${text}-${sshd.port}`), 'ed25519').publicKey;
    const more: Partial<SshSettings> =
      text === 'changed'
        ? { knownHosts: { path: 'known_hosts', text: `[127.0.0.1]:${sshd.port} ${other}` } }
        : { privateKey: { path: 'stranger', contents: lab.keyFile('stranger').contents, passphrase: null } };
    const tried = openMany(sshd, 20, more);
    const troubles = await Promise.all(tried.map((transport) => troubleOf(answerTo(transport, 'x\n'))));
    expect(new Set(troubles.map(({ code }) => code)).size).toBe(1);
    expect(sshd.log().filter((line) => line.startsWith('Connection from')).length).toBe(1);
    const again = openMany(sshd, 20);
    const answers = await Promise.all(again.map((transport) => answerTo(transport, 'show info\n')));
    expect(answers).toEqual(Array.from({ length: 20 }, () => '<show info\n>'));
  });
});
