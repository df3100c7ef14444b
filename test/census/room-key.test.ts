import { describe, expect, it } from 'vitest';
import { cutKey, roomKey, roomRule } from '../../src/census/room-key.ts';

const MUC = 'conference.lab.example';
const rule = roomRule(MUC, '{tenant}/{room}');

describe('the key of a room', () => {
  it.each([
    ['daily@conference.lab.example', 'daily'],
    ['[acme]%c3%b2x@conference.lab.example', 'acme/%c3%b2x'],
    ['Daily@Conference.Lab.Example', 'daily'],
    ['[Acme]Daily%20Call@conference.lab.example', 'acme/daily%20call'],
    ['%25c3%25b2x@conference.lab.example', '%c3%b2x'],
    ['[a]b]c@conference.lab.example', 'a/b]c'],
    ['[]x@conference.lab.example', '[]x'],
    ['[acme]@conference.lab.example', '[acme]'],
    ['[acme@conference.lab.example', '[acme'],
    ['a@b@conference.lab.example', 'a@b'],
    ['x=y@conference.lab.example', 'x\\=y'],
    ['x y\\z\n@conference.lab.example', 'x\\ y\\\\z\\n'],
    ['ÒX@conference.lab.example', '\\xC3\\x92x'],
  ])('%j is %j', (jid, key) => {
    expect(roomKey(jid, rule)).toBe(key);
  });

  it.each([
    'daily@conference.other.example',
    'daily@breakout.lab.example',
    'daily@conference.lab.example.evil',
    'daily',
    '@conference.lab.example',
    '',
  ])('%j is no room of this host', (jid) => {
    expect(roomKey(jid, rule)).toBeNull();
  });
});

describe('another rule', () => {
  it.each([
    ['{room}', '[acme]daily', 'daily'],
    ['{room}', 'daily', 'daily'],
    ['{room}.{tenant}', '[acme]Daily', 'daily.acme'],
    ['{room}.{tenant}', 'daily', 'daily'],
    ['eu:{tenant}-{room}', '[acme]daily', 'eu:acme-daily'],
    ['eu:{tenant}-{room}', 'daily', 'eu:daily'],
    ['{tenant}/{room}/', '[$&]{room}', '$&/{room}/'],
  ])('%s: %s is %s', (pattern, name, key) => {
    expect(roomKey(`${name}@${MUC}`, roomRule(MUC, pattern))).toBe(key);
  });
});

describe('a key in a table of 10 bytes', () => {
  it.each([
    ['abcdefghij', 'abcdefghij'],
    ['abcdefghijk', 'abcdefghij'],
    ['abcdefgh\\=\\=', 'abcdefgh\\=\\='],
    ['abcdefgh\\=\\=k', 'abcdefgh\\=\\='],
    ['abcdefghi\\xC3\\xB2', 'abcdefghi\\xC3'],
  ])('%j is %j', (key, cut) => {
    expect(cutKey(key, 10)).toBe(cut);
  });
});
