// Stand-ins for Jitsi's clients: each sits on the shard where its first request landed. When it
// polls, it asks through its own proxy which shard serves its room, and moves there when it is
// another (docs/jitsi-facts.md, "The facts that decide things").

import type { Mesh } from './mesh.ts';

export interface Person {
  readonly conference: string;
  /** `address:port` of the shard that the person sits on. */
  readonly shard: string;
  /** How often the person's meeting reloaded because another shard answered. */
  readonly reloads: number;
}

/** The people of one conference on one shard. */
export interface Group {
  readonly conference: string;
  readonly shard: string;
  readonly participants: number;
  /** Epoch milliseconds; `null`: the shard does not say. */
  readonly createdAtMs: number | null;
}

export interface People {
  /** Someone comes in through this proxy. */
  join(conference: string, proxy: number): Promise<Person>;
  /** Someone sits on a shard whatever the tables say, as after a split that has ended. */
  seat(conference: string, proxy: number, shard: string): Person;
  /** Everybody polls once: what real clients do every one to two minutes. */
  poll(): Promise<void>;
  groups(): readonly Group[];
}

interface Seat {
  readonly conference: string;
  readonly proxy: number;
  shard: string;
  reloads: number;
}

/** Every room is so old when its first one comes; `null`: shards do not say how old rooms are. */
export function gatherPeople({ request }: Pick<Mesh, 'request'>, roomAgeMs: number | null): People {
  const seats: Seat[] = [];
  const createdAt = new Map<string, number | null>();

  async function landingOf(conference: string, proxy: number): Promise<string> {
    const { shard, status } = await request(proxy, conference);
    if (shard === null) throw new Error(`the request for ${conference} was answered ${status}`);
    return shard;
  }

  function noteRoom({ conference, shard }: Person): void {
    const room = `${shard} ${conference}`;
    if (!createdAt.has(room)) createdAt.set(room, roomAgeMs === null ? null : Date.now() - roomAgeMs);
  }

  function seat(conference: string, proxy: number, shard: string): Person {
    const person = { conference, proxy, shard, reloads: 0 };
    seats.push(person);
    noteRoom(person);
    return person;
  }

  return {
    seat,
    join: async (conference, proxy) => seat(conference, proxy, await landingOf(conference, proxy)),
    async poll() {
      for (const person of seats) {
        const shard = await landingOf(person.conference, person.proxy);
        if (shard === person.shard) continue;
        person.shard = shard;
        person.reloads++;
        noteRoom(person);
      }
    },
    groups() {
      const groups = new Map<string, Group>();
      for (const { conference, shard } of seats) {
        const room = `${shard} ${conference}`;
        const participants = (groups.get(room)?.participants ?? 0) + 1;
        groups.set(room, { conference, shard, participants, createdAtMs: createdAt.get(room)! });
      }
      return [...groups.values()];
    },
  };
}
