// A manifest is what was written, or a complaint that says where it is not.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigError } from '../../../src/errors.ts';
import { parseManifest } from '../../../src/snapshot/archive/manifest.ts';
import { runFacts } from '../saved-mesh.ts';

const proxy = { name: 'hap-a', region: null, folder: 'hap-a', status: 'ok', haproxy: '3.4.7', keyLength: 200 };
const manifest = { schema: 'splitbrain/snapshot/1', ...runFacts, proxies: [proxy] };

function complaints(text: string): readonly string[] {
  try {
    parseManifest(text, 'm.json');
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
  return [];
}

test('a manifest', () => {
  expect(parseManifest(JSON.stringify(manifest), 'm.json')).toEqual(manifest);
  const bare = { ...manifest, proxies: [] };
  expect(parseManifest(JSON.stringify(bare), 'm.json')).toEqual(bare);
});

test.each([
  ['', 'm.json: this is not JSON: the snapshot is damaged'],
  ['{"schema"', 'm.json: this is not JSON: the snapshot is damaged'],
])('%j', (text, complaint) => expect(complaints(text)).toEqual([complaint]));

test.each<[title: string, value: unknown, paths: readonly string[]]>([
  ['null', null, ['manifest']],
  ['a list', [], ['manifest']],
  ['a later schema', { ...manifest, schema: 'splitbrain/snapshot/2' }, ['schema']],
  ['a time that is none', { ...manifest, startedAt: 'yesterday' }, ['startedAt']],
  ['a proxy without a folder', { ...manifest, proxies: [{ ...proxy, folder: undefined }] }, ['proxies.0.folder']],
  ['a key length of 0', { ...manifest, proxies: [proxy, { ...proxy, keyLength: 0 }] }, ['proxies.1.keyLength']],
  ['several at once', { ...manifest, table: 1, proxies: {} }, ['table', 'proxies']],
])('%s: every complaint with its path', (_title, value, paths) => {
  const found = complaints(JSON.stringify(value));
  expect(found.map((complaint) => complaint.split(': ').slice(0, 2))).toEqual(paths.map((path) => ['m.json', path]));
});

test('any JSON is a manifest or bad usage, never a crash', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(complaints(text).length).toBeGreaterThan(0);
    }),
  );
});
