// A process of its own that sends requests through one proxy at a fixed rate, whatever the answers
// do, and keeps how long each took. Run by `busy.ts`: words are port, requests a second, number of
// conferences; the message `stop` is answered with the samples.

import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { requestFor } from './live-mesh.ts';

/**
 * When each request was due, milliseconds since the epoch, and how long after that its answer was
 * complete.
 */
export interface Samples {
  readonly dueAt: readonly number[];
  readonly latencyMs: readonly number[];
}

const CONNECTIONS = 32;
const TICK_MS = 1;
/** A prime: neighbours in time are no neighbours in the table. */
const STRIDE = 7_919;

const [port, rate, entries] = process.argv.slice(2).map(Number) as [number, number, number];
const samples = { dueAt: [] as number[], latencyMs: [] as number[] };
const waiting: number[] = [];
const idle: Socket[] = [];
const underWay = new Map<Socket, number>();
const now = (): number => performance.timeOrigin + performance.now();
const startedAt = now();
let sent = 0;

function dispatch(): void {
  while (waiting.length > 0 && idle.length > 0) {
    const socket = idle.pop()!;
    underWay.set(socket, waiting.shift()!);
    socket.write(requestFor((sent++ * STRIDE) % entries), 'latin1');
  }
}

function open(): void {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
    if (!answer.endsWith('\r\n\r\nok')) return;
    if (!answer.startsWith('HTTP/1.1 200')) throw new Error(`the proxy answered ${answer}`);
    answer = '';
    const dueAt = underWay.get(socket)!;
    samples.dueAt.push(dueAt);
    samples.latencyMs.push(now() - dueAt);
    idle.push(socket);
    dispatch();
  });
  socket.once('connect', () => idle.push(socket));
  socket.once('close', () => {
    throw new Error('the proxy closed a connection');
  });
}

for (let n = 0; n < CONNECTIONS; n++) open();
let due = 0;
setInterval(() => {
  const ready = Math.floor(((now() - startedAt) / 1000) * rate);
  // From when it was due, not from when it was sent: a client that waits with its proxy would not
  // see what users see.
  for (; due < ready; due++) waiting.push(startedAt + ((due + 1) * 1000) / rate);
  dispatch();
}, TICK_MS);

process.on('message', () => {
  process.send!(samples, () => process.exit());
});
process.on('disconnect', () => process.exit());
