// No lock is passed over in silence.

import { expect, test } from 'vitest';
import { lockNotes } from '../../src/analysis/lock-notes.ts';
import type { SeenLock } from '../../src/domain/lock.ts';
import { seenLock } from '../support/no-locks.ts';
import { mesh } from '../support/run-report.ts';

const notes = (changes: Partial<SeenLock>) =>
  lockNotes([seenLock({ says: 'said', ...changes })], {
    proxies: mesh(['hap-a', 'hap-b']),
    spellCommand: (...words) => ['splitbrain', ...words, '-c', 'stage.yaml'].join(' '),
  });

test.each<[string, Partial<SeenLock>, readonly string[]]>([
  ['in force: it is said where it is honoured', {}, []],
  ['in force on a proxy of the run', { proxy: 'hap-a' }, []],
  ['in force on no proxy of the run', { proxy: 'hap-z' }, ['said. No proxy of this run has that name.']],
  ['ignored', { state: 'ignored' }, ['This run ignores a lock, as --ignore-lock says: said.']],
  [
    'ended',
    { state: 'expired', proxy: 'hap-a' },
    ['said. It is ignored; `splitbrain unlock hap-a -c stage.yaml` removes it.'],
  ],
  [
    'ended, on a host',
    { state: 'expired', proxy: 'hap-a', place: 'host' },
    ['said. It is ignored; `splitbrain unlock hap-a --on-hosts -c stage.yaml` removes it.'],
  ],
  [
    'unreadable',
    { state: 'unreadable' },
    ['said. Nothing is healed while it is there; `splitbrain unlock --force -c stage.yaml` removes it.'],
  ],
])('%s', (_, changes, said) => {
  expect(notes(changes)).toEqual(said);
});
