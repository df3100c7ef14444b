// What tests of the census share: its settings, a sink that keeps what it is given, and a server
// that answers as it is told.

import { setMaxListeners } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { CensusContext } from '../../src/census/census-context.ts';
import type { KeptAnswers } from '../../src/census/kept-answers.ts';
import { readCensus } from '../../src/census/read-census.ts';
import type { CensusReading, CensusRoom, CensusSettings, CensusShard, CensusSource } from '../../src/domain/census.ts';

export const DOMAIN = 'meet.example';

/** The time at which every answer is read. */
export const NOW = Date.parse('2026-11-28T12:00:00.000Z');

export const ago = (ms: number) => new Date(NOW - ms);

export const room = (name: string, participants: number, rest: object = {}) => ({
  room_name: `${name}@conference.${DOMAIN}`,
  participants,
  created_time: '1764331000000',
  leaked: false,
  ...rest,
});

export const shard = (name: string | null, address: string, meta: Record<string, string> = {}): CensusShard => ({
  name,
  address,
  region: null,
  meta,
});

export interface Read extends CensusReading {
  /** `name participants` of each room that counts, by the shard's name. */
  readonly counted: Readonly<Record<string, readonly string[]>>;
}

/** No answer stands in for another. */
export const nothingKept: KeptAnswers = { keep: () => ({ write() {}, end() {} }), find: () => null };

type Given = Partial<Omit<CensusSettings, 'source'>> & Partial<Omit<CensusContext, 'sink'>>;

export const censusSettings = (source: CensusSource, limits: Partial<CensusSettings> = {}): CensusSettings => ({
  source,
  domain: DOMAIN,
  keyPattern: '{tenant}/{room}',
  maxAgeMs: 150_000,
  settleMs: 120_000,
  timeoutMs: 10_000,
  concurrency: 20,
  maxBytes: 1_000_000_000,
  via: { kind: 'direct' },
  ...limits,
});

export async function read(source: CensusSource, given: Given = {}): Promise<Read> {
  const { shards = [], now = () => NOW, dialTo = () => null, kept = nothingKept, signal, ...limits } = given;
  const rooms: [number, CensusRoom][] = [];
  const reading = await readCensus(censusSettings(source, limits), {
    shards,
    now,
    dialTo,
    kept,
    signal: signal ?? endless(),
    sink: { room: (index, one) => rooms.push([index, one]) },
  });
  const counted: Record<string, string[]> = {};
  reading.shards.forEach(({ name, status }, index) => {
    if (status !== 'ok') return;
    counted[name] = rooms
      .filter(([at]) => at === index)
      .map(([, { jid, participants }]) => `${jid.replace(`@conference.${DOMAIN}`, '')} ${participants}`);
  });
  return { ...reading, counted };
}

/** A run's signal: many listen to it. */
function endless(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return signal;
}

/** The URL of a server that lives as long as the test. */
export async function play(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Key {
  readonly key: string;
  readonly value: string | Buffer | null;
}

/**
 * Consul's KV, played: keys by datacenter; a status instead of keys is answered as it is. With an
 * `indent` it is as agents in development write it.
 */
export function playConsul(
  datacenters: Readonly<Record<string, readonly Key[] | { status: number; text: string }>>,
  indent = 0,
) {
  return play((request, response) => {
    const url = new URL(request.url!, 'http://consul');
    if (url.pathname === '/v1/catalog/datacenters') return response.end(JSON.stringify(Object.keys(datacenters)));
    const keys = datacenters[url.searchParams.get('dc')!] ?? [];
    if ('status' in keys) return response.writeHead(keys.status).end(keys.text);
    const found = keys.filter(({ key }) => `/v1/kv/${key}`.startsWith(url.pathname));
    return found.length === 0
      ? response.writeHead(404).end()
      : response.end(JSON.stringify(found.map(rowOf), null, indent));
  });
}

export function rowOf({ key, value }: Key): object {
  const Value = value === null ? null : Buffer.from(value).toString('base64');
  return { LockIndex: 0, Key: key, Flags: 0, Value, CreateIndex: 10, ModifyIndex: 20 };
}

export const PREFIX = 'signal-report/stage/';

export const consul = (url: string, rest: Partial<Extract<CensusSource, { kind: 'consul' }>> = {}): CensusSource => ({
  kind: 'consul',
  url,
  prefix: PREFIX,
  datacenters: 'all',
  token: null,
  ...rest,
});

/** A sidecar's report, of ten seconds ago. */
export function report(name: string, census: unknown, rest: object = {}): Key {
  const value = { time: ago(10_000).toISOString(), healthy: true, stats: { jicofoConferences: 1 }, census, ...rest };
  return { key: PREFIX + name, value: JSON.stringify(value) };
}
