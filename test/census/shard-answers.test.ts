// The census from the shards themselves: sidecars and prosodies that answer as section 7 of the
// facts says, and each way in which they do not.

import { describe, expect, onTestFinished, test } from 'vitest';
import { type SignalShardOptions, startSignalShard } from '../../lab/servers/signal-shard.ts';
import type { CensusSource } from '../../src/domain/census.ts';
import { DOMAIN, play, read, room, shard } from './reading.ts';

const SIDECAR: CensusSource = { kind: 'sidecar', url: 'http://{host}:{meta.sidecar}/signal/census' };
const PROSODY: CensusSource = { kind: 'prosody', url: 'http://{host}:{meta.prosody}/room-census' };

async function start(name: string, options: Partial<SignalShardOptions> = {}) {
  const signal = await startSignalShard({ name, domain: DOMAIN, ...options });
  onTestFinished(() => signal.stop());
  const meta = { sidecar: String(signal.sidecarPort), prosody: String(signal.prosodyPort) };
  return { signal, known: shard(name, '127.0.0.1:443', meta) };
}

const rooms = [
  { jid: `[acme]a@conference.${DOMAIN}`, occupants: 4, createdAtMs: 1_764_331_000_000 },
  { jid: `alone@conference.${DOMAIN}`, occupants: 1 },
  { jid: `unfocused@conference.${DOMAIN}`, occupants: 0, createdAtMs: 1_764_331_000_000 },
  { jid: `gone@conference.${DOMAIN}`, occupants: 3, createdAtMs: 1_764_331_000_000, leaked: true },
  { jid: `__jicofo-health-check-1@conference.${DOMAIN}`, occupants: 1 },
  { jid: `x@breakout.${DOMAIN}`, occupants: 3 },
];

describe.each([
  ['sidecar', SIDECAR],
  ['prosody', PROSODY],
] as const)('%s', (kind, source) => {
  test('rooms and people of each shard', async () => {
    const [one, two] = await Promise.all([start('s1'), start('s2')]);
    one.signal.state.rooms = rooms;
    const result = await read(source, { shards: [one.known, two.known] });
    expect(result.counted).toEqual({ s1: ['[acme]a 3', 'alone 0', 'unfocused -1'], s2: [] });
    expect(result.shards[0]).toMatchObject({ status: 'ok', reportedAt: null, rooms: 3, participants: 3, leaked: 1 });
    expect([result.gaps, result.notes]).toEqual([[], []]);
  });

  test('an old module: {} for no rooms, and leaked rooms that nobody can tell', async () => {
    const { signal, known } = await start('s1', { hasOldModule: true });
    expect((await read(source, { shards: [known] })).counted).toEqual({ s1: [] });
    signal.state.rooms = rooms.slice(3, 4);
    expect((await read(source, { shards: [known] })).counted).toEqual({ s1: ['gone 2'] });
  });

  test('a shard that does not answer is named, the others count', async () => {
    const [one, two] = await Promise.all([start('s1'), start('s2')]);
    await two.signal.stop();
    const { shards, counted } = await read(source, { shards: [one.known, two.known] });
    expect(counted).toEqual({ s1: [] });
    expect(shards[1]).toMatchObject({ name: 's2', status: 'unanswered', trouble: { code: 'refused' } });
    expect(shards[1]?.trouble?.remedy).toContain(`census.${kind}.url`);
  });

  test('no shard is known: that is a gap', async () => {
    expect((await read(source)).gaps).toEqual([
      { name: `census.${kind}`, trouble: expect.objectContaining({ code: 'no-address' }) },
    ]);
  });
});

const troubleOf = async (source: CensusSource, known: ReturnType<typeof shard>, given: object = {}) => {
  const { shards } = await read(source, { shards: [known], ...given });
  expect(shards[0]?.status).toBe('unanswered');
  return shards[0]?.trouble;
};

describe('what a sidecar says instead', () => {
  test('null: prosody did not answer it', async () => {
    const { signal, known } = await start('s1');
    signal.state.doesProsodyAnswer = false;
    expect(await troubleOf(SIDECAR, known)).toMatchObject({ code: 'prosody-silent' });
  });

  test('404: it does not poll', async () => {
    const { signal, known } = await start('s1');
    signal.state.isPolled = false;
    expect(await troubleOf(SIDECAR, known)).toMatchObject({ code: 'polling-off' });
  });
});

describe('what prosody says instead', () => {
  test('404: another domain; 400: a host without conferences; 500', async () => {
    const { signal, known } = await start('s1');
    expect(await troubleOf(PROSODY, known, { domain: 'other.example' })).toMatchObject({
      code: 'unknown-domain',
      message: expect.stringContaining('does not know the host other.example'),
    });
    expect(await troubleOf(PROSODY, known, { domain: `focus.${DOMAIN}` })).toMatchObject({
      code: 'unknown-domain',
      message: expect.stringContaining('(400)'),
    });
    signal.state.doesProsodyAnswer = false;
    expect(await troubleOf(PROSODY, known)).toMatchObject({ code: 'status' });
  });
});

describe('addresses', () => {
  test('a word that the shard does not have', async () => {
    expect(await troubleOf(SIDECAR, shard('s1', '127.0.0.1:443'))).toEqual({
      code: 'no-address',
      message: 's1 cannot be asked by census.sidecar.url: it has no meta.sidecar.',
      remedy: expect.any(String),
    });
  });

  test('a meta that is no port', async () => {
    const trouble = await troubleOf(SIDECAR, shard('s1', '127.0.0.1:443', { sidecar: '80/evil' }));
    expect(trouble?.message).toContain('expected a port between 1 and 65535');
  });

  test('two shards of one machine behind one URL: nobody knows whose rooms they are', async () => {
    const { known } = await start('s1');
    const { shards } = await read(SIDECAR, { shards: [known, { ...known, name: 's2', address: '127.0.0.1:444' }] });
    expect(shards.map(({ status, trouble }) => [status, trouble?.code])).toEqual([
      ['unanswered', 'no-address'],
      ['unanswered', 'no-address'],
    ]);
  });

  test('one shard that is known twice is asked once; without a name it is called by its address', async () => {
    const { known } = await start('s1');
    expect((await read(SIDECAR, { shards: [known, known] })).shards).toHaveLength(1);
    expect((await read(SIDECAR, { shards: [{ ...known, name: null }] })).counted).toEqual({ '127.0.0.1:443': [] });
  });

  test('one name, two addresses, while a shard moves: both count', async () => {
    const [one, two] = await Promise.all([start('s1'), start('s1')]);
    const shards = [one.known, { ...two.known, address: '127.0.0.1:444' }];
    expect((await read(SIDECAR, { shards })).shards.map(({ status }) => status)).toEqual(['ok', 'ok']);
  });
});

describe('how an answer is read', () => {
  const at = (url: string): CensusSource => ({ kind: 'sidecar', url: `${url}/{name}` });
  const answered = async (text: string) => {
    const url = await play((_, response) => {
      // One byte a packet, more or less: every place is a place where the text may be cut.
      for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
      response.end();
    });
    return read(at(url), { shards: [shard('s1', '10.0.0.1:443')] });
  };

  test.each([
    ['spaces', ` {\n "room_census" : [ ${JSON.stringify(room('a', 1))} ,\n ${JSON.stringify(room('b', 2))} ] } `],
    [
      'other fields around',
      `{"a":[1,{"room_census":[7]}],"b":"]\\"}","room_census":[${JSON.stringify(room('a', 1))},${JSON.stringify(room('b', 2))}],"c":{}}`,
    ],
    [
      'nested fields and braces in texts',
      `{"room_census":[${JSON.stringify(room('a', 1, { x: { y: ['}]'] } }))},${JSON.stringify(room('b', 2, { z: '"{\\' }))}]}`,
    ],
  ])('%s', async (_, text) => {
    expect((await answered(text)).counted).toEqual({ s1: ['a 1', 'b 2'] });
  });

  const a = JSON.stringify(room('a', 1));
  test.each([
    ['cut off', `{"room_census":[${a},${a}`, 'not-json', 'is cut off in its list of rooms'],
    ['cut off behind the list', `{"room_census":[${a}]`, 'not-json', 'is not JSON'],
    ['no comma', `{"room_census":[${a}${a}]}`, 'not-json', 'is not JSON'],
    ['two commas', `{"room_census":[${a},,${a}]}`, 'not-json', 'is not JSON'],
    ['a comma at the end', `{"room_census":[${a},]}`, 'not-json', 'is not JSON'],
    ['more behind it', `{"room_census":[]}{}`, 'not-json', 'is not JSON'],
    ['two lists', `{"room_census":[],"room_census":[]}`, 'wrong-shape', 'has two lists of rooms'],
    ['numbers', '{"room_census":[1,2]}', 'wrong-shape', 'lists something that is not a room'],
    ['a page', '<html>no</html>', 'not-json', 'is not JSON'],
    ['nothing', '', 'not-json', 'is empty'],
    ['no list', '{"rooms":[]}', 'polling-off', 'has no `room_census`'],
  ])('%s: refused', async (_, text, code, words) => {
    const { shards } = await answered(text);
    expect(shards[0]).toMatchObject({ status: 'unanswered', trouble: { code } });
    expect(shards[0]?.trouble?.message).toContain(words);
  });
});
