// Records and journals for tests, as runs leave them.

import { type Journal, openJournal, type Unstamped } from '../../src/heal/journal.ts';

export const noon = Date.parse('2026-11-21T12:00:00Z');

export const begin = (environment = 'stage', table = 'nodes'): Unstamped => ({
  event: 'run',
  runId: 'r',
  command: 'heal',
  environment,
  table,
});
export const intent = (key: string, seq = 1): Unstamped => ({
  event: 'intent',
  seq,
  key,
  proxy: 'p1',
  kind: 'touch',
  expect: { serverId: 11, serverKey: null },
  serverId: 11,
});
export const outcome = (seq = 1): Unstamped => ({ event: 'outcome', seq, outcome: 'accepted', answer: null });
export const conference = (key: string): Unstamped => ({
  event: 'conference',
  key,
  winner: '10.0.0.1:443',
  policy: 'majority',
  before: { p1: { serverId: 12, serverKey: '10.0.0.2:443' }, p2: null },
  target: { p1: '10.0.0.1:443', p2: null },
});
export const ends: readonly Unstamped[] = [
  { event: 'verdict', key: 'k', held: true, because: 'every proxy routes there' },
  { event: 'end', applied: 1, verified: 1, failed: 0, interrupted: false },
];

/** Begins a journal; throws where there can be none. */
export function beginJournal(folder: string, runId: string, now: () => Date, environment = 'stage'): Journal {
  const journal = openJournal({ folder, environment }, runId, now);
  if ('problem' in journal) throw new Error(journal.problem);
  return journal;
}

/** A journal of a run that began at `at`, and what was appended `laterMs` after that. */
export function journalOf(
  folder: string,
  at: number,
  records: readonly Unstamped[],
  { runId = 'r', laterMs = 0, environment = 'stage' } = {},
): string {
  let now = at;
  const journal = beginJournal(folder, runId, () => new Date(now), environment);
  now = at + laterMs;
  journal.append(records);
  journal.close();
  return journal.path;
}
