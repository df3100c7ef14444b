// A process of its own that reads the census of the Consul at the URL that it is given, joins it
// with a table of 200,000 conferences, and prints the participants and how many conferences are
// apart. What it takes beyond a census without rooms is what the census costs. With a second
// argument it reads only: what the rest takes is the join.

import { tmpdir } from 'node:os';
import { joinRooms } from '../src/census/join.ts';
import { openKeptAnswers } from '../src/census/kept-answers.ts';
import { readCensus } from '../src/census/read-census.ts';
import { roomRule } from '../src/census/room-key.ts';
import { createRoomTable } from '../src/census/room-table.ts';
import { createKeyTable } from '../src/snapshot/grid/key-table.ts';
import { CONFERENCES, conferenceOf, ROOMS } from './census-rooms.ts';

const isJoined = process.argv[3] === undefined;
const keys = createKeyTable(1);
for (let n = 0; n < CONFERENCES; n++) {
  const key = Buffer.from(conferenceOf(Math.floor(n / ROOMS), n % ROOMS));
  keys.add(key, 0, key.length);
}
/** Every conference is where its room is. */
const plainShards = Int32Array.from({ length: CONFERENCES }, (_, n) => Math.floor(n / ROOMS));

/** Answers are kept as in a run: that is a part of the cost. */
const kept = openKeptAnswers({ folder: tmpdir(), environment: 'bench', maxAgeMs: 3_600_000, now: Date.now });

const rule = roomRule('conference.meet.example', '{tenant}/{room}');
const rooms = createRoomTable({ known: keys, strangers: createKeyTable(2), rule });
const { shards, gaps } = await readCensus(
  {
    source: { kind: 'consul', url: process.argv[2]!, prefix: 'signal-report/bench/', datacenters: 'all', token: null },
    domain: 'meet.example',
    keyPattern: '{tenant}/{room}',
    maxAgeMs: 3_600_000,
    settleMs: 120_000,
    timeoutMs: 60_000,
    concurrency: 20,
    maxBytes: 1_000_000_000,
    via: { kind: 'direct' },
  },
  {
    shards: [],
    now: Date.now,
    dialTo: () => null,
    kept,
    signal: new AbortController().signal,
    sink: isJoined ? rooms : { room() {} },
  },
);
const trouble = [...gaps, ...shards].find((each) => each.trouble !== null);
if (trouble) throw new Error(trouble.trouble?.message);
const numbers = shards.map(({ name }) => Number(name.slice('bench-s'.length)));
const { apart } = joinRooms(rooms, numbers, { keys, plainShards, isHeld: () => true, keyLength: 200 });
console.log(
  shards.reduce((sum, { participants }) => sum + participants, 0),
  apart.length,
);
