// Discovery against a Consul that is played: answers, silences, lies, and the last good answer.

import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { discover } from '../../src/discovery/discover.ts';
import { isWhole } from '../../src/domain/discovery.ts';
import type { DiscoveryConsul } from '../../src/domain/settings.ts';
import { closeAll, playConsul } from '../inventory/played-consul.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'splitbrain-test-'));
});
afterEach(async () => {
  await closeAll();
  rmSync(folder, { recursive: true, force: true });
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const shard = (name: string, address: string) => ({
  Node: name,
  Address: address,
  Datacenter: 'a',
  ServiceMeta: { environment: 'stage', shard: name, shard_id: '1', release_number: '1', http_backend_port: '443' },
});
const proxy = {
  Node: 'p',
  Address: '10.9.0.1',
  Datacenter: 'a',
  ServiceMeta: { environment: 'stage', hostname: 'hap-a' },
};

/** By path, without the datacenter. */
const usual: Readonly<Record<string, unknown>> = {
  '/v1/catalog/datacenters': ['a', 'b'],
  '/v1/catalog/service/signal': [shard('s1', '10.0.0.1')],
  '/v1/catalog/service/haproxy': [proxy],
  '/v1/kv/releases/stage/live': [{ Key: 'releases/stage/live', Value: base64('release-1') }],
  '/v1/kv/releases/stage/tenant/': [{ Key: 'releases/stage/tenant/acme', Value: base64('release-2') }],
};

interface Play {
  /** By path, or by path and datacenter; a number is a status, `null` never answers. */
  answers: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
}

async function play(the: Play): Promise<string> {
  return playConsul((request, response) => {
    const url = new URL(request.url!, 'http://consul');
    const dc = url.searchParams.get('dc');
    const answer = [`${url.pathname} ${dc}`, url.pathname]
      .map((key) => the.answers[key])
      .find((each) => each !== undefined);
    if (answer === null) return;
    if (typeof answer === 'number' || answer === undefined) {
      response.writeHead(typeof answer === 'number' ? answer : 404).end();
      return;
    }
    response.writeHead(200, the.headers ?? {}).end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
}

let now = 1_800_000_000_000;
async function ask(url: string, rest: Partial<DiscoveryConsul> = {}, timeoutMs = 5_000) {
  const consul: DiscoveryConsul = {
    url,
    datacenters: 'all',
    token: null,
    shards: 'signal',
    proxies: 'haproxy',
    live: 'releases/stage/live',
    tenants: 'releases/stage/tenant/',
    ...rest,
  };
  const found = await discover(
    { consul, file: null, maps: { live: 'live.map', tenant: 'tenant.map' }, maxAgeMs: 3_600_000 },
    {
      environment: 'stage',
      stateFolder: join(folder, 'state'),
      readFile: () => '',
      now: () => now,
      timeoutMs,
      signal: new AbortController().signal,
    },
  );
  return found!;
}
const wholes = ({ catalogue }: Awaited<ReturnType<typeof ask>>) =>
  (['shards', 'live', 'tenants', 'proxies'] as const).filter((part) => isWhole(catalogue, part));

test('all datacenters are asked; a key that is nowhere below the prefix is no pin', async () => {
  const found = await ask(await play({ answers: { ...usual, '/v1/kv/releases/stage/tenant/ b': 404 } }));
  expect(found.notes).toEqual([]);
  expect(found.catalogue).toMatchObject({
    shards: [{ name: 's1', address: '10.0.0.1:443', serverId: 11, release: 'release-1' }],
    liveReleases: [
      { datacenter: 'a', release: 'release-1' },
      { datacenter: 'b', release: 'release-1' },
    ],
    tenantPins: [{ datacenter: 'a', tenant: 'acme', release: 'release-2' }],
  });
  expect(wholes(found)).toHaveLength(4);
});

describe('what fails makes only what depends on it unknown', () => {
  test.each<[string, Play, readonly string[], string]>([
    [
      'a datacenter that is half away',
      { answers: { ...usual, '/v1/catalog/service/signal b': 500 } },
      ['live', 'tenants', 'proxies'],
      'Consul answered 500',
    ],
    [
      'a service that is another shape',
      { answers: { ...usual, '/v1/catalog/service/signal a': { shards: 7 } } },
      ['live', 'tenants', 'proxies'],
      'the answer of a for the service "signal" is not what Consul answers: check discovery.consul.url',
    ],
    [
      'a row that lies about a type',
      {
        answers: {
          ...usual,
          '/v1/catalog/service/signal a': [shard('s1', '10.0.0.1'), { ...shard('s2', 'x'), Address: 7 }],
        },
      },
      ['live', 'tenants', 'proxies'],
      'shard "s2" has no IP address',
    ],
    [
      'a datacenter of shards without a live release',
      { answers: { ...usual, '/v1/kv/releases/stage/live': 404 } },
      ['shards', 'tenants', 'proxies'],
      'Consul of a has no key "releases/stage/live"',
    ],
    [
      'a shard at two addresses',
      { answers: { ...usual, '/v1/catalog/service/signal b': [shard('s1', '10.0.0.2')] } },
      ['live', 'tenants', 'proxies'],
      'shard "s1" is registered at 10.0.0.1:443 and 10.0.0.2:443: deregister the instance that has gone',
    ],
    [
      'no shard of the environment',
      { answers: { ...usual, '/v1/catalog/service/signal': [] } },
      ['live', 'tenants', 'proxies'],
      'no instance of the service "signal" with ServiceMeta.environment "stage"',
    ],
    [
      'an answer that ACLs have shortened',
      { answers: usual, headers: { 'X-Consul-Results-Filtered-By-ACLs': 'true' } },
      [],
      'Consul left out of its answer what ACLs hide',
    ],
  ])('%s', async (_, the, whole, note) => {
    const found = await ask(await play(the));
    expect(wholes(found)).toEqual(whole);
    expect(found.notes.join('\n')).toContain(note);
  });

  test('a Consul that is slow', async () => {
    const found = await ask(await play({ answers: { ...usual, '/v1/catalog/service/signal b': null } }), {}, 2_000);
    expect(wholes(found)).toEqual(['live', 'tenants', 'proxies']);
    expect(found.notes).toEqual([expect.stringContaining('no answer for the service "signal" within 2000 ms')]);
  });
});

describe('the last good answer', () => {
  test('stands in while Consul is down, and says so; it is nobody else to read', async () => {
    const url = await play({ answers: usual });
    const before = await ask(url);
    await closeAll();
    now += 14 * 60_000;
    const after = await ask(url);
    expect({ ...after.catalogue, troubles: [] }).toEqual(before.catalogue);
    expect(wholes(after)).toHaveLength(4);
    expect(after.notes).toEqual([
      expect.stringMatching(
        /^Discovery: .* \(\w+\): check discovery.consul.url. \(.*: the last good answer stands in, 14 min old.\)$/,
      ),
    ]);
    const [file] = readdirSync(join(folder, 'state'));
    expect([file, statSync(join(folder, 'state', file!)).mode & 0o777]).toEqual(['discovery-stage.json', 0o600]);
  });

  test('is not used beyond its age, nor for another Consul', async () => {
    const url = await play({ answers: usual });
    await ask(url);
    await closeAll();
    now += 61 * 60_000;
    const late = await ask(url);
    expect([wholes(late), late.catalogue.shards]).toEqual([[], []]);
    expect(late.notes[0]).toContain('not all is known');
    now -= 61 * 60_000;
    expect(wholes(await ask('http://127.0.0.1:1'))).toEqual([]);
  });

  test('is used for the part that fails; a file that is damaged is as good as none', async () => {
    const the: Play = { answers: usual };
    const url = await play(the);
    await ask(url);
    the.answers = { ...usual, '/v1/catalog/service/signal b': 500 };
    expect(wholes(await ask(url))).toHaveLength(4);
    writeFileSync(join(folder, 'state', 'discovery-stage.json'), '{"schema":');
    expect(wholes(await ask(url))).toEqual(['live', 'tenants', 'proxies']);
  });
});

test('a state folder that is a file: the answer counts, and the report says that it is not kept', async () => {
  writeFileSync(join(folder, 'state'), '');
  const { catalogue, notes } = await ask(await play({ answers: usual }));
  expect(catalogue.shards).toHaveLength(1);
  expect(notes).toEqual([expect.stringMatching(/could not be kept.*heal\.journal names its folder/)]);
});

describe('a file', () => {
  const fileOf = (text: string | null, maxAgeMs = 3_600_000) =>
    discover(
      { consul: null, file: 'wanted.yaml', maps: { live: 'live.map', tenant: 'tenant.map' }, maxAgeMs },
      {
        environment: 'stage',
        stateFolder: join(folder, 'state'),
        readFile: () => {
          if (text === null) throw Object.assign(new Error('gone'), { code: 'ENOENT' });
          return text;
        },
        now: () => now,
        timeoutMs: 1_000,
        signal: new AbortController().signal,
      },
    ).then((found) => found!);
  const good = 'shards: [{ name: s1, address: "10.0.0.1:443" }]\nlive: release-1\n';

  test.each([
    ['that is gone', null],
    ['that is half written', 'shards: [{ name: s1, addr'],
  ])('%s: what it said last stands in, within its age, and the report says so', async (_, text) => {
    const before = await fileOf(good);
    now += 14 * 60_000;
    const after = await fileOf(text);
    expect({ ...after.catalogue, troubles: [] }).toEqual(before.catalogue);
    expect(wholes(after)).toEqual(wholes(before));
    expect(after.notes).toEqual([expect.stringContaining('the last good answer stands in, 14 min old')]);
    const late = await fileOf(text, 60_000);
    expect([wholes(late), late.catalogue.shards]).toEqual([[], []]);
  });

  test('that never was good has nothing that stands in', async () => {
    expect(wholes(await fileOf(null))).toEqual([]);
  });
});
