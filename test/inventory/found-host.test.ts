// Hosts from outside: put into the endpoint pattern, or refused.

import { describe, expect, test } from 'vitest';
import { spellEndpoint } from '../../src/domain/proxy.ts';
import { ConfigError } from '../../src/errors.ts';
import { toTargets } from '../../src/inventory/found-host.ts';

const PATTERN = { kind: 'ansible', endpoint: 'ssh://ubuntu@{host}/var/run/haproxy/admin.sock' };
const found = (name: string, host: string, region: string | null = null) => ({ name, host, region, where: 'hosts:1' });

test('hosts become endpoints', () => {
  const socket = { kind: 'ssh', user: 'ubuntu', port: 22, path: '/var/run/haproxy/admin.sock' };
  expect(toTargets([found('hap-a', '10.0.0.5', 'eu'), found('2001:db8::1', '2001:db8::1')], PATTERN)).toEqual([
    { name: 'hap-a', endpoint: { ...socket, host: '10.0.0.5' }, region: 'eu' },
    { name: '2001:db8::1', endpoint: { ...socket, host: '2001:db8::1' }, region: null },
  ]);
});

test.each(['-oProxyCommand=reboot', 'a b', 'a;b', '$(b)', 'a@b', 'a/b', '[::1]', 'a:22', '', '10.0.0', 'a\nb', 'é'])(
  'the host %j is refused',
  (host) => {
    const complaint = `hosts:1: ${JSON.stringify(host)} is neither a host name nor an address`;
    expect(() => toTargets([found(host, host)], PATTERN)).toThrow(new ConfigError([complaint]));
  },
);

test.each(['../etc', 'a/b', '.hidden', '-rf', 'a b', ''])('the name %j is refused', (name) => {
  const complaint = `hosts:1: ${JSON.stringify(name)} cannot be the name of a proxy`;
  expect(() => toTargets([found(name, '10.0.0.5')], PATTERN)).toThrow(new ConfigError([complaint]));
});

test('a region that a terminal might obey is refused', () => {
  expect(() => toTargets([found('a', 'a', '\u001b[2J')], PATTERN)).toThrow('cannot be a region');
});

describe('words beside {host}', () => {
  const all = {
    ...found('hap-a', '10.0.0.5'),
    port: '2222',
    user: 'ops',
    meta: { admin_port: '9999', evil: '../../tmp/x', toString: 'x' },
  };

  test('are filled', () => {
    const endpoint = 'ssh://{user}@{host}:{port}/run/{name}-{meta.admin_port}.sock';
    expect(toTargets([all], { kind: 'consul', endpoint }).map((target) => spellEndpoint(target.endpoint))).toEqual([
      'ssh://ops@10.0.0.5:2222/run/hap-a-9999.sock',
    ]);
  });

  test.each([
    ['consul', 'tcp://{host}:{meta.none}', 'hosts:1: "hap-a" gives no {meta.none}: register it with this meta'],
    ['consul', 'tcp://{host}:{meta.constructor}', 'hosts:1: "hap-a" gives no {meta.constructor}'],
    ['consul', 'unix:///run/{name}{meta.evil}', '"hap-a" gives {meta.evil} as "../../tmp/x", which cannot stand'],
    ['consul', 'tcp://{host}:{meta.evil}', '"hap-a" gives {meta.evil} as "../../tmp/x"'],
  ])('%s %s is refused', (kind, endpoint, complaint) => {
    expect(() => toTargets([all], { kind, endpoint })).toThrow(complaint);
  });

  test.each([
    ['ansible', 'set ansible_user for it, or write it into proxies.ansible.endpoint instead of {user}'],
    ['command', 'only JSON can: print {"name", "host", "user"}'],
  ])('without them %s is told how to give them', (kind, remedy) => {
    const bare = found('hap-a', '10.0.0.5');
    expect(() => toTargets([bare], { kind, endpoint: 'ssh://{user}@{host}/run/a.sock' })).toThrow(
      `hosts:1: "hap-a" gives no {user}: ${remedy}`,
    );
  });

  test('a port and a user that are none are refused, a template is named', () => {
    const endpoint = 'ssh://{user}@{host}:{port}/run/a.sock';
    const odd = { ...found('hap-a', '{{ ip }}'), port: '22 # ssh', user: '$(id)' };
    expect(() => toTargets([odd], { kind: 'ansible', endpoint })).toThrow(
      new ConfigError([
        'hosts:1: "{{ ip }}" is a template, which ansible-inventory does not fill in: write the address',
        'hosts:1: "hap-a" gives the user "$(id)", which is no login name',
        'hosts:1: "hap-a" gives the port "22 # ssh", which is none',
      ]),
    );
  });
});

test('a host without an address is a proxy by its name', () => {
  const nameless = { ...found('hap-a', 'x'), host: null };
  const endpoint = 'unix:///run/{name}.sock';
  expect(toTargets([nameless], { kind: 'peers', endpoint })[0]?.endpoint).toEqual({
    kind: 'unix',
    path: '/run/hap-a.sock',
  });
  expect(() => toTargets([nameless], PATTERN)).toThrow('gives no {host}');
});
