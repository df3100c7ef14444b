// URL patterns: the words that may stand in them, and that no value leaves its place.

import { describe, expect, test } from 'vitest';
import { isProblem } from '../../src/input/complaint.ts';
import { parseUrlPattern, type UrlWord } from '../../src/input/url-pattern.ts';

function fill(text: string, values: Partial<Record<UrlWord, string>>) {
  const pattern = parseUrlPattern(text);
  return isProblem(pattern) ? pattern : pattern.fill((word) => values[word] ?? '');
}

describe('values go into their places', () => {
  test.each([
    ['http://{host}:6000/signal/census', { host: '10.0.0.9' }, 'http://10.0.0.9:6000/signal/census'],
    ['http://{host}:{port}/a?b=c', { host: 'fd00::9', port: '443' }, 'http://[fd00::9]:443/a?b=c'],
    ['http://[{host}]:80/', { host: 'fd00::9' }, 'http://[fd00::9]:80/'],
    ['https://{name}.meet.example/', { name: 'stage-w-s11' }, 'https://stage-w-s11.meet.example/'],
    ['http://{meta.ip}:{meta.a-b}/', { 'meta.ip': '10.0.0.9', 'meta.a-b': '6000' }, 'http://10.0.0.9:6000/'],
    ['http://127.0.0.1:80/{name}', { name: 'a/../b?c#d e' }, 'http://127.0.0.1:80/a%2F..%2Fb%3Fc%23d%20e'],
  ])('%s', (text, values, url) => {
    expect(fill(text, values)).toBe(url);
  });

  test.each([
    ['a host that would be another place', { host: 'evil.example/x?' }],
    ['a host with a user', { host: 'a@b' }],
    ['a host with a port of its own', { host: 'a:1' }],
    ['no host', { host: '' }],
    ['a port that is none', { host: 'a', port: '80/x' }],
    ['a port that is too large', { host: 'a', port: '65536' }],
  ])('%s: refused', (_, values) => {
    expect(isProblem(fill('http://{host}:{port}/', { port: '80', ...values }))).toBe(true);
  });
});

describe('patterns that are refused', () => {
  test.each([
    ['ftp://{host}/', 'expected a URL for each shard, as in http://{host}:6000/signal/census'],
    ['http://a/', 'expected a URL that holds {host}, as in http://{host}:6000/signal/census'],
    ['http://{shard}/', 'expected nothing but {host}, {name}, {port} or {meta.KEY} in braces'],
    ['http://{host/', 'expected nothing but {host}, {name}, {port} or {meta.KEY} in braces'],
    ['http://u:p@{host}/', 'expected a URL without a user in it'],
    ['http://{host}:x/', 'expected host:port after http://, as in http://{host}:6000/signal/census'],
    ['http://a b{host}/', 'expected a host name or an address in the URL, as in http://{host}:6000/signal/census'],
    ['http://{host}:0/', 'expected a port between 1 and 65535 in the URL, as in http://{host}:6000/signal/census'],
  ])('%s', (text, problem) => {
    expect(parseUrlPattern(text)).toEqual({ problem });
  });
});
