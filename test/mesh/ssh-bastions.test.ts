// Many proxies through few sshd with the limits that Debian sets: one login at a bastion, turns at
// a proxy's host.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeKey, type Sshd, sshdMissing, startSshd } from '../../lab/servers/sshd.ts';
import type { Hop, JumpRule, SshSettings } from '../../src/domain/settings.ts';
import { haproxyDialect } from '../../src/runtime-api/dialect.ts';
import { transportsOf } from '../../src/transport/open.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { type SshdLab, startSshdLab } from '../support/sshd-lab.ts';
import { answerTo, jumpsThrough, patience, sshSettings, troubleOf } from '../transport/settings.ts';

const noSshd = sshdMissing();
if (noSshd) console.warn(`skipped: ${noSshd}`);

/** Debian's own: beyond ten logins under way, more and more are dropped. */
const DEFAULTS = { config: ['MaxStartups 10:30:100', 'LogLevel VERBOSE'] };
const MANY = 24;

describe.skipIf(noSshd !== null)('many proxies behind few sshd', () => {
  let lab: SshdLab;
  let bastion: Sshd;
  let far: Sshd;
  const opened: Transport[] = [];
  beforeAll(async () => {
    lab = await startSshdLab();
    const authorizedKeys = [readFileSync(`${lab.sshd.clientKeyPath}.pub`, 'utf8').trim()];
    bastion = await startSshd({ ...DEFAULTS, authorizedKeys });
    far = await startSshd({ ...DEFAULTS, authorizedKeys });
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((transport) => transport.close()));
  });
  afterAll(async () => {
    await lab?.clear();
    await bastion?.stop();
    await far?.stop();
  });

  const hop = (sshd: Sshd): Hop => ({ user: sshd.user, host: 'localhost', port: sshd.port });
  const known = (...sshds: readonly Sshd[]) =>
    sshds.map(({ hostKeyLine }) => `${hostKeyLine}\n${hostKeyLine.replace('127.0.0.1', 'localhost')}\n`).join('');
  const accepted = (sshd: Sshd) => sshd.log().filter((line) => line.startsWith('Accepted publickey')).length;
  const dropped = (sshd: Sshd) => sshd.log().filter((line) => /MaxStartups|drop connection/.test(line)).length;

  function openMany(
    count: number,
    more: Partial<SshSettings>,
    regionOf: (index: number) => string | null = () => null,
  ) {
    const { user, clientKey, clientKeyPath: path } = lab.sshd;
    const open = transportsOf({
      compress: 'never',
      dialect: haproxyDialect,
      patience: { timeoutMs: 60_000, firstByteMs: 30_000 },
      ssh: sshSettings({
        privateKey: { path, contents: clientKey, passphrase: null },
        knownHosts: { path: 'known_hosts', text: known(lab.sshd, bastion, far) },
        via: { kind: 'streamlocal' },
        ...more,
      }),
    });
    const transports = Array.from({ length: count }, (_, index) =>
      open({
        name: `hap-${index}`,
        region: regionOf(index),
        endpoint: { kind: 'ssh', user, host: '127.0.0.1', port: far.port, path: lab.statsPath },
      }),
    );
    opened.push(...transports);
    return transports;
  }
  const readAll = (transports: readonly Transport[]) =>
    Promise.all(
      transports.map((transport) => answerTo(transport, 'show info\n', { ...patience(), timeoutMs: 60_000 })),
    );
  const all = Array.from({ length: MANY }, () => '<show info\n>');

  test(`${MANY} proxies through one bastion: one login there, all read, twice in a row`, async () => {
    for (const _run of ['first', 'second']) {
      const before = accepted(bastion);
      const transports = openMany(MANY, { jumps: jumpsThrough(hop(bastion)) });
      expect(await readAll(transports)).toEqual(all);
      expect(await readAll(transports)).toEqual(all);
      expect(accepted(bastion) - before).toBe(1);
      await Promise.all(opened.splice(0).map((transport) => transport.close()));
    }
    expect([dropped(bastion), dropped(far)]).toEqual([0, 0]);
  });

  test('by region and by name; who matches nothing is reached directly; the first that matches counts', async () => {
    const jumps: JumpRule[] = [
      { pattern: 'eu-*', hops: [hop(bastion)] },
      { pattern: 'hap-2', hops: [hop(lab.sshd)] },
      { pattern: 'hap-?', hops: [] },
    ];
    const before = [accepted(bastion), accepted(lab.sshd)];
    const transports = openMany(4, { jumps }, (index) => (index < 2 ? 'eu-west-1' : 'us-east-1'));
    expect(await readAll(transports)).toEqual(all.slice(0, 4));
    expect([accepted(bastion) - before[0]!, accepted(lab.sshd) - before[1]!]).toEqual([1, 1]);
  });

  test('several hops: each is logged in to once, and the last ones go with the proxies', async () => {
    const before = [accepted(bastion), accepted(lab.sshd)];
    const jumps = jumpsThrough(hop(bastion), hop(lab.sshd));
    expect(await readAll(openMany(5, { jumps }))).toEqual(all.slice(0, 5));
    expect([accepted(bastion) - before[0]!, accepted(lab.sshd) - before[1]!]).toEqual([1, 1]);
  });

  test('a host key that is refused is shown once, however many proxies are behind that sshd', async () => {
    const count = () => far.log().filter((line) => line.startsWith('Connection from')).length;
    const stranger = makeKey(join(lab.folder, 'another-host'), 'ed25519').publicKey;
    const knownHosts = { path: 'known_hosts', text: `[127.0.0.1]:${far.port} ${stranger}\n` };
    const before = count();
    const transports = openMany(20, { knownHosts });
    const troubles = await Promise.all(transports.map((transport) => troubleOf(answerTo(transport, 'x\n'))));
    expect(new Set(troubles.map(({ code }) => code))).toEqual(new Set(['host-key-changed']));
    expect((await troubleOf(answerTo(transports[0]!, 'x\n'))).code).toBe('host-key-changed');
    await expect.poll(count).toBe(before + 1);
    expect(await readAll(openMany(1, {}))).toEqual(all.slice(0, 1));
  });

  test('a bastion that is gone costs the proxies behind it, each with the reason', async () => {
    const port = await lab.deadPort();
    const jumps = jumpsThrough({ user: 'ops', host: '127.0.0.1', port });
    const transports = openMany(5, { jumps });
    const troubles = await Promise.all(transports.map((transport) => troubleOf(answerTo(transport, 'x\n'))));
    for (const { code, message } of troubles) {
      expect(code).toBe('refused');
      expect(message).toContain(String(port));
    }
  });

  test(`the system's ssh, its bastion in ssh_config: ${MANY} proxies, all read, twice in a row`, async () => {
    const config = join(lab.folder, 'bastion_config');
    writeFileSync(join(lab.folder, 'known_all'), known(lab.sshd, bastion, far));
    writeFileSync(config, `Match host 127.0.0.1\n  ProxyJump ${bastion.user}@localhost:${bastion.port}\n`);
    const client = { kind: 'openssh', configFile: config, knownHostsFile: join(lab.folder, 'known_all') } as const;
    const before = accepted(bastion);
    const transports = openMany(MANY, { client });
    expect(await readAll(transports)).toEqual(all);
    expect(await readAll(transports)).toEqual(all);
    expect(accepted(bastion) - before).toBe(MANY);
    expect([dropped(bastion), dropped(far)]).toEqual([0, 0]);
  });
});
