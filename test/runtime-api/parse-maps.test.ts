// Answers to `show map`: entries, empty maps, refusals, and what is no answer.

import { describe, expect, test } from 'vitest';
import type { MapView } from '../../src/domain/view.ts';
import { parseMaps } from '../../src/runtime-api/parse-maps.ts';

const files = ['/maps/live.map', '/maps/tenant.map'];
const parsed = (text: string) => parseMaps(text, files, new Map());
const spelled = (view: MapView) => (view.kind === 'read' ? Object.fromEntries(view.entries) : view.why);
const UNKNOWN = 'Unknown map identifier. Please use #<id> or <file>.\n\n';

test.each([
  ['two maps', '0x55d live release-1\n\n0x55e acme release-2\n0x55f b release-1\n\n'],
  ['other pointers', '0x7f0 live release-1\n\n0x7f1 acme release-2\n0x7f2 b release-1\n\n'],
])('%s', (_, text) => {
  expect(parsed(text).map(spelled)).toEqual([{ live: 'release-1' }, { acme: 'release-2', b: 'release-1' }]);
});

describe('what is no list of entries', () => {
  test.each<[string, string, unknown[]]>([
    ['empty maps', '\n\n', [{}, {}]],
    ['one empty map', '\n0x1 a release-1\n\n', [{}, { a: 'release-1' }]],
    ['a key with blanks', '0x1 a b  c release-1\n\n\n', [{ 'a b  c': 'release-1' }, {}]],
    ['the first of two lines counts', '0x1 a release-1\n0x2 a release-2\n\n\n', [{ a: 'release-1' }, {}]],
    ['names of objects', '0x1 __proto__ release-1\n\n\n', [JSON.parse('{"__proto__":"release-1"}'), {}]],
    ['no such map', `${UNKNOWN}0x1 a release-1\n\n`, [expect.stringContaining('no such map'), { a: 'release-1' }]],
    ['cut short', '0x1 live release-1\n', ['the answer ended early', 'the answer ended early']],
    ['the second cut short', '0x1 live release-1\n\n0x2 a rel', [{ live: 'release-1' }, 'the answer ended early']],
    ['a refusal', 'Permission denied\n\n\n', ['HAProxy answered "Permission denied"', {}]],
    ['a line without a value', '0x1 live\n\n\n', ['HAProxy answered "live"', {}]],
    ['nothing', '', ['the answer ended early', 'the answer ended early']],
  ])('%s', (_, text, wanted) => {
    expect(parsed(text).map(spelled)).toEqual(wanted);
  });

  test('a map that the proxy does not have is told from one that could not be read', () => {
    expect(parsed(`${UNKNOWN}Permission denied\n\n`)).toMatchObject([{ isAbsent: true }, { isAbsent: false }]);
  });
});

test('maps that are alike on many proxies are kept once', () => {
  const shared = new Map();
  const text = (pointer: number) =>
    `0x1 live release-1\n\n${Array.from({ length: 1000 }, (_, n) => `0x${pointer + n} t${n} release-1\n`).join('')}\n`;
  const [one, other] = [parseMaps(text(100), files, shared), parseMaps(text(7000), files, shared)];
  expect(one[1]).toEqual(other[1]);
  expect(one[1]!.kind === 'read' && other[1]!.kind === 'read' && one[1]!.entries === other[1]!.entries).toBe(true);
});
