// The census section: its sources, defaults and complaints.

import { describe, expect, test } from 'vitest';
import { complaintsOf, load, small } from './loading.ts';

const censusOf = (...lines: string[]) => load(small('census:', ...lines.map((line) => `  ${line}`))).census;

const defaults = {
  domain: 'meet.example',
  keyPattern: '{tenant}/{room}',
  maxAgeMs: 150_000,
  settleMs: 120_000,
  timeoutMs: 10_000,
  concurrency: 20,
  maxBytes: 1_000_000_000,
  via: { kind: 'direct' },
};

describe('sources', () => {
  test('no section: no census', () => {
    expect(load(small()).census).toBe(null);
  });

  test("Consul's KV: every datacenter, the environment's own reports", () => {
    expect(censusOf('consul: { url: "http://127.0.0.1:8500" }', 'domain: Meet.example')).toEqual({
      ...defaults,
      source: {
        kind: 'consul',
        url: 'http://127.0.0.1:8500',
        prefix: 'signal-report/stage/',
        datacenters: 'all',
        token: null,
      },
    });
  });

  test.each(['sidecar', 'prosody'])('%s: a URL for each shard', (kind) => {
    const url = 'http://{meta.signal_sidecar_http_ip}:{port}/signal/census';
    const census = { ...defaults, source: { kind, url } };
    expect(censusOf(`${kind}: { url: "${url}" }`, 'domain: meet.example')).toEqual(census);
    expect(censusOf(`${kind}: "${url}"`, 'domain: meet.example')).toEqual(census);
  });

  test('everything can be said', () => {
    const lines = [
      'consul: { url: "https://consul", prefix: "reports/{environment}/a/", datacenters: [dc-1], token: t }',
      'domain: meet.example',
      'key: "{room}@{tenant}"',
      'maxAge: 5m',
      'settle: 3m',
      'timeout: 1m',
      'concurrency: 1',
      'maxBytes: 1000',
      'via: "ssh://ubuntu@bastion:2222"',
    ];
    expect(censusOf(...lines)).toEqual({
      source: {
        kind: 'consul',
        url: 'https://consul',
        prefix: 'reports/stage/a/',
        datacenters: ['dc-1'],
        token: 't',
      },
      domain: 'meet.example',
      keyPattern: '{room}@{tenant}',
      maxAgeMs: 300_000,
      settleMs: 180_000,
      timeoutMs: 60_000,
      concurrency: 1,
      maxBytes: 1000,
      via: { kind: 'ssh', user: 'ubuntu', host: 'bastion', port: 2222 },
    });
  });
});

describe('complaints', () => {
  const consul = 'consul: { url: "http://c" }';
  test.each([
    ['no source', 'domain: a', 'census: needs a source: one of consul, sidecar, prosody'],
    [
      'two sources',
      `${consul}, sidecar: { url: "http://{host}/" }, domain: a`,
      'census: has 2 sources (consul, sidecar): keep one',
    ],
    ['no domain', consul, 'census.domain: is missing'],
    [
      'a domain that is none',
      `${consul}, domain: "meet example"`,
      'census.domain: expected the domain of the meetings, as in meet.example, found "meet example"',
    ],
    [
      'one URL for all shards',
      'prosody: { url: "http://a/room-census" }, domain: a',
      'census.prosody.url: expected a URL that holds {host}, as in http://{host}:6000/signal/census, found "http://a/room-census"',
    ],
    [
      'a prefix that is that of other environments too',
      'consul: { url: "http://c", prefix: "/signal-report/{environment}" }, domain: a',
      'census.consul.prefix: expected how keys begin, as in signal-report/{environment}/, with a slash at the end only, found "/signal-report/{environment}" (did you mean "signal-report/{environment}/"?)',
    ],
    [
      'a prefix with other words',
      'consul: { url: "http://c", prefix: "a/{region}/" }, domain: a',
      'census.consul.prefix: expected nothing but {environment} in braces, found "a/{region}/"',
    ],
    [
      'through proxies, without a login',
      `${consul}, domain: a, via: proxy`,
      'census.via: goes through the login of a proxy, but no proxy is reached by SSH: write direct, or a host to go through as in ssh://user@bastion',
    ],
    [
      'another way',
      `${consul}, domain: a, via: bastion`,
      'census.via: expected direct, proxy, or a host to go through as in ssh://user@bastion, found "bastion"',
    ],
    [
      'a host without a user',
      `${consul}, domain: a, via: "ssh://bastion"`,
      'census.via: expected the user to log in as in front of the host, as in user@host, found "ssh://bastion" (did you mean "ssh://USER@bastion"?)',
    ],
    [
      'no time at all',
      `${consul}, domain: a, timeout: 0s`,
      'census.timeout: expected a duration longer than nothing, found "0s"',
    ],
  ])('%s', (_, section, complaint) => {
    const said = complaintsOf(small(`census: { ${section} }`)).map((line) => line.replace(/^.*?:\d+:\d+: /, ''));
    expect(said).toEqual([complaint]);
  });
});
