// Answers that mean harm: huge, endless, deep, slow. Each costs its own shard or datacenter, a few
// megabytes, and no more time than the deadline.

import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CensusContext } from '../../src/census/census-context.ts';
import { readCensus } from '../../src/census/read-census.ts';
import type { CensusSource } from '../../src/domain/census.ts';
import { limitMemory } from '../support/memory-limit.ts';
import { censusSettings, consul, NOW, nothingKept, PREFIX, play, read, report, room, rowOf, shard } from './reading.ts';

beforeAll(limitMemory);

const S1 = [shard('s1', '10.0.0.1:443')];
const at = (url: string): CensusSource => ({ kind: 'sidecar', url: `${url}/{name}` });

/** Writes the piece so often, as fast as it is read, or until nobody reads it. */
async function pour(response: ServerResponse, piece: string, times: number): Promise<void> {
  const pieces = function* () {
    for (let n = 0; n < times; n++) yield piece;
  };
  await pipeline(Readable.from(pieces()), response, { end: false }).catch(() => {});
}

/** The most memory that was in use while `act` ran, beyond that before. */
async function growth(act: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  await act();
  clearInterval(timer);
  return most - before;
}

describe('200 MB', () => {
  const rooms = Array.from({ length: 10_000 }, (_, n) => JSON.stringify(room(`room-${n}`, 3))).join(',');
  const times = Math.ceil(200_000_000 / rooms.length);

  test('of rooms, from a sidecar: every room counts, in some megabytes', async () => {
    const url = await play(async (_, response) => {
      response.write(`{"room_census":[${rooms}`);
      await pour(response, `,${rooms}`, times - 1);
      response.end(']}');
    });
    let people = 0;
    const grown = await growth(async () => {
      const settings = censusSettings(at(url), { timeoutMs: 60_000 });
      const { shards } = await readCensus(settings, context({ room: (_, one) => (people += one.participants) }));
      expect(shards[0]).toMatchObject({ status: 'ok', rooms: 10_000 * times });
    });
    expect(people).toBe(30_000 * times);
    expect(grown / 1e6).toBeLessThan(150);
  });

  test('of values, from Consul', async () => {
    const whole = JSON.stringify(
      rowOf(
        report(
          's0',
          Array.from({ length: 2_500 }, (_, n) => room(`r${n}`, 1)),
        ),
      ),
    );
    const rows = function* () {
      for (let n = 0; n < 500; n++) yield `${n === 0 ? '[' : ','}${whole.replace(`${PREFIX}s0`, `${PREFIX}s${n}`)}`;
    };
    const url = await play(async (request, response) => {
      if (request.url === '/v1/catalog/datacenters') return response.end('["w"]');
      await pipeline(Readable.from(rows()), response, { end: false });
      return response.end(']');
    });
    const grown = await growth(async () => {
      const settings = censusSettings(consul(url), { timeoutMs: 60_000 });
      const { shards } = await readCensus(settings, context({ room: () => {} }));
      expect(shards.filter(({ status, rooms }) => status === 'ok' && rooms === 2_500)).toHaveLength(500);
    });
    expect(grown / 1e6).toBeLessThan(250);
  });
});

describe('one shard', () => {
  test.each([
    ['a room without end', '{"room_census":[{"room_name":"', 'x', 'wrong-shape', 'lists a room of more than'],
    ['deep nesting in a room', '{"room_census":[{"a":', '{"a":', 'wrong-shape', 'lists a room of more than'],
    ['deep nesting in the list', '{"room_census":[[', '[', 'wrong-shape', 'something that is not a room'],
    ['deep nesting around it', '{"a":[', '[', 'wrong-shape', 'too much beside its rooms'],
    ['fields without end', '{"a":1', ',"b":"c"', 'wrong-shape', 'too much beside its rooms'],
    ['spaces without end', '{"room_census":[', ' ', 'too-large', 'more than 5000000 bytes'],
    ['rooms without end', '{"room_census":[{}', ',{}', 'wrong-shape', 'without a room_name'],
  ])('%s', async (_, start, piece, code, words) => {
    const url = await play(async (_request, response) => {
      response.write(start);
      await pour(response, piece.repeat(5_000), 1_000_000);
    });
    const { shards } = await read(at(url), { shards: S1, maxBytes: 5_000_000 });
    expect(shards[0]).toMatchObject({ status: 'unanswered', trouble: { code } });
    expect(shards[0]?.trouble?.message).toContain(words);
  });

  test.each([
    ['no answer', () => {}, 'did not answer within 0.3 s'],
    ['a byte now and then', (response: ServerResponse) => drip(response), 'did not finish its answer within 0.3 s'],
  ])('%s: the deadline ends it', async (_, act, words) => {
    const url = await play((_request, response) => void act(response));
    const startedAt = performance.now();
    const { shards } = await read(at(url), { shards: S1, timeoutMs: 300 });
    expect(shards[0]?.trouble).toMatchObject({ code: 'timeout', message: expect.stringContaining(words) });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  test('a connection that breaks, a redirect, and no HTTP', async () => {
    const broken = await play((_, response) => {
      response.writeHead(200, { 'Content-Length': '1000' }).write('{"room_census":[');
      setTimeout(() => response.destroy(), 20);
    });
    const moved = await play((_, response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end());
    const codes = await Promise.all(
      [broken, moved].map(async (url) => (await read(at(url), { shards: S1 })).shards[0]?.trouble?.code),
    );
    expect(codes).toEqual(['closed-early', 'status']);
  });

  test('the rest is read while one is silent; an interrupt ends it all', async () => {
    const url = await play((request, response) => {
      if (request.url !== '/s1') response.end('{"room_census":[]}');
    });
    const three = ['s1', 's2', 's3'].map((name, n) => shard(name, `10.0.0.${n}:443`));
    const { shards } = await read(at(url), { shards: three, timeoutMs: 300 });
    expect(shards.map(({ status }) => status)).toEqual(['unanswered', 'ok', 'ok']);
    const interrupt = new AbortController();
    const reading = read(at(url), { shards: three, signal: interrupt.signal });
    setTimeout(() => interrupt.abort(new Error('enough')), 50);
    await expect(reading).rejects.toThrow('enough');
  });
});

function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 20);
  response.once('close', () => clearInterval(timer));
}

describe('Consul', () => {
  const kv = (start: string, piece: string) =>
    play(async (request, response) => {
      if (request.url === '/v1/catalog/datacenters') return response.end('["w"]');
      response.write(start);
      return pour(response, piece, 1_000_000);
    });
  test.each([
    ['a value without end', `[{"Key":"${PREFIX}s1","Value":"`, 'e30A'.repeat(20_000), 'has a row of more than'],
    ['deep nesting', '[{"Key":', '{"a":'.repeat(20_000), 'has a row of more than'],
    ['lists', '[[', '[', "is not Consul's list of keys"],
    ['rows of another kind', '[{"key":1}', ',{"key":1}', "is not Consul's list of keys"],
    ['an object', '{"a":1}', ' ', "is not Consul's list of keys"],
  ])('%s: its datacenter is a gap', async (_, start, piece, words) => {
    const { gaps, shards } = await read(consul(await kv(start, piece)), { shards: S1, maxBytes: 50_000_000 });
    expect(gaps).toMatchObject([{ name: 'w', trouble: { message: expect.stringContaining(words) } }]);
    expect(shards).toMatchObject([{ name: 's1', status: 'unanswered' }]);
  });
});

function context(sink: CensusContext['sink']): CensusContext {
  return {
    shards: S1,
    now: () => NOW,
    dialTo: () => null,
    kept: nothingKept,
    signal: new AbortController().signal,
    sink,
  };
}
