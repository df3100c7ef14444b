// A census beside one look at the mesh: whose people are apart, since when, and what that makes of
// the conferences. Pure.

import { MISPLACED, SCATTERED } from '../analysis/classify.ts';
import { type CensusVerdict, censusVerdict, type People } from '../analysis/people.ts';
import { plainShards } from '../analysis/plain-rows.ts';
import type { RoutedGrid } from '../analysis/routed-grid.ts';
import type { ApartConference, CensusReading, CensusSummary, MovedConference, ShardCensus } from '../domain/census.ts';
import type { Finding } from '../domain/finding.ts';
import { conferenceOf } from '../domain/key.ts';
import type { KeyTable } from '../snapshot/grid/key-table.ts';
import { joinRooms } from './join.ts';
import { followMoves, type Move } from './moves.ts';
import type { RoomTable } from './room-table.ts';
import { addSightings, type EarlierSightings, type Sightings } from './sightings.ts';

/** What a census was taken beside, and when. */
export interface CensusMoment {
  readonly look: RoutedGrid;
  /** The keys of the look; conferences that people alone know are added. */
  readonly keys: KeyTable;
  readonly keyLength: number | null;
  readonly nowMs: number;
  /** The moment up to which the reports know where people were; at most `nowMs`. */
  readonly untilMs: number;
  /** How long clients may take to move. */
  readonly settleMs: number;
  /** What the census before this one saw. */
  readonly earlier: EarlierSightings | null;
  /** Whether a heal moved the conference within the settle time: its people are on the way. */
  readonly wasMoved: (key: string) => boolean;
  /** What earlier heals moved. */
  readonly moves: readonly Move[];
}

export interface JoinedCensus {
  /** Rows of conferences that the census finds apart: they are looked at again. */
  readonly suspects: readonly number[];
  readonly sightings: Sightings;
  /** Conferences that are apart and may yet come together by themselves. */
  readonly pending: number;
  readonly moved: readonly MovedConference[];
  /** What the census makes of the routes that a look shows for its row. */
  verdictAt(look: RoutedGrid, row: number): CensusVerdict;
  participantsOf(key: string): Finding['participants'];
  /** By address: the people of each shard that answered. */
  readonly participantsOn: ReadonlyMap<string, number>;
  /** `scattered` holds the confirmed ones. */
  summary(conferences: number, scattered: readonly Finding[]): CensusSummary;
}

/** An earlier census that lies further back says nothing of the time between. */
const MOST_BETWEEN_MS = 1_800_000;
/** Shards that no proxy has as a server are numbered from here on. */
const STRANGERS = 1_000_000;

export function joinCensus(rooms: RoomTable, reading: CensusReading, moment: CensusMoment): JoinedCensus {
  const { look, keys, keyLength, nowMs, untilMs, settleMs, moves } = moment;
  const numbers = shardNumbers(reading.shards, look.context.shards);
  const answered = new Set(numbers.filter((number) => number >= 0));
  const isWhole =
    reading.gaps.length === 0 && reading.shards.every(({ status }) => status !== 'unanswered' && status !== 'stale');
  const isHeld = (row: number) =>
    look.context.evidence.some((evidence, proxy) => evidence !== 'none' && look.grid.labelAt(row, proxy) !== 0);
  const joined = joinRooms(rooms, numbers, { keys, plainShards: plainShards(look), isHeld, keyLength });

  const nameOf = (number: number) =>
    number < STRANGERS ? look.context.shards[number]! : spelled(reading.shards[number - STRANGERS]!);
  const { keyAt } = rooms;
  const hasAnswered = (shard: number) => answered.has(shard);

  function placesOf(key: string): readonly People[] {
    const conference = rooms.find(key);
    if (conference < 0) return [];
    if (keyLength !== null && rooms.byteLengthAt(conference) >= keyLength) return [];
    return rooms.placesAt(conference).flatMap(({ shard, participants, createdAtMs }): People[] => {
      const number = numbers[shard]!;
      return number < 0 ? [] : [{ shard: number, participants, sinceMs: createdAtMs }];
    });
  }

  // First whose people are apart at all, then for how long.
  const anyTime = { hasAnswered, settledSinceMs: Number.POSITIVE_INFINITY };
  const apart = joined.apart.filter(({ row, conference }) => {
    const people = placesOf(keyAt(conference));
    return censusVerdict(look, row, { people, facts: anyTime }).kinds !== 0;
  });
  const seen = apart.map(({ conference }) => ({
    key: keyAt(conference),
    shards: populatedIn(placesOf(keyAt(conference))).map(({ shard }) => nameOf(shard)),
  }));
  const sightings = addSightings(moment.earlier, seen, { nowMs, gapMs: Math.max(MOST_BETWEEN_MS, 2 * settleMs) });

  function peopleOf(key: string): readonly People[] {
    const since = Object.hasOwn(sightings, key) ? sightings[key]! : {};
    return placesOf(key).map(({ shard, participants, sinceMs }) => {
      const name = nameOf(shard);
      const times = [Object.hasOwn(since, name) ? since[name]! : null, sinceMs].filter(
        (at) => at !== null && at <= nowMs,
      );
      return { shard, participants, sinceMs: times.length === 0 ? null : Math.min(...(times as number[])) };
    });
  }

  function verdictAt(at: RoutedGrid, row: number): CensusVerdict {
    const key = at.grid.keys.keyAt(row);
    const settledSinceMs = moment.wasMoved(key) ? Number.NEGATIVE_INFINITY : untilMs - settleMs;
    return censusVerdict(at, row, { people: peopleOf(key), facts: { hasAnswered, settledSinceMs } });
  }

  const participantsOf = (key: string) =>
    Object.fromEntries(placesOf(key).map(({ shard, participants }) => [nameOf(shard), participants]));

  const keysApart = new Set(apart.map(({ conference }) => keyAt(conference)));
  const isApart = (key: string) => keysApart.has(key);
  const moved = followMoves(moves, { nowMs, untilMs, settleMs, participantsOf, isApart, isWhole });

  return {
    suspects: apart.map(({ row }) => row),
    sightings,
    moved,
    pending: apart.filter(({ row }) => verdictAt(look, row).pending).length,
    verdictAt,
    participantsOf,
    participantsOn: new Map(
      reading.shards.flatMap(({ status, address, participants }) =>
        status === 'ok' && address !== null ? [[address, participants] as const] : [],
      ),
    ),
    summary: (conferences, scattered) => {
      const ok = reading.shards.filter(({ status }) => status === 'ok');
      return {
        takenAtMs: nowMs,
        shards: reading.shards,
        gaps: reading.gaps,
        isWhole,
        rooms: ok.reduce((sum, shard) => sum + shard.rooms, 0),
        participants: ok.reduce((sum, shard) => sum + shard.participants, 0),
        roomsWithoutEntry: joined.withoutEntry,
        entriesWithoutRoom: Math.max(0, conferences - joined.withBoth),
        participantsApart: scattered.reduce((sum, { participants }) => sum + apartFrom(participants ?? {}), 0),
        apart: apartConferences(),
        moved,
      };
    },
  };

  function apartConferences(): readonly ApartConference[] {
    return apart
      .map(({ row, conference }): ApartConference => {
        const key = keyAt(conference);
        const people = placesOf(key);
        return {
          key,
          conference: conferenceOf(key),
          kind: populatedIn(people).length > 1 ? 'scattered' : 'misplaced',
          participants: participantsOf(key),
          isSettled: (verdictAt(look, row).kinds & (SCATTERED | MISPLACED)) !== 0,
        };
      })
      .sort((one, other) => Number(other.isSettled) - Number(one.isSettled) || (one.key < other.key ? -1 : 1));
  }
}

function spelled({ address, name }: ShardCensus): string {
  return address ?? name;
}

function populatedIn(people: readonly People[]): readonly People[] {
  return people.filter(({ participants }) => participants > 0);
}

/** All but the largest group. */
function apartFrom(participants: Readonly<Record<string, number>>): number {
  const groups = Object.values(participants);
  return groups.reduce((sum, group) => sum + group, 0) - Math.max(0, ...groups);
}

/** -1: its rooms do not count. */
function shardNumbers(shards: readonly ShardCensus[], known: readonly string[]): readonly number[] {
  const numbers = new Map(known.map((address, number) => [address, number]));
  return shards.map(({ status, address }, position) =>
    status === 'ok' ? ((address === null ? undefined : numbers.get(address)) ?? STRANGERS + position) : -1,
  );
}
