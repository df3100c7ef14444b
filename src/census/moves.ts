// What became of the people of conferences that a heal moved. Pure.

import type { MovedConference } from '../domain/census.ts';
import type { Finding } from '../domain/finding.ts';

/** A conference that a heal brought to a shard. */
export type Move = Pick<MovedConference, 'key' | 'winner' | 'atMs'>;

/** After this long nobody waits for them any more; milliseconds. */
const FORGOTTEN_MS = 3_600_000;
/** A move that is further ahead was noted by a wrong clock. */
const MOST_AHEAD_MS = 30_000;
/** Moves that are remembered at most: names of conferences are chosen by users. */
const MOST_MOVES = 20_000;

export interface MovesMoment {
  readonly nowMs: number;
  /** The moment up to which the reports know where people were. */
  readonly untilMs: number;
  /** How long clients may take to move. */
  readonly settleMs: number;
  readonly participantsOf: (key: string) => Finding['participants'];
  /** Whether the census finds its people in two places, or not where the tables lead. */
  readonly isApart: (key: string) => boolean;
  /** Whether every shard answered: else some of its people may be there. */
  readonly isWhole: boolean;
}

export function followMoves(moves: readonly Move[], moment: MovesMoment): readonly MovedConference[] {
  return moves
    .filter(({ atMs }) => moment.nowMs - atMs < FORGOTTEN_MS && atMs - moment.nowMs < MOST_AHEAD_MS)
    .map((move) => {
      const participants = moment.participantsOf(move.key) ?? {};
      return { ...move, participants, state: stateOf(move, participants, moment) };
    });
}

function stateOf(
  { key, winner, atMs }: Move,
  participants: Readonly<Record<string, number>>,
  { untilMs, settleMs, isApart, isWhole }: MovesMoment,
): MovedConference['state'] {
  const groups = Object.entries(participants).filter(([, count]) => count > 0);
  const isElsewhere = groups.some(([shard]) => shard !== winner);
  if (isElsewhere && untilMs - atMs < settleMs) return 'moving';
  // Later requests may have placed it anew: together, and where the tables lead, it is whole.
  if (isElsewhere && isApart(key)) return 'not-whole';
  // A report that is older than the heal says nothing of what became of its people.
  if (!isWhole || untilMs < atMs) return 'moving';
  return groups.length === 0 ? 'ended' : 'whole';
}

/** The moves that the next census looks at again. */
export function openMoves(moved: readonly MovedConference[]): readonly Move[] {
  return moved
    .filter(({ state }) => state === 'moving' || state === 'not-whole')
    .map(({ key, winner, atMs }) => ({ key, winner, atMs }));
}

/** A later move of a conference takes the place of an earlier one. */
export function addMoves(moves: readonly Move[], more: readonly Move[]): readonly Move[] {
  const byKey = new Map([...moves, ...more].map((move) => [move.key, move]));
  return [...byKey.values()].slice(-MOST_MOVES);
}
