// A process of its own that reads the census of the Consul at the URL that it is given, and prints
// the number of participants. What it takes beyond a census without rooms is what the census costs.

import { readCensus } from '../src/census/read-census.ts';

let participants = 0;
const { shards, gaps } = await readCensus(
  {
    source: { kind: 'consul', url: process.argv[2]!, prefix: 'signal-report/bench/', datacenters: 'all', token: null },
    domain: 'meet.example',
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
    signal: new AbortController().signal,
    sink: {
      room: (_, room) => {
        participants += room.participants;
      },
    },
  },
);
const trouble = [...gaps, ...shards].find((each) => each.trouble !== null);
if (trouble) throw new Error(trouble.trouble?.message);
console.log(participants);
