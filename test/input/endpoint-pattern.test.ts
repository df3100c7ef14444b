// Endpoint patterns: which words they may hold, and that values fill them without becoming anything
// else.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spellEndpoint } from '../../src/domain/proxy.ts';
import { isProblem } from '../../src/input/complaint.ts';
import { parseEndpointPattern } from '../../src/input/endpoint-pattern.ts';

function fill(pattern: string, values: Readonly<Record<string, string>>) {
  const read = parseEndpointPattern(pattern);
  if (isProblem(read)) throw new Error(read.problem);
  return read.fill((word) => values[word]!);
}

const socket = { kind: 'ssh', user: 'u', host: 'a', port: 22, path: '/run/a.sock' };

describe('words are filled where they stand', () => {
  test.each([
    ['ssh://u@{host}/run/a.sock', { host: '::1' }, { ...socket, host: '::1' }],
    ['ssh://u@[{host}]/run/a.sock', { host: '::1' }, { problem: expect.any(String) }],
    ['tcp://{host}:9999', { host: 'a' }, { kind: 'tcp', host: 'a', port: 9999 }],
    ['unix:///run/{host}.sock', { host: 'a' }, { kind: 'unix', path: '/run/a.sock' }],
    ['ssh://u@gate.example/run/{host}.sock', { host: 'a' }, { ...socket, host: 'gate.example' }],
    [
      'ssh://{user}@{host}:{port}/run/a.sock',
      { user: 'ops', host: 'a', port: '2222' },
      { ...socket, user: 'ops', port: 2222 },
    ],
    ['tcp://{host}:{meta.admin_port}', { host: '::1', 'meta.admin_port': '9' }, { kind: 'tcp', host: '::1', port: 9 }],
    ['unix:///run/{name}:{port}', { name: 'a', port: '7' }, { kind: 'unix', path: '/run/a:7' }],
    ['ssh://u@{name}.example/run/{name}.sock', { name: 'a' }, { ...socket, host: 'a.example' }],
    [
      'ssh://u@{host}/run/{meta.name}-{name}.sock',
      { host: 'a', name: 'b', 'meta.name': 'c' },
      { ...socket, path: '/run/c-b.sock' },
    ],
    [
      'ssh://u@{host}/run/{name}.sock',
      { host: 'a', name: 'word0.inventory.invalid' },
      { ...socket, path: '/run/word0.inventory.invalid.sock' },
    ],
  ])('%s with %j', (pattern, values, endpoint) => {
    const read = parseEndpointPattern(pattern);
    expect(isProblem(read) ? read : fill(pattern, values)).toEqual(endpoint);
  });
});

describe('refused patterns', () => {
  test.each([
    ['tcp://a:1', 'holds {host}'],
    ['ssh://{host}@a/b', 'not in the user'],
    ['tcp://{hots}:1', 'nothing but {host}, {name}, {port}, {user} or {meta.KEY} in braces'],
    ['tcp://{host}:{meta.}', 'in braces'],
    ['tcp://{host:1', 'in braces'],
    ['ssh://{host}/run/a.sock', 'expected'],
  ])('%s', (pattern, problem) => {
    expect(parseEndpointPattern(pattern)).toMatchObject({ problem: expect.stringContaining(problem) });
  });

  test('words that this source does not have', () => {
    expect(parseEndpointPattern('tcp://{host}:{port}', ['host', 'name'])).toEqual({
      problem: 'expected nothing but {host} or {name} in braces',
    });
  });
});

test('a pattern is answered with a pattern', () => {
  expect(parseEndpointPattern('ssh://{host}')).toHaveProperty('hint', 'ssh://USER@{host}/run/haproxy/admin.sock');
  expect(fill('{host}:9999', { host: 'a' })).toEqual({ kind: 'tcp', host: 'a', port: 9999 });
  expect(fill('u@{host}:/run/a.sock', { host: 'a' })).toMatchObject({ kind: 'ssh', host: 'a', path: '/run/a.sock' });
});

test.each([
  ['tcp://{host}:{port}', { host: 'a', port: '0' }],
  ['tcp://{host}:{port}', { host: 'a', port: '70000' }],
  ['tcp://{host}:{port}', { host: 'a', port: '22/x' }],
  ['ssh://{user}@{host}/run/a.sock', { user: 'root@b', host: 'a' }],
  ['ssh://u@{name}/run/a.sock', { name: 'a:22' }],
  ['ssh://u@{host}/run/{name}.sock', { host: 'a', name: 'b;reboot' }],
])('%s with %j is a problem', (pattern, values) => {
  expect(fill(pattern, values)).toHaveProperty('problem');
});

test('whatever the values are: the endpoint keeps its kind, user and folder, or there is none', () => {
  const value = fc.string({ unit: fc.constantFrom(...'ab1:/@.[]{}-~ \0\n'), minLength: 1 });
  fc.assert(
    fc.property(value, value, (host, port) => {
      const endpoint = fill('ssh://u@{host}:{port}/run/a.sock', { host, port });
      if (isProblem(endpoint)) return;
      expect(endpoint).toMatchObject({ kind: 'ssh', user: 'u', host, port: Number(port), path: '/run/a.sock' });
      expect(spellEndpoint(endpoint)).toMatch(/^ssh:\/\/u@[^/@]+\/run\/a\.sock$/);
    }),
  );
});
