// Hosts from outside: put into the endpoint pattern, or refused.

import { expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { toTargets } from '../../src/inventory/found-host.ts';

const PATTERN = 'ssh://ubuntu@{host}/var/run/haproxy/admin.sock';
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
