// What people call a conference, and the keys that may be meant.

import { describe, expect, test } from 'vitest';
import { keysMeantBy, withoutSecrets } from '../../src/census/meant-keys.ts';
import { roomRule } from '../../src/census/room-key.ts';

const jitsis = roomRule('', '{tenant}/{room}');

function first(text: string, rule = jitsis): string {
  const meant = keysMeantBy(text, rule);
  if ('problem' in meant) throw new Error(meant.problem);
  return `${meant[0]!.readAs} ${meant[0]!.key}`;
}

describe('a URL', () => {
  test.each([
    ['https://meet.example/daily', 'daily'],
    ['https://meet.example/Acme/Daily', 'acme/daily'],
    ['https://meet.example:8443/acme/daily/?jwt=a.b#config.x=1', 'acme/daily'],
    ['HTTPS://MEET.EXAMPLE/DAILY', 'daily'],
    ['https://meet.example/acme/%C3%B2x', 'acme/%c3%b2x'],
    ['https://meet.example/acme/%25c3%25b2x', 'acme/%c3%b2x'],
    ['https://meet.example/acme/òx', 'acme/%c3%b2x'],
    ['https://meet.example/acme/two words', 'acme/two%20words'],
    ['https://meet.example/_unlock?room=Daily', 'daily'],
    ['https://meet.example/acme/_unlock?room=daily', 'acme/daily'],
    ['https://meet.example/conference-request/v1?room=daily', 'daily'],
    ['https://meet.example/acme/conference-request/v1?room=daily', 'acme/daily'],
    ['https://meet.example/http-bind?room=daily&x=1', 'daily'],
    ['wss://meet.example/acme/xmpp-websocket?x=1&room=daily', 'acme/daily'],
    ['wss://meet.example/v1/_ws/prod-s12/xmpp-websocket?room=daily', 'daily'],
    ['https://meet.example/config.js?room=daily', 'daily'],
    ['https://meet.example/acme/config.js?room=daily', 'acme/daily'],
    ['https://meet.example/acme/other?room=daily', 'acme/daily'],
    ['https://meet.example/other?room=daily', 'daily'],
    ['https://meet.example/a=b', 'a\\=b'],
    ['https://meet.example/a;b', 'a;b'],
    ['https://meet.example/acme/a"b', 'acme/a%22b'],
    ['https://meet.example/acme/room', 'acme/room'],
    ['/acme/daily', 'acme/daily'],
    ['/acme/_unlock?room=daily', 'acme/daily'],
    ['_unlock?room=daily', 'daily'],
  ])('%s is %s', (url, key) => {
    expect(first(url)).toBe(`url ${key}`);
  });

  test.each([
    'https://meet.example',
    'https://meet.example/',
    'https://meet.example/libs/app.bundle.js',
    'https://meet.example/about/health',
    'https://meet.example/_unlock',
    'https://meet.example/a/b/c',
    'https://meet.example/?room=',
    'https://',
    '',
    '  ',
  ])('%j has no conference in it', (url) => {
    expect(keysMeantBy(url, jitsis)).toHaveProperty('problem');
  });

  test.each([
    ['{room}', 'https://meet.example/acme/daily', 'daily'],
    ['{room}@{tenant}', 'https://meet.example/acme/daily', 'daily@acme'],
    ['{room}@{tenant}', 'https://meet.example/acme/_unlock?room=daily', 'daily@acme'],
  ])('by the rule %s, %s is %s', (pattern, url, key) => {
    expect(first(url, roomRule('', pattern))).toBe(`url ${key}`);
  });
});

describe('a key or a name: every spelling is tried, the most literal first', () => {
  test.each([
    ['acme/daily', ['acme/daily']],
    ['Acme/Daily', ['Acme/Daily', 'acme/daily']],
    ['a=b', ['a=b'.replace('=', '\\='), 'a%3db']],
    ['a\\=b', ['a\\=b', 'a\\\\\\=b', 'a%5c%3db']],
    ['two words', ['two\\ words', 'two%20words']],
    ['òx', ['\\xC3\\xB2x', '%c3%b2x']],
    ['%C3%B2x', ['%C3%B2x', '%c3%b2x']],
    ['x\u001b[31m', ['x\\e[31m', 'x%1b%5b31m']],
    ['meet.example/daily', ['meet.example/daily', 'daily']],
    ['v1.2/retro', ['v1.2/retro', 'retro']],
    ['//x', ['x', '//x']],
  ])('%j', (text, keys) => {
    const meant = keysMeantBy(text, jitsis);
    expect('problem' in meant ? meant : meant.map(({ key }) => key)).toEqual(keys);
  });
});

describe('what is repeated of a URL has no secrets', () => {
  test.each([
    ['https://meet.example/acme/daily?jwt=SECRET#config.token="x"', 'https://meet.example/acme/daily'],
    ['https://user:SECRET@meet.example/daily', 'https://meet.example/daily'],
    ['https://meet.example/_unlock?token=SECRET&room=daily', 'https://meet.example/_unlock?room=daily'],
    ['/acme/daily?jwt=SECRET', '/acme/daily'],
    ['acme/daily', 'acme/daily'],
    ['what now?', 'what now?'],
  ])('%s -> %s', (url, shown) => {
    expect(withoutSecrets(url)).toBe(shown);
  });
});
