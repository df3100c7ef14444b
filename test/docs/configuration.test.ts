// docs/configuration.md has every key of the schema and no other; pages name only keys that exist.

import { describe, expect, test } from 'vitest';
import { parse, parseDocument } from 'yaml';
import * as z from 'zod';
import { configurationSchema } from '../../src/config/schema.ts';
import { load } from '../config/loading.ts';
import { fencedBlocks, firstColumn, pageNames, readPage } from './pages.ts';

/**
 * Every key that may stand in the file, as `proxies.list[].name`; a map with names of its own ends
 * in `.*`.
 */
function keysOf(type: unknown, path: string): readonly string[] {
  if (type instanceof z.ZodObject) {
    return Object.entries(type.shape).flatMap(([name, inner]) => {
      const key = path === '' ? name : `${path}.${name}`;
      return [key, ...keysOf(inner, key)];
    });
  }
  if (type instanceof z.ZodArray) return keysOf(type.element, `${path}[]`);
  if (type instanceof z.ZodRecord) return [`${path}.*`];
  // What a text may stand for.
  if (type instanceof z.ZodPipe) return keysOf(type.out, path);
  if (type instanceof z.ZodOptional || type instanceof z.ZodDefault || type instanceof z.ZodPrefault)
    return keysOf(type.unwrap(), path);
  return [];
}

const withMaps = keysOf(configurationSchema, '');
const keys = new Set(withMaps.filter((key) => !key.endsWith('.*')));
/** Below these the file has names of its own, or one text with a meaning for each of them. */
const free = [
  ...withMaps.filter((key) => key.endsWith('.*')).map((key) => key.slice(0, -1)),
  'ssh.jump.',
  'proxies.expect.',
];
const sections = new Set([...keys].map((key) => key.split('.')[0]!));

const isKey = (path: string) => keys.has(path) || free.some((prefix) => path.startsWith(prefix));

test('the schema is read to its ends', () => {
  expect([...keys]).toEqual(
    expect.arrayContaining(['environment', 'proxies.list[].region', 'heal.dataPlane.keyHeader']),
  );
});

test('the page has a row for every key, and for nothing else', () => {
  expect([...firstColumn(readPage('docs/configuration.md'), 'key')].sort()).toEqual([...keys].sort());
});

describe('pages name only keys that exist', () => {
  test.each(pageNames())('%s', (name) => {
    const words = [...readPage(name).matchAll(/`([a-z][A-Za-z]*(?:\.[A-Za-z]+)+)(?:: [^`]*)?`/g)].map(
      (match) => match[1]!,
    );
    const wrong = words.filter((word) => sections.has(word.split('.')[0]!) && !word.endsWith('.ts') && !isKey(word));
    expect(wrong).toEqual([]);
  });
});

/** The keys of a tree as it was written, in the schema's spelling. */
function writtenKeys(tree: unknown, path: string): readonly string[] {
  if (Array.isArray(tree)) return tree.flatMap((item) => writtenKeys(item, `${path}[]`));
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([name, inner]) => {
    const key = path === '' ? name : `${path}.${name}`;
    return [key, ...writtenKeys(inner, key)];
  });
}

test('examples write only keys that exist', () => {
  const written = pageNames().flatMap((name) =>
    fencedBlocks(readPage(name), 'yaml').flatMap((block) => writtenKeys(parse(block), '')),
  );
  expect(written.length).toBeGreaterThan(20);
  expect(written.filter((key) => !isKey(key))).toEqual([]);
});

/** Every section whose keys have defaults is there, with what it needs. */
const withSections = `
environment: stage
proxies: { list: [{ name: hap-a, endpoint: "unix:///run/a.sock" }] }
ssh: {}
collect: {}
confirm: {}
heal: { dataPlane: { keyHeader: Key, shardHeader: Shard } }
metrics: {}
alarms: {}
history: {}
notify: { url: "https://hooks.example/x" }
discovery: { consul: { url: "http://127.0.0.1:8500" }, maps: {} }
census: { consul: { url: "http://127.0.0.1:8500" }, domain: meet.example }
`;

/** Rows whose default is a value of the file, and nothing else: `3s`, 20. */
const defaults = [...readPage('docs/configuration.md').matchAll(/^\| `([\w.]+)` \| (?:`([^`]+)`|([\d.]+)) \| /gm)].map(
  ([, key, quoted, number]) => [key!, (quoted ?? number)!] as const,
);

test('most keys have such a default', () => {
  expect(defaults.length).toBeGreaterThan(30);
});

test.each(defaults)('%s: %s, written or left out, is the same', (key, value) => {
  const written = parseDocument(withSections);
  // A section is left out by leaving out the whole of it.
  const leftOut = parseDocument(withSections);
  leftOut.deleteIn(key.split('.'));
  written.setIn(key.split('.'), parse(value));
  expect(load(String(written))).toEqual(load(String(leftOut)));
});
