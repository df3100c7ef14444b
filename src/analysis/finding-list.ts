// The findings of a run, kept as numbers and made into objects one by one.

import { type EntryGrid, spellEntry } from '../domain/entry.ts';
import {
  type Cause,
  causes,
  type Finding,
  type FindingKind,
  findingKinds,
  kindRecords,
  type Route,
} from '../domain/finding.ts';
import { conferenceOf } from '../domain/key.ts';
import type { FindingList, Tally } from '../domain/run-report.ts';
import { type CauseEvidence, createCauses, type NamedCause } from './cause.ts';
import { bitOf, type Kinds } from './classify.ts';
import { ABSENT, DUPLICATE, notFollowedAt, type RoutedGrid, UNKNOWN } from './routed-grid.ts';

/**
 * The last look at the suspects, what is confirmed of each row, and what a cause is judged by.
 * `keyLength` is the table's, for `ambiguous`.
 */
export interface ConfirmedLook {
  readonly look: RoutedGrid;
  readonly grid: EntryGrid;
  readonly confirmed: readonly Kinds[];
  readonly causeEvidence: CauseEvidence;
  readonly keyLength: number | null;
  /** Who sits where, by key; `null` where the census does not know. */
  readonly participantsOf: (key: string) => Finding['participants'];
}

interface Group extends Tally {
  readonly rows: readonly number[];
}

/** What a finding is made from. */
interface JudgedLook extends ConfirmedLook {
  readonly causeOf: (row: number) => NamedCause;
}

export function listFindings(given: ConfirmedLook): FindingList {
  const evidence = { ...given, causeOf: createCauses(given.look, given.causeEvidence) };
  const groups = groupRows(evidence);
  return {
    length: groups.reduce((sum, { count }) => sum + count, 0),
    tallies: groups,
    first: (tally, limit) => {
      const group = groups.find(({ kind, cause }) => kind === tally.kind && cause === tally.cause);
      return group === undefined ? [] : group.rows.slice(0, limit).map((row) => findingAt(evidence, group.kind, row));
    },
    *[Symbol.iterator]() {
      for (const { kind, rows } of groups) for (const row of rows) yield findingAt(evidence, kind, row);
    },
  };
}

function groupRows(evidence: JudgedLook): readonly Group[] {
  const { keys } = evidence.look.grid;
  return findingKinds.flatMap((kind) => {
    const byCause = new Map<Cause | null, number[]>();
    for (const [row, kinds] of evidence.confirmed.entries()) {
      if ((kinds & bitOf(kind)) === 0) continue;
      const cause = kindRecords[kind].hasCause ? evidence.causeOf(row).cause : null;
      const rows = byCause.get(cause);
      if (rows) rows.push(row);
      else byCause.set(cause, [row]);
    }
    return [...byCause]
      .sort(([one], [other]) => causes.indexOf(one as Cause) - causes.indexOf(other as Cause))
      .map(([cause, rows]) => ({ kind, cause, count: rows.length, rows: sortedByKey(rows, (row) => keys.keyAt(row)) }));
  });
}

/** Keys are ASCII: plain string order is byte order, on every machine. */
function sortedByKey(rows: readonly number[], keyAt: (row: number) => string): readonly number[] {
  return rows
    .map((row) => ({ row, key: keyAt(row) }))
    .sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
    .map(({ row }) => row);
}

function findingAt(evidence: JudgedLook, kind: FindingKind, row: number): Finding {
  const { look, grid } = evidence;
  const key = grid.keys.keyAt(row);
  const routes: Route[] = [];
  const absentOn: string[] = [];
  for (const [proxy, view] of look.context.views.entries()) {
    if (look.context.evidence[proxy] === 'none') continue;
    const number = grid.labelAt(row, proxy);
    if (number === 0) {
      if (look.context.evidence[proxy] === 'full') absentOn.push(view.name);
      continue;
    }
    const { serverId, serverKey } = grid.labelsOf(proxy)[number - 1]!;
    const shard = look.shardAt(row, proxy);
    routes.push({
      proxy: view.name,
      shard: shard < 0 ? null : look.context.shards[shard]!,
      ...followedAt(look, row, proxy),
      serverId,
      serverKey,
      expiresInMs: grid.expiresInMs(row, proxy),
    });
  }
  const named = kindRecords[kind].hasCause
    ? evidence.causeOf(row)
    : { cause: null, because: reasonOf(kind, evidence, row) };
  const participants = evidence.participantsOf(key);
  return { kind, key, conference: conferenceOf(key), routes, absentOn, participants, ...named };
}

function followedAt(look: RoutedGrid, row: number, proxy: number): Pick<Route, 'followed' | 'why'> {
  const shard = look.shardAt(row, proxy);
  if (shard === UNKNOWN) return { followed: null, why: null };
  if (shard === DUPLICATE) return { followed: null, why: 'duplicated' };
  const why = notFollowedAt(look, row, proxy);
  return { followed: why === null, why };
}

function reasonOf(kind: FindingKind, { look, keyLength, participantsOf }: ConfirmedLook, row: number): string {
  const where = (holds: (proxy: number) => boolean) =>
    look.context.views
      .filter(
        (_, proxy) => look.context.evidence[proxy] !== 'none' && look.shardAt(row, proxy) !== ABSENT && holds(proxy),
      )
      .map(({ name }) => name)
      .join(', ');
  switch (kind) {
    case 'mixed':
      return `server_key and server_id name different shards on ${where((proxy) => look.routeAt(row, proxy)!.mixed)}; HAProxy follows the key`;
    case 'orphaned':
      return `the entry leads to no server, or to one that takes no requests, on ${where((proxy) => notFollowedAt(look, row, proxy) !== null)}`;
    case 'ambiguous':
      return `the key fills the table's ${keyLength} bytes: every conference whose name begins like this shares the entry`;
    case 'duplicated':
      return duplicateWords(look, row);
    case 'misplaced':
    case 'scattered':
      return placeWords(participantsOf(look.grid.keys.keyAt(row)) ?? {});
    case 'split':
    case 'missing':
      return '';
  }
}

/** The census, in words; the largest group first. */
function placeWords(participants: NonNullable<Finding['participants']>): string {
  const groups = Object.entries(participants)
    .filter(([, count]) => count > 0)
    .sort(([one, count], [other, more]) => more - count || (one < other ? -1 : 1))
    .map(([shard, count]) => `${count} ${count === 1 ? 'participant' : 'participants'} on ${shard}`);
  return `${groups.join(' and ')}, for longer than clients need to move`;
}

function duplicateWords({ grid, context, shardAt }: RoutedGrid, row: number): string {
  const shown = context.views.flatMap(({ name }, proxy) => {
    if (context.evidence[proxy] === 'none' || shardAt(row, proxy) !== DUPLICATE) return [];
    const { readings = [] } = grid.labelsOf(proxy)[grid.labelAt(row, proxy) - 1]!;
    return [`${name} shows it as ${readings.map(spellEntry).join(' and as ')}`];
  });
  return `${shown.join('; ')}: which of them counts is not known`;
}
