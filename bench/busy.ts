// What requests through a proxy notice of a look at it: their latency before, during and after, and
// while the same dumps are read into nothing.

import { fork } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { atExit } from '../lab/at-exit.ts';
import { configure } from '../lab/mesh/mesh-config.ts';
import type { BenchContext } from './context.ts';
import { type Line, milliseconds, percentile } from './line.ts';
import { proveLive, readIntoNothing, spellMesh } from './live.ts';
import type { Samples } from './request-stream.ts';
import { runReport } from './splitbrain.ts';

const RUNS = 6;
const RATE = 500;
const CALM_MS = 6_000;
/** Between two looks: what the one before has left waiting is answered. */
const REST_MS = 500;
const ENDS_WITHIN_MS = 10_000;

type Phase = 'before' | 'reader' | 'report' | 'after';

interface Span {
  readonly phase: Phase;
  readonly from: number;
  readonly to: number;
}

export async function measureBusy(context: BenchContext): Promise<Line[]> {
  const mesh = await context.liveMesh();
  const words = configure(context.scratch, mesh);
  await proveLive(context, mesh, words);
  const stream = startStream(mesh.proxies[0]!.httpPort, mesh.entries);
  const spans: Span[] = [];
  const during = async (phase: Phase, body: () => Promise<unknown>): Promise<void> => {
    const from = epochMs();
    await body();
    spans.push({ phase, from, to: epochMs() });
  };
  try {
    context.say(`${RATE} requests a second through a proxy, before, during and after`);
    await delay(REST_MS);
    await during('before', () => delay(CALM_MS));
    for (let n = context.runs(RUNS); n > 0; n--) {
      await during('reader', () => readIntoNothing(mesh));
      await delay(REST_MS);
      await during('report', () => runReport(words, 0));
      await delay(REST_MS);
    }
    await during('after', () => delay(CALM_MS));
    const samples = await stream.stop();
    const p99 = (phase: Phase): number => percentile(latencies(samples, spans, phase), 0.99);
    const both = (phase: Phase): string =>
      `${milliseconds(percentile(latencies(samples, spans, phase), 0.5))} / ${milliseconds(p99(phase))}`;
    return [
      {
        id: 'busy',
        what: `p50 / p99 of ${RATE} requests a second through one of ${spellMesh(mesh)}`,
        measured: `before ${both('before')}, during report ${both('report')}, after ${both('after')}`,
        comparedWith: `while reading into nothing ${both('reader')}`,
        ratio: p99('report') / p99('reader'),
        better: 'lower',
        target: 'told here',
        met: null,
        absent: null,
      },
    ];
  } finally {
    stream.kill();
  }
}

const epochMs = (): number => performance.timeOrigin + performance.now();

function latencies({ dueAt, latencyMs }: Samples, spans: readonly Span[], phase: Phase): number[] {
  const own = spans.filter((span) => span.phase === phase);
  return latencyMs.filter((_, n) => own.some(({ from, to }) => dueAt[n]! >= from && dueAt[n]! < to));
}

function startStream(port: number, entries: number): { stop(): Promise<Samples>; kill(): void } {
  const child = fork(fileURLToPath(new URL('request-stream.ts', import.meta.url)), [port, RATE, entries].map(String));
  const kill = () => void child.kill('SIGKILL');
  const forget = atExit(kill);
  child.once('exit', forget);
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('the stream of requests does not end')), ENDS_WITHIN_MS);
        child.once('message', (samples) => {
          clearTimeout(timer);
          resolve(samples as Samples);
        });
        const gone = () => {
          clearTimeout(timer);
          reject(new Error('the stream of requests ended early'));
        };
        child.once('exit', gone);
        if (child.exitCode === null && child.connected) child.send('stop');
        else gone();
      }),
    kill,
  };
}
