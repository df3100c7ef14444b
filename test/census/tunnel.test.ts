// The census through real SSH logins: that of a proxy, which the proxy's own conversations share,
// and that of a host of its own; by the built-in client and by the system's `ssh`.

import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startSignalShard } from '../../lab/servers/signal-shard.ts';
import { sshdMissing } from '../../lab/servers/sshd.ts';
import type { CensusSettings, CensusSource } from '../../src/domain/census.ts';
import type { SshSettings } from '../../src/domain/settings.ts';
import { openCensusWay, throughProxies } from '../../src/session/census-way.ts';
import { load, small } from '../config/loading.ts';
import { noLocks } from '../support/no-locks.ts';
import { installed, type SshdLab, startSshdLab } from '../support/sshd-lab.ts';
import { answerTo, sshSettings } from '../transport/settings.ts';
import { censusSettings, consul, DOMAIN, playConsul, read, report, room, shard } from './reading.ts';

const missing = sshdMissing() ?? (installed('ssh') ? null : 'ssh is missing (Debian: apt-get install openssh-client)');
if (missing) console.warn(`skipped: ${missing}`);

const SIDECAR: CensusSource = { kind: 'sidecar', url: 'http://{host}:{meta.sidecar}/signal/census' };

describe.skipIf(missing !== null)('through a login', () => {
  let lab: SshdLab;
  beforeAll(async () => {
    lab = await startSshdLab();
  });
  afterEach(() => lab.closeTransports());
  afterAll(() => lab?.clear());

  const accepted = () => lab.sshd.log().filter((line) => line.startsWith('Accepted')).length;
  const clients = (): readonly [string, Partial<SshSettings>][] => [
    ['built-in client', { via: { kind: 'streamlocal' } }],
    ["system's ssh", { via: { kind: 'streamlocal' }, client: lab.openssh }],
  ];
  const start = async (name: string) => {
    const signal = await startSignalShard({ name, domain: DOMAIN });
    onTestFinished(() => signal.stop());
    signal.state.rooms = [{ jid: `${name}@conference.${DOMAIN}`, occupants: 3 }];
    return shard(name, '127.0.0.1:443', { sidecar: String(signal.sidecarPort) });
  };

  test.each([0, 1])('client %i: many shards, one login, which the proxy itself shares', async (index) => {
    const [, ssh] = clients()[index]!;
    const shards = await Promise.all(Array.from({ length: 12 }, (_, n) => start(`s${n}`)));
    const before = accepted();
    const proxy = lab.open(ssh);
    const dialTo = throughProxies([{ proxy: 'hap-a', region: null, dial: proxy.dial! }], 10_000);
    const [answer, { counted, shards: said }] = await Promise.all([
      answerTo(proxy, 'show info\n'),
      read(SIDECAR, { shards, dialTo, timeoutMs: 20_000 }),
    ]);
    expect(said.filter(({ trouble }) => trouble !== null)).toEqual([]);
    expect(answer).toBe('<show info\n>');
    expect(counted).toEqual(Object.fromEntries(shards.map(({ name }) => [name, [`${name} 2`]])));
    expect(accepted() - before).toBe(1);
  });

  test.each([0, 1])("client %i: megabytes of Consul's KV", async (index) => {
    const many = Array.from({ length: 5_000 }, (_, n) => room(`room-${n}`, 1));
    const url = await playConsul({ w: ['s1', 's2', 's3', 's4'].map((name) => report(name, many)) });
    const dialTo = () => lab.open(clients()[index]![1]).dial!;
    const { shards, gaps } = await read(consul(url), { dialTo, timeoutMs: 20_000 });
    expect(gaps).toEqual([]);
    expect(shards.map(({ rooms }) => rooms)).toEqual([5_000, 5_000, 5_000, 5_000]);
  });

  test.each([0, 1])('client %i: a shard where nobody listens', async (index) => {
    const dead = shard('s1', '127.0.0.1:443', { sidecar: String(await lab.deadPort()) });
    const dialTo = () => lab.open(clients()[index]![1]).dial!;
    const { shards } = await read(SIDECAR, { shards: [dead], dialTo });
    expect(shards[0]).toMatchObject({
      status: 'unanswered',
      trouble: { code: index === 0 ? 'refused' : 'closed-early' },
    });
  });

  test('a login that is refused is the trouble of each shard', async () => {
    const known = await start('s1');
    const dialTo = () => lab.open({ knownHosts: { path: 'known_hosts', text: '' } }).dial!;
    const { shards } = await read(SIDECAR, { shards: [known], dialTo });
    expect(shards[0]?.trouble?.code).toBe('host-key-unknown');
  });

  test('another proxy where the first cannot be logged in to; those of the region first', async () => {
    const known = await start('s1');
    const bad = lab.open({ knownHosts: { path: 'known_hosts', text: '' } });
    const good = lab.open({});
    const used: string[] = [];
    const way = (proxy: string, region: string, transport: typeof bad) => ({
      proxy,
      region,
      dial: (...words: Parameters<NonNullable<typeof bad.dial>>) => {
        used.push(proxy);
        return transport.dial!(...words);
      },
    });
    const dialTo = throughProxies([way('hap-a', 'e', good), way('hap-b', 'w', bad)], 5_000);
    const inWest = { ...known, region: 'w' };
    expect((await read(SIDECAR, { shards: [inWest], dialTo })).counted).toEqual({ s1: ['s1 2'] });
    expect((await read(SIDECAR, { shards: [inWest], dialTo })).counted).toEqual({ s1: ['s1 2'] });
    expect(used).toEqual(['hap-b', 'hap-a', 'hap-a']);
  });
});

describe.skipIf(missing !== null)('census.via', () => {
  let lab: SshdLab;
  beforeAll(async () => {
    lab = await startSshdLab();
  });
  afterAll(() => lab?.clear());

  const wayOf = (via: CensusSettings['via']) => {
    const ssh = sshSettings({
      privateKey: { path: lab.sshd.clientKeyPath, contents: lab.sshd.clientKey, passphrase: null },
      knownHosts: { path: 'known_hosts', text: lab.sshd.hostKeyLine },
    });
    const collect = { timeoutMs: 10_000, firstByteMs: 10_000 };
    const settings = { ...load(small()), ssh, collect: { ...load(small()).collect, ...collect } };
    const mesh = { kind: 'live', dials: [], locks: noLocks, members: [], expected: null, notes: [] } as const;
    return openCensusWay(settings, { ...censusSettings(SIDECAR), via }, mesh);
  };

  test('a host of its own: one login for the whole census, which ends with it', async () => {
    const signal = await startSignalShard({ name: 's1', domain: DOMAIN });
    onTestFinished(() => signal.stop());
    const { user, port } = lab.sshd;
    const way = wayOf({ kind: 'ssh', user, host: '127.0.0.1', port });
    const known = shard('s1', '127.0.0.1:443', { sidecar: String(signal.sidecarPort) });
    const logins = () => lab.sshd.log().filter((line) => line.startsWith('Accepted')).length;
    expect((await read(SIDECAR, { shards: [known], dialTo: way.dialTo })).counted).toEqual({ s1: [] });
    expect((await read(SIDECAR, { shards: [known], dialTo: way.dialTo })).counted).toEqual({ s1: [] });
    expect(logins()).toBe(1);
    await way.close();
    const { shards } = await read(SIDECAR, { shards: [known], dialTo: way.dialTo });
    expect(shards[0]?.status).toBe('unanswered');
    expect(logins()).toBe(1);
  });

  test('direct: no login; proxy: that of a proxy', () => {
    expect(wayOf({ kind: 'direct' }).dialTo(null)).toBe(null);
    expect(wayOf({ kind: 'proxy' }).dialTo(null)).toBeTypeOf('function');
  });
});

test('no proxy with a login: said', async () => {
  const { shards } = await read(SIDECAR, {
    shards: [shard('s1', '127.0.0.1:443', { sidecar: '1' })],
    dialTo: throughProxies([], 1),
  });
  expect(shards[0]?.trouble?.message).toContain('No proxy of the mesh is reached by SSH');
});
