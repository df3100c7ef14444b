// What became of every conference between two looks, as one small number each. Pure.

import { type ChangeKind, changeKinds } from '../domain/comparison.ts';
import {
  APART,
  addressesAt,
  type ConferenceState,
  isOrphaned,
  NOT_HELD,
  ROUTE_UNKNOWN,
  type ShardNumbers,
  shardNamedBy,
} from './conference-states.ts';
import { type GoneEvidence, judgeGone } from './gone.ts';

/** A row that is on neither side, or on the same shard on both; others are 1 + the kind's index. */
const ABSENT = 0;
const KEPT = 255;
const INDEX = Object.fromEntries(changeKinds.map((kind, index) => [kind, index])) as Readonly<
  Record<ChangeKind, number>
>;

export interface ConferenceChanges {
  /** By row: what became of it, as `kindOf` reads it. */
  readonly marks: Uint8Array;
  readonly states: BothStates;
  readonly kept: number;
  readonly counts: Readonly<Record<ChangeKind, number>>;
  /** Conferences that lost their shard, or that AFTER itself leads to several. */
  readonly disturbed: number;
  /** Of the expired ones: those whose holders were replaced before their time was over. */
  readonly overEitherWay: number;
}

/** The states of both sides, by row; of one length. */
export interface BothStates {
  readonly before: Int32Array;
  readonly after: Int32Array;
}

export function markChanges(states: BothStates, shards: ShardNumbers, evidence: GoneEvidence): ConferenceChanges {
  const marks = new Uint8Array(states.after.length);
  const counted = changeKinds.map(() => 0);
  let [kept, disturbed, overEitherWay] = [0, 0, 0];
  for (let row = 0; row < marks.length; row++) {
    const [was, is] = [states.before[row]!, states.after[row]!];
    if (was === NOT_HELD && is === NOT_HELD) continue;
    const gone = is === NOT_HELD ? judgeGone(row, evidence) : null;
    const kind = gone?.kind ?? kindOfPair(was, is);
    if (kind === 'kept') {
      marks[row] = KEPT;
      kept++;
      continue;
    }
    marks[row] = INDEX[kind] + 1;
    counted[INDEX[kind]]!++;
    if (gone?.because === 'replaced-before') overEitherWay++;
    if (isDisturbed(kind, was, is) || isElsewhere(row, is, { kind, shards, evidence })) disturbed++;
  }
  const counts = Object.fromEntries(changeKinds.map((kind, index) => [kind, counted[index]!]));
  return { marks, states, kept, counts: counts as Record<ChangeKind, number>, disturbed, overEitherWay };
}

/** `is` is held. */
function kindOfPair(was: ConferenceState, is: ConferenceState): ChangeKind | 'kept' {
  if (was === is && was >= 0) return 'kept';
  if (is === APART || was === APART) return 'apart';
  if (isOrphaned(is)) return 'orphaned';
  if (is === ROUTE_UNKNOWN) return 'unknown';
  if (was === NOT_HELD) return 'new';
  // An entry that no proxy followed names a shard, and its people may sit there.
  const former = shardNamedBy(was);
  if (former < 0) return 'unknown';
  return former === is ? 'kept' : 'moved';
}

function isDisturbed(kind: ChangeKind, was: ConferenceState, is: ConferenceState): boolean {
  if (kind === 'moved' || kind === 'lost') return true;
  return kind === 'orphaned' ? !isOrphaned(was) : is === APART;
}

/** Whether BEFORE led it to several shards, and AFTER leads it to none of them. */
function isElsewhere(
  row: number,
  is: ConferenceState,
  {
    kind,
    shards,
    evidence,
  }: { readonly kind: ChangeKind; readonly shards: ShardNumbers; readonly evidence: GoneEvidence },
): boolean {
  return kind === 'apart' && is >= 0 && !addressesAt(evidence.before, row).includes(shards.addresses[is]!);
}

/** The kind of a mark; `null` where nothing changed. */
export function kindOf(mark: number): ChangeKind | null {
  return mark === ABSENT || mark === KEPT ? null : changeKinds[mark - 1]!;
}

/** The rows whose change another look should confirm: what may have been in flight. */
export function rowsToConfirm({ marks }: ConferenceChanges): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; row < marks.length; row++) {
    const kind = kindOf(marks[row]!);
    if (kind !== null && IN_FLIGHT.has(kind)) rows.push(row);
  }
  return rows;
}

const IN_FLIGHT: ReadonlySet<ChangeKind> = new Set(['moved', 'lost', 'apart', 'orphaned']);
