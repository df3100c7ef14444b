// Endpoints and patterns: forms that are read, and texts that are refused because they would mean
// something else further on.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spellEndpoint } from '../../src/domain/proxy.ts';
import { isProblem } from '../../src/input/complaint.ts';
import { parseEndpoint, parseLogin } from '../../src/input/endpoint.ts';

describe('parseEndpoint', () => {
  test.each([
    ['unix:///run/haproxy/admin.sock', { kind: 'unix', path: '/run/haproxy/admin.sock' }],
    ['unix:/run/a b.sock', { kind: 'unix', path: '/run/a b.sock' }],
    ['tcp://127.0.0.1:9999', { kind: 'tcp', host: '127.0.0.1', port: 9999 }],
    ['tcp://[::1]:9999', { kind: 'tcp', host: '::1', port: 9999 }],
    [
      'ssh://ubuntu@10.0.0.5/run/a.sock',
      { kind: 'ssh', user: 'ubuntu', host: '10.0.0.5', port: 22, path: '/run/a.sock' },
    ],
    [
      'ssh://u@h.example:2222/run/a.sock',
      { kind: 'ssh', user: 'u', host: 'h.example', port: 2222, path: '/run/a.sock' },
    ],
    ['ssh://u@[fe80::1%eth0]:22/a', { kind: 'ssh', user: 'u', host: 'fe80::1%eth0', port: 22, path: '/a' }],
    ['ssh://u@h/run/my proxy.sock', { kind: 'ssh', user: 'u', host: 'h', port: 22, path: '/run/my proxy.sock' }],
    ['ssh://u@h:/run/a.sock', { kind: 'ssh', user: 'u', host: 'h', port: 22, path: '/run/a.sock' }],
    ['ssh://u@h/abns@hap-a', { kind: 'ssh', user: 'u', host: 'h', port: 22, path: 'abns@hap-a' }],
    // As people type them.
    ['/run/haproxy/admin.sock', { kind: 'unix', path: '/run/haproxy/admin.sock' }],
    ['/run/my proxy.sock', { kind: 'unix', path: '/run/my proxy.sock' }],
    ['10.0.0.5:9999', { kind: 'tcp', host: '10.0.0.5', port: 9999 }],
    ['localhost:9999', { kind: 'tcp', host: 'localhost', port: 9999 }],
    ['[::1]:9999', { kind: 'tcp', host: '::1', port: 9999 }],
    ['tcp:10.0.0.5:9999', { kind: 'tcp', host: '10.0.0.5', port: 9999 }],
    ['TCP://10.0.0.5:9999/', { kind: 'tcp', host: '10.0.0.5', port: 9999 }],
    [' tcp://10.0.0.5:9999 ', { kind: 'tcp', host: '10.0.0.5', port: 9999 }],
    ['u@10.0.0.5:/run/a.sock', { kind: 'ssh', user: 'u', host: '10.0.0.5', port: 22, path: '/run/a.sock' }],
    ['u@10.0.0.5:2222/run/a.sock', { kind: 'ssh', user: 'u', host: '10.0.0.5', port: 2222, path: '/run/a.sock' }],
    // As they stand in haproxy.cfg.
    ['unix@/run/a.sock', { kind: 'unix', path: '/run/a.sock' }],
    ['ipv4@10.0.0.5:9999', { kind: 'tcp', host: '10.0.0.5', port: 9999 }],
    ['ipv6@[::1]:9999', { kind: 'tcp', host: '::1', port: 9999 }],
    ['abns@hap-a', { kind: 'unix', path: 'abns@hap-a' }],
    ['unix://abns@hap-a', { kind: 'unix', path: 'abns@hap-a' }],
  ])('%s is read', (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
  });

  test.each([
    ['', 'expected unix:///path, tcp://'],
    ['unix://run/a.sock', 'expected an absolute path'],
    ['unix:///run/a\n.sock', 'without control characters'],
    ['tcp://host', 'expected a port'],
    ['tcp://host:0', 'between 1 and 65535'],
    ['tcp://host:65536', 'between 1 and 65535'],
    ['tcp://::1:9999', 'IPv6 address in brackets'],
    ['tcp://[host]:9999', 'IPv6 address in the brackets'],
    ['tcp://10.0.0.300:1', 'expected a host name or an address'],
    ['tcp://a..b:1', 'expected a host name or an address'],
    ['ssh://host/run/a.sock', 'the user to log in as'],
    ['ssh://u@host', 'the path of the socket'],
    ['ssh://u:secret@host/run/a.sock', 'expected no password'],
    ['ssh://-oProxyCommand=x@host/a', 'expected a user name'],
    ['ssh://u@-oProxyCommand=x/a', 'expected a host name or an address'],
    ['ssh://u@host/run/$(reboot)', 'expected a path of letters'],
    ['ssh://u@host/run/a,exec:reboot', 'expected a path of letters'],
  ])('%j is refused', (text, problem) => {
    expect(parseEndpoint(text)).toEqual(expect.objectContaining({ problem: expect.stringContaining(problem) }));
  });

  test.each([
    ['shh://u@host/a', 'ssh://u@host/a'],
    ['unix://run/haproxy/admin.sock', 'unix:///run/haproxy/admin.sock'],
    ['unix:///run/my%20proxy.sock', 'unix:///run/my proxy.sock'],
    ['ssh://u@h/run/my%20proxy.sock', 'ssh://u@h:22/run/my proxy.sock'],
    ['/run/haproxy/admin.sock mode 660 level admin', 'unix:///run/haproxy/admin.sock'],
    ['ssh://10.0.0.5', 'ssh://USER@10.0.0.5/run/haproxy/admin.sock'],
    ['ssh://10.0.0.5/run/a.sock', 'ssh://USER@10.0.0.5/run/a.sock'],
    ['ssh://ubuntu@10.0.0.5', 'ssh://ubuntu@10.0.0.5:22/run/haproxy/admin.sock'],
    ['tcp://2001:db8::1:9999', 'tcp://[2001:db8::1]:9999'],
    [':9999', 'tcp://127.0.0.1:9999'],
    ['*:9999', 'tcp://127.0.0.1:9999'],
  ])('%s is answered with the right form, %s', (text, hint) => {
    const answer = parseEndpoint(text);
    expect(answer).toMatchObject({ problem: expect.stringMatching(/^expected /), hint });
    expect(isProblem(parseEndpoint(hint))).toBe(false);
  });

  test.each([
    ['http://10.0.0.5:8404/stats', 'not a web page'],
    ['abnsz@hap-a', 'expected abns@name'],
    ['abns@', '1 to 107 letters'],
    [`abns@${'a'.repeat(108)}`, '1 to 107 letters'],
    ['ssh://u@h/abns@a,exec:reboot', 'expected a name of letters'],
    ['hap-a', 'expected unix:///path, tcp://'],
  ])('%s has no form that could be guessed', (text, problem) => {
    expect(parseEndpoint(text)).toEqual({ problem: expect.stringContaining(problem), hint: undefined });
  });

  test('what is read is spelled as an endpoint that reads the same', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().filter((address) => !address.includes('.')),
    );
    const port = fc.integer({ min: 1, max: 65_535 });
    const path = fc.constantFrom('/a', '/run/a b.sock', 'abns@a');
    const endpoint = fc.oneof(
      fc.record({ kind: fc.constant('tcp' as const), host, port }),
      fc.record({ kind: fc.constant('ssh' as const), user: fc.constant('u'), host, port, path }),
      fc.record({ kind: fc.constant('unix' as const), path }),
    );
    fc.assert(
      fc.property(endpoint, (one) => {
        expect(parseEndpoint(spellEndpoint(one))).toEqual(one);
      }),
    );
  });

  test('no problem quotes the text', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'#?!{|'), minLength: 3 });
    const forms = fc.constantFrom('unix://', 'tcp://', 'ssh://u@', 'ssh://', '');
    fc.assert(
      fc.property(forms, texts, (form, text) => {
        expect(parseEndpoint(form + text)).toMatchObject({ problem: expect.not.stringContaining(text) });
      }),
    );
  });
});

test('a login for a jump host is user@host with port 22 unless said', () => {
  expect(parseLogin('ubuntu@bastion.example')).toEqual({ user: 'ubuntu', host: 'bastion.example', port: 22 });
  expect(parseLogin('u@[::1]:2200')).toEqual({ user: 'u', host: '::1', port: 2200 });
  expect(parseLogin('bastion.example')).toHaveProperty('problem');
});
