// The census from Consul's KV: what counts, and each oddity of a report.

import { describe, expect, test } from 'vitest';
import { ago, consul, type Key, NOW, PREFIX, play, playConsul, read, report, room, shard } from './reading.ts';

const S1 = 'stage-w-s1';
const S2 = 'stage-w-s2';

/** What is said of the only shard. */
async function oneShard(key: Key, given: Parameters<typeof read>[1] = {}) {
  const { shards, counted, notes } = await read(consul(await playConsul({ w: [key] })), given);
  expect(shards).toHaveLength(1);
  return { ...shards[0]!, counted: counted[S1], notes };
}

describe('what is read', () => {
  test('two datacenters, one without a key: rooms, people, addresses of shards that are known', async () => {
    const url = await playConsul({
      w: [report(S1, [room('[acme]a', 3), room('b', 2)]), report(S2, [])],
      e: [],
      n: [report('stage-n-s3', [room('a', 7)])],
    });
    const result = await read(consul(url), { shards: [shard(S1, '10.0.0.1:443'), shard(S2, '10.0.0.2:443')] });
    expect(result.counted).toEqual({ [S1]: ['[acme]a 3', 'b 2'], [S2]: [], 'stage-n-s3': ['a 7'] });
    expect(result.shards.map(({ name, address, rooms, participants }) => [name, address, rooms, participants])).toEqual(
      expect.arrayContaining([
        [S1, '10.0.0.1:443', 2, 5],
        [S2, '10.0.0.2:443', 0, 0],
        ['stage-n-s3', null, 1, 7],
      ]),
    );
    expect([result.gaps, result.notes]).toEqual([
      [],
      ['stage-n-s3: no known shard has such a name, so that the address of its rooms is not known.'],
    ]);
    expect(result.shards[0]?.reportedAt).toEqual(ago(10_000));
  });

  test("an agent's answer with spaces and lines", async () => {
    const url = await playConsul({ w: [report(S1, [room('a', 3)]), { key: PREFIX, value: null }] }, 4);
    expect((await read(consul(url))).counted).toEqual({ [S1]: ['a 3'] });
  });

  test('a report of another environment, and a folder, are not of this one', async () => {
    const url = await playConsul({ w: [{ key: PREFIX, value: null }, report(S1, [])] });
    expect((await read(consul(url))).shards.map(({ name }) => name)).toEqual([S1]);
  });
});

describe('rooms', () => {
  test.each([
    ['participants 0 and -1', [room('a', 0), room('b', -1)], ['a 0', 'b -1']],
    ['no created_time yet', [room('a', 1, { created_time: undefined })], ['a 1']],
    ['created_time as a number', [room('a', 1, { created_time: 1_764_331_000_000 })], ['a 1']],
    ['an old module: no leaked', [room('a', 1, { leaked: undefined })], ['a 1']],
    ['an old module: {} for no rooms', {}, []],
    ['a leaked room', [room('a', 3, { leaked: true }), room('b', 1)], ['b 1']],
    ['a health check of jicofo', [room('__jicofo-health-check-7', 1)], []],
    [
      'the domain in other letters',
      [room('x', 1, { room_name: 'x@conference.Meet.Example' })],
      ['x@conference.Meet.Example 1'],
    ],
    ['other letters than ASCII, and escapes', [room('日本 "x"\\', 2)], ['日本 "x"\\ 2']],
  ])('%s', async (_, census, counted) => {
    expect(await oneShard(report(S1, census))).toMatchObject({ status: 'ok', trouble: null, counted });
  });

  test('times are milliseconds, -1 is nobody, leaked rooms are counted apart', async () => {
    const census = [room('a', -1), room('b', 4), room('c', 9, { leaked: true })];
    expect(await oneShard(report(S1, census))).toMatchObject({ rooms: 2, participants: 4, leaked: 1, foreign: 0 });
  });

  test('another domain: left out and said', async () => {
    const census = [room('a', 1), room('b', 1, { room_name: 'b@conference.other.example' })];
    expect(await oneShard(report(S1, census))).toMatchObject({
      status: 'ok',
      foreign: 1,
      counted: ['a 1'],
      notes: [`Rooms of ${S1} are not of conference.meet.example and are not counted (1): check census.domain.`],
    });
  });
});

describe('reports that say nothing', () => {
  const minutes = (count: number) => ({ time: ago(count * 60_000).toISOString() });
  test.each([
    ['null: prosody did not answer', report(S1, null), 'unanswered', 'prosody-silent', 'is null'],
    ['no census at all', report(S1, undefined), 'unanswered', 'polling-off', 'has no `census`'],
    ['an old report', report(S1, [], minutes(20)), 'stale', 'old', '1200 s old; census.maxAge is 150 s'],
    ['a clock that is ahead', report(S1, [], minutes(-5)), 'stale', 'ahead', "300 s ahead of this machine's clock"],
    ['no time', report(S1, [], { time: undefined }), 'stale', 'no-time', 'has no time'],
    ['a time that is none', report(S1, [], { time: 1_764_331_000 }), 'stale', 'no-time', 'cannot be read'],
    ['no JSON', { key: PREFIX + S1, value: '{"census":[' }, 'unanswered', 'not-json', 'is not JSON'],
    ['a list', { key: PREFIX + S1, value: '[]' }, 'unanswered', 'wrong-shape', 'is not an object'],
    ['an empty value', { key: PREFIX + S1, value: '' }, 'unanswered', 'not-json', 'is empty'],
    ['no value', { key: PREFIX + S1, value: null }, 'unanswered', 'wrong-shape', 'is empty'],
    ['census is a text', report(S1, 'none'), 'unanswered', 'wrong-shape', 'not a list of rooms'],
    ['a room that is none', report(S1, [7]), 'unanswered', 'wrong-shape', 'lists something that is not a room'],
    ['no room_name', report(S1, [room('a', 1, { room_name: 5 })]), 'unanswered', 'wrong-shape', 'without a room_name'],
    [
      'participants a text',
      report(S1, [{ ...room('a', 1), participants: '3' }]),
      'unanswered',
      'wrong-shape',
      'no number of people',
    ],
    ['participants below -1', report(S1, [room('a', -2)]), 'unanswered', 'wrong-shape', 'no number of people'],
    ['half a person', report(S1, [room('a', 1.5)]), 'unanswered', 'wrong-shape', 'no number of people'],
    [
      'created_time is no time',
      report(S1, [room('a', 1, { created_time: 'now' })]),
      'unanswered',
      'wrong-shape',
      'created_time is no time',
    ],
    [
      'leaked is a text',
      report(S1, [room('a', 1, { leaked: 'yes' })]),
      'unanswered',
      'wrong-shape',
      'leaked is not true or false',
    ],
    [
      'only other domains',
      report(S1, [room('a', 1, { room_name: 'a@conference.x' })]),
      'unanswered',
      'wrong-domain',
      'its 1 rooms are of another domain',
    ],
  ])('%s', async (_, key, status, code, words) => {
    const { trouble, ...rest } = await oneShard(key);
    expect(rest).toMatchObject({ status, counted: undefined });
    expect(trouble).toEqual({ code, message: expect.stringContaining(words), remedy: expect.any(String) });
  });

  test('a value that Consul refused for its size: the old one stays, and it is said why', async () => {
    const census = Array.from({ length: 3_000 }, (_, n) => room(`room-number-${n}`, 1));
    const { trouble } = await oneShard(report(S1, census, minutes(10)));
    expect(trouble?.remedy).toContain('Consul refuses values over 512 KB and keeps the old one');
  });

  test('a value that is not base64', async () => {
    const url = await play((request, response) =>
      response.end(
        request.url?.startsWith('/v1/kv/') ? `[{"Key":"${PREFIX}${S1}","Value":"e30!"}]` : JSON.stringify(['w']),
      ),
    );
    const { shards } = await read(consul(url));
    expect(shards[0]?.trouble?.message).toBe(`The report of ${S1} does not come from Consul in base64.`);
  });
});

describe('reports that are missing or there twice', () => {
  test('a shard that is known and reports nothing', async () => {
    const url = await playConsul({ w: [report(S1, [])] });
    const { shards } = await read(consul(url), { shards: [shard(S1, '10.0.0.1:443'), shard(S2, '10.0.0.2:443')] });
    expect(shards.map(({ name, status, address, trouble }) => [name, status, address, trouble?.message])).toEqual([
      [S1, 'ok', '10.0.0.1:443', undefined],
      [S2, 'unanswered', '10.0.0.2:443', `Consul has no report of ${S2}.`],
    ]);
  });

  test('a shard whose server is called shard-SHARD, and its report SHARD', async () => {
    const url = await playConsul({ w: [report(S1, [room('a', 2)]), report('shard-x', [])] });
    const shards = [shard(`shard-${S1}`, '10.0.0.1:443'), shard('shard-x', '10.0.0.2:443'), shard('x', '10.0.0.3:443')];
    const result = await read(consul(url), { shards });
    expect(result.shards.map(({ name, status, address }) => [name, status, address])).toEqual([
      [S1, 'ok', '10.0.0.1:443'],
      ['shard-x', 'ok', '10.0.0.2:443'],
      ['x', 'unanswered', '10.0.0.3:443'],
    ]);
    expect(result.notes).toEqual([]);
  });

  test('an old report of a shard that nobody knows any more: left out and said', async () => {
    const url = await playConsul({
      w: [report(S1, []), report(S2, [room('a', 2)], { time: ago(9_000_000).toISOString() }), report('new', [])],
    });
    const { shards, notes } = await read(consul(url), { shards: [shard(S1, '10.0.0.1:443')] });
    expect(shards.map(({ name, status }) => [name, status])).toEqual([
      [S1, 'ok'],
      [S2, 'gone'],
      ['new', 'ok'],
    ]);
    expect(notes).toEqual([
      `Old reports of ${S2} are left out: no known shard has such a name. Delete the keys of removed shards.`,
    ]);
    // Where no name is known, it may be one that lives.
    expect((await read(consul(url))).shards[1]?.status).toBe('stale');
  });

  test('no report at all is not "nobody is there"', async () => {
    const { gaps, shards } = await read(consul(await playConsul({ w: [], e: [] })));
    expect(shards).toEqual([]);
    expect(gaps).toEqual([
      {
        name: PREFIX,
        trouble: expect.objectContaining({
          code: 'no-report',
          message: `Consul has no report below ${PREFIX} in 2 datacenters.`,
        }),
      },
    ]);
  });

  test('one name in two datacenters: the newest counts, whichever comes first', async () => {
    const old = { time: ago(100_000).toISOString() };
    for (const [w, e] of [
      [report(S1, [room('new', 1)]), report(S1, [room('old', 1)], old)],
      [report(S1, [room('old', 1)], old), report(S1, [room('new', 1)])],
    ] as const) {
      const { shards, counted, notes } = await read(consul(await playConsul({ w: [w], e: [e] })));
      expect(shards.map(({ status }) => status).sort()).toEqual(['duplicate', 'ok']);
      expect(counted).toEqual({ [S1]: ['new 1'] });
      expect(notes).toEqual([`Several reports name ${S1}: the newest of each counts.`]);
    }
  });

  test('a name that belongs to two addresses has none', async () => {
    const url = await playConsul({ w: [report(S1, [room('a', 1)])] });
    const { shards, notes } = await read(consul(url), {
      shards: [shard(S1, '10.0.0.1:443'), shard(S1, '10.0.0.2:443')],
    });
    expect(shards.map(({ address }) => address)).toEqual([null]);
    expect(notes).toEqual([`${S1}: the name belongs to several addresses, so that its rooms have none.`]);
  });

  test('keys that no shard can have', async () => {
    const url = await playConsul({ w: [report('a/b', []), report('x y\n', []), report(S1, [])] });
    const { shards, notes } = await read(consul(url));
    expect(shards.map(({ name }) => name)).toEqual([S1]);
    expect(notes).toEqual([
      `Consul's keys "${PREFIX}a/b", "${PREFIX}x y\\n" are not named like shards and are left out.`,
    ]);
  });
});

test('the time of the answer counts, not that of the question', async () => {
  let asked = 0;
  const now = () => NOW + 1_000_000 * asked++;
  await read(consul(await playConsul({ w: [report(S1, [])] })), { now });
  expect(asked).toBe(1);
});
