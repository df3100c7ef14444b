import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roomKey, roomRule } from '../../src/census/room-key.ts';
import { UNUSUAL, writeUsualKey } from '../../src/census/usual-key.ts';

const MUC = 'conference.lab.example';
const rule = roomRule(MUC, '{tenant}/{room}');
const bytes = Buffer.alloc(64);

function written(jid: string, by = rule): string | null {
  const length = writeUsualKey(jid, by, bytes);
  return length === UNUSUAL ? null : bytes.toString('latin1', 0, length);
}

test.each([
  ['daily', 'daily'],
  ['[acme]%c3%b2x', 'acme/%c3%b2x'],
  ['[]x', '[]x'],
  ['[acme]', '[acme]'],
  ['a;b', 'a;b'],
])('%s is written as %s', (name, key) => {
  expect(written(`${name}@${MUC}`)).toBe(key);
});

test.each([['Daily'], ['a=b'], ['a\\b'], ['%25c3'], ['ö'], ['a b'], ['x'.repeat(65)]])('%s is unusual', (name) => {
  expect(written(`${name}@${MUC}`)).toBeNull();
});

test('rooms of another host, and of another rule, are unusual', () => {
  expect(written('daily@conference.other.example')).toBeNull();
  expect(written(`daily@${MUC}`, roomRule(MUC, '{room}.{tenant}'))).toBeNull();
});

test('what is written is what the rule says, for any name', () => {
  const part = fc.string({ unit: fc.constantFrom(...'ab%25[]/=A;ö@.'), maxLength: 12 });
  fc.assert(
    fc.property(part, (name) => {
      const jid = `${name}@${MUC}`;
      const key = written(jid);
      if (key !== null) expect(key).toBe(roomKey(jid, rule));
    }),
  );
});
