// The discovery section: its defaults, and what is refused.

import { describe, expect, test } from 'vitest';
import { complaintsOf, load, small } from './loading.ts';

const discovery = (...lines: string[]) => small('discovery:', ...lines.map((line) => `  ${line}`));
const maps = { live: '/etc/haproxy/maps/live.map', tenant: '/etc/haproxy/maps/tenant.map' };

test('no section: nothing is compared with what ought to be', () => {
  expect(load(small()).discovery).toBeNull();
});

test('an empty section: the maps of the proxies are compared with each other', () => {
  expect(load(small('discovery: {}')).discovery).toEqual({ consul: null, file: null, maps, maxAgeMs: 3_600_000 });
});

test('a URL is enough for Consul: the rest is as Jitsi has it, with the name of the environment', () => {
  expect(load(discovery('consul: { url: "http://127.0.0.1:8500" }')).discovery).toEqual({
    consul: {
      url: 'http://127.0.0.1:8500',
      datacenters: 'all',
      token: null,
      shards: 'signal',
      proxies: 'haproxy',
      live: 'releases/stage/live',
      tenants: 'releases/stage/tenant/',
    },
    file: null,
    maps,
    maxAgeMs: 3_600_000,
  });
});

test('tenants are below a key: its slash may be left out', () => {
  const consul = 'consul: { url: "http://127.0.0.1:8500", tenants: "pins/{environment}" }';
  expect(load(discovery(consul)).discovery?.consul?.tenants).toBe('pins/stage/');
});

test('a file starts at the folder of the configuration', () => {
  const settings = load(discovery('file: shards.yaml', 'maps: { live: live.map }', 'maxAge: 10m')).discovery;
  expect(settings).toMatchObject({ file: 'conf/shards.yaml', maps: { ...maps, live: 'live.map' }, maxAgeMs: 600_000 });
});

describe('refused', () => {
  test.each([
    [
      'two sources',
      ['consul: { url: "http://127.0.0.1:8500" }', 'file: shards.yaml'],
      'discovery: has 2 sources (consul, file): keep one',
    ],
    [
      'a key with a slash in front',
      ['consul: { url: "http://127.0.0.1:8500", live: /releases/live }'],
      'discovery.consul.live: expected a key of Consul without a slash in front, as in releases/{environment}/live',
    ],
    [
      'a map that would be two commands',
      ['maps: { live: "live.map;clear table nodes" }'],
      "discovery.maps.live: expected a map's path as HAProxy's configuration spells it",
    ],
    ['a home that is not known', ['file: ~/shards.yaml'], 'discovery.file: starts with ~, but HOME is not set'],
  ])('%s', (_, lines, complaint) => {
    const complaints = complaintsOf(discovery(...lines), {}, {});
    expect(complaints.some((line) => line.includes(complaint))).toBe(true);
  });
});
