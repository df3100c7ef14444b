// The census: 60 shards report 2,000 rooms each, by a Consul that answers at once. It is joined
// with a table of 200,000 conferences.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { jidOf, ROOMS } from './census-rooms.ts';
import type { BenchContext } from './context.ts';
import { type Line, median, megabytes, seconds } from './line.ts';
import { alternate, type CountedRun, runCounted } from './measure.ts';

const RUNS = 7;
const SHARDS = 60;
const PARTICIPANTS = 5;
const JOIN_CPU_MS = 200;

/** The fields stand in some order of a Lua table. */
const room = (shard: number, n: number) => ({
  created_time: String(1_764_350_000_000 + n),
  participants: PARTICIPANTS,
  leaked: false,
  room_name: jidOf(shard, n),
});

const stats = { jicofoParticipants: 0, jicofoConferences: 0, prosodyParticipants: 0 };

/** The KV's answer, as Consul writes it. */
function answerOf(shards: number, rooms: number): Buffer {
  const rows = Array.from({ length: shards }, (_, shard) => {
    const census = Array.from({ length: rooms }, (_, n) => room(shard, n));
    const report = { time: new Date().toISOString(), healthy: true, status: 'ready', services: {}, stats, census };
    const Value = Buffer.from(JSON.stringify(report)).toString('base64');
    return {
      LockIndex: 0,
      Key: `signal-report/bench/bench-s${shard}`,
      Flags: 0,
      Value,
      CreateIndex: 1,
      ModifyIndex: 2,
    };
  });
  return Buffer.from(JSON.stringify(rows));
}

export async function measureCensus(context: BenchContext): Promise<Line[]> {
  context.say(`a census of ${SHARDS} shards with ${ROOMS} rooms each`);
  const [full, empty] = [await serve(answerOf(SHARDS, ROOMS)), await serve(answerOf(1, 0))];
  try {
    const runs = await alternate(context.runs(RUNS), {
      full: () => read(full.url, SHARDS * ROOMS * PARTICIPANTS),
      unjoined: () => read(full.url, SHARDS * ROOMS * PARTICIPANTS, 'reads only'),
      naive: () => readNaively(full.url),
      empty: () => read(empty.url, 0),
      naiveEmpty: () => readNaively(empty.url),
    });
    const cost = (of: (run: CountedRun) => number) => median(runs.full.map(of)) - median(runs.empty.map(of));
    const naiveCost = (of: (run: CountedRun) => number) => median(runs.naive.map(of)) - median(runs.naiveEmpty.map(of));
    const cpuMs = cost((run) => run.cpuMs);
    const joinMs = median(runs.full.map((run) => run.cpuMs)) - median(runs.unjoined.map((run) => run.cpuMs));
    const naiveMs = naiveCost((run) => run.cpuMs);
    return [
      {
        id: 'census',
        what: `census of ${SHARDS} shards x ${ROOMS.toLocaleString('en')} rooms, ${megabytes(full.bytes)} of Consul's KV, joined with 200,000 conferences`,
        measured: `join ${seconds(joinMs)} of CPU; with reading ${seconds(cpuMs)} of CPU, ${seconds(cost((run) => run.wallMs))}, ${megabytes(cost((run) => run.peakBytes))}`,
        comparedWith: `fetch and JSON.parse of it all ${seconds(naiveMs)} of CPU, ${megabytes(naiveCost((run) => run.peakBytes))}`,
        ratio: cpuMs / naiveMs,
        better: 'lower',
        target: `join ${seconds(JOIN_CPU_MS)} of CPU`,
        met: joinMs <= JOIN_CPU_MS,
        absent: null,
      },
    ];
  } finally {
    full.stop();
    empty.stop();
  }
}

const reader = fileURLToPath(new URL('census-reader.ts', import.meta.url));

async function read(url: string, participants: number, ...more: readonly string[]): Promise<CountedRun> {
  const run = await runCounted(['--import', 'tsx', reader, url, ...more]);
  if (run.stdout.trim() !== `${participants} 0`) throw new Error(`the census was not read: ${run.stdout}${run.stderr}`);
  return run;
}

/** The simplest way: the whole answer is parsed, and then each report. */
const naive = `const rows = await (await fetch(process.argv[1] + '/v1/kv/')).json();
let people = 0;
for (const { Value } of rows) {
  for (const room of JSON.parse(Buffer.from(Value, 'base64').toString()).census) people += room.participants;
}
console.log(people);`;

function readNaively(url: string): Promise<CountedRun> {
  return runCounted(['--import', 'tsx', '--input-type=module', '-e', naive, url]);
}

interface Server {
  readonly url: string;
  readonly bytes: number;
  stop(): void;
}

function serve(answer: Buffer): Promise<Server> {
  const server = createServer((request, response) =>
    response.end(request.url === '/v1/catalog/datacenters' ? '["bench"]' : answer),
  );
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        bytes: answer.length,
        stop: () => {
          server.closeAllConnections();
          server.close();
        },
      }),
    );
  });
}
