// The rooms of one shard, judged one by one: which go to the sink, which are counted only, and
// which make the whole answer unreadable. Pure.

import type { RoomSink } from '../domain/census.ts';

/** Jicofo opens such rooms to see whether prosody is alive; the modules leave them out. */
const HEALTH_CHECK = '__jicofo-health-check';

/** More people than this are in no room: the number is not one of people. */
const MOST_PARTICIPANTS = 1_000_000;

export class Tally {
  rooms = 0;
  participants = 0;
  leaked = 0;
  foreign = 0;
  readonly #shard: number;
  readonly #suffix: string;
  readonly #sink: RoomSink;

  /** `shard` is the position that the sink knows the shard by. */
  constructor(shard: number, domain: string, sink: RoomSink) {
    this.#shard = shard;
    this.#suffix = `@conference.${domain}`;
    this.#sink = sink;
  }

  /** What is wrong with the room, as it stands behind "lists", or `null`. */
  take(room: unknown): string | null {
    if (typeof room !== 'object' || room === null) return 'something that is not a room';
    const { room_name: name, participants, created_time: created, leaked } = room as Readonly<Record<string, unknown>>;
    if (typeof name !== 'string' || name === '') return 'a room without a room_name';
    if (typeof participants !== 'number' || !isCount(participants))
      return 'a room whose participants are no number of people';
    const createdAtMs = timeOf(created);
    if (createdAtMs === undefined) return 'a room whose created_time is no time';
    if (leaked !== undefined && leaked !== null && typeof leaked !== 'boolean')
      return 'a room whose leaked is not true or false';
    if (name.startsWith(HEALTH_CHECK)) return null;
    if (!name.endsWith(this.#suffix) && !name.toLowerCase().endsWith(this.#suffix)) {
      this.foreign++;
      return null;
    }
    if (leaked === true) {
      this.leaked++;
      return null;
    }
    this.rooms++;
    if (participants > 0) this.participants += participants;
    this.#sink.room(this.#shard, { jid: name, participants, createdAtMs });
    return null;
  }
}

function isCount(participants: number): boolean {
  return Number.isInteger(participants) && participants >= -1 && participants <= MOST_PARTICIPANTS;
}

/** A text of milliseconds, as it comes, or a number, as it is documented; `undefined`: neither. */
function timeOf(created: unknown): number | null | undefined {
  if (created === undefined || created === null) return null;
  const ms = typeof created === 'string' && created !== '' ? Number(created) : created;
  return typeof ms === 'number' && ms >= 0 && ms <= Number.MAX_SAFE_INTEGER ? Math.round(ms) : undefined;
}
