// Endpoints and patterns: forms that are read, and texts that are refused because they would mean something else further on.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProblem } from '../../src/config/complaint.ts';
import { parseEndpoint, parseLogin } from '../../src/config/endpoint.ts';
import { parseEndpointPattern } from '../../src/config/endpoint-pattern.ts';
import { spellEndpoint } from '../../src/domain/proxy.ts';

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

  test('a misspelt scheme and a bare path are told what was meant', () => {
    expect(parseEndpoint('shh://u@host/a')).toHaveProperty('hint', 'ssh://');
    expect(parseEndpoint('/run/a.sock')).toHaveProperty('hint', 'unix:// in front of the path');
  });

  test('what is read is spelled as an endpoint that reads the same', () => {
    const host = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().filter((address) => !address.includes('.')),
    );
    const port = fc.integer({ min: 1, max: 65_535 });
    const endpoint = fc.oneof(
      fc.record({ kind: fc.constant('tcp' as const), host, port }),
      fc.record({ kind: fc.constant('ssh' as const), user: fc.constant('u'), host, port, path: fc.constant('/a') }),
    );
    fc.assert(
      fc.property(endpoint, (one) => {
        expect(parseEndpoint(spellEndpoint(one))).toEqual(one);
      }),
    );
  });

  test('a problem never quotes the text', () => {
    const texts = fc.string({ unit: fc.constantFrom(...'#?!{|'), minLength: 3 });
    const forms = fc.constantFrom('unix://', 'tcp://', 'ssh://u@', 'ssh://', '');
    fc.assert(
      fc.property(forms, texts, (form, text) => {
        const result = parseEndpoint(form + text);
        expect(JSON.stringify(result)).toContain('problem');
        expect(JSON.stringify(result)).not.toContain(text);
      }),
    );
  });
});

test('a login for a jump host is user@host with port 22 unless said', () => {
  expect(parseLogin('ubuntu@bastion.example')).toEqual({ user: 'ubuntu', host: 'bastion.example', port: 22 });
  expect(parseLogin('u@[::1]:2200')).toEqual({ user: 'u', host: '::1', port: 2200 });
  expect(parseLogin('bastion.example')).toHaveProperty('problem');
});

describe('parseEndpointPattern', () => {
  const fill = (pattern: string, host: string) => {
    const read = parseEndpointPattern(pattern);
    if (isProblem(read)) throw new Error(read.problem);
    return read(host);
  };

  test('{host} is filled where it stands, an IPv6 address without brackets', () => {
    expect(fill('ssh://u@{host}/run/a.sock', '::1')).toEqual({
      kind: 'ssh',
      user: 'u',
      host: '::1',
      port: 22,
      path: '/run/a.sock',
    });
    expect(fill('tcp://{host}:9999', 'a')).toEqual({ kind: 'tcp', host: 'a', port: 9999 });
    expect(fill('unix:///run/{host}.sock', 'a')).toEqual({ kind: 'unix', path: '/run/a.sock' });
    expect(fill('ssh://u@gate.example/run/{host}.sock', 'a')).toMatchObject({
      host: 'gate.example',
      path: '/run/a.sock',
    });
  });

  test('a pattern without {host}, or with {host} as the user, is refused', () => {
    expect(parseEndpointPattern('tcp://a:1')).toEqual({ problem: expect.stringContaining('holds {host}') });
    expect(parseEndpointPattern('ssh://{host}@a/b')).toEqual({ problem: expect.stringContaining('not in the user') });
  });
});
