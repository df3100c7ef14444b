// The list of locks for people.

import { expect, test } from 'vitest';
import type { SeenLock } from '../../src/domain/lock.ts';
import { timeWords } from '../../src/locks/lock-words.ts';
import { lockJson } from '../../src/report/lock-json.ts';
import { renderLocks } from '../../src/report/locks-text.ts';
import { seenLock } from '../support/no-locks.ts';

const text = (locks: readonly SeenLock[], notes: readonly string[] = []) =>
  renderLocks(
    { environment: 'stage', folder: '/state', locks, timeOf: timeWords, notes },
    { width: 80, colour: false, unicode: true },
  );

test('no lock', () => {
  expect(text([])).toBe('Nothing of stage is locked.\n\nLocks are kept in /state\n');
});

test('every state, each with its reason, or with what is known', () => {
  const locks = [
    seenLock(),
    seenLock({ proxy: 'hap-a', state: 'expired', owner: 'bob' }),
    seenLock({ proxy: 'hap-b', place: 'host', owner: null, reason: null, untilMs: null, says: 'nobody left a name' }),
    seenLock({ proxy: 'hap-c', state: 'unreadable', owner: null, reason: null, untilMs: null, says: 'it is damaged' }),
  ];
  expect(text(locks, ['a note'])).toBe(
    [
      '  LOCKED        STATE       OWNER           UNTIL',
      '  all of stage  in force    alice@deploy-1  2026-11-28 21:30:00 UTC',
      '      upgrade',
      '  hap-a         ended       bob             2026-11-28 21:30:00 UTC',
      '      upgrade',
      '  hap-b (host)  in force    -               -',
      '      nobody left a name',
      '  hap-c         unreadable  -               -',
      '      it is damaged',
      '',
      '- a note',
      'Locks are kept in /state',
      '',
    ].join('\n'),
  );
});

test('nothing from outside reaches the terminal as it is', () => {
  const evil = '\u001b[2J\u202e\nroot';
  const shown = text([seenLock({ proxy: evil, owner: evil, reason: evil })], [evil]);
  expect(shown.replace(/[\n -~]/g, '')).toBe('');
  expect(shown).toContain('\\x1b[2J');
});

test('times are ISO in JSON', () => {
  expect(lockJson(seenLock({ sinceMs: null }))).toMatchObject({ since: null, until: '2026-11-28T21:30:00.000Z' });
});
