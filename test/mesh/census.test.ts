// Where people are, judged by people. Stand-ins for Jitsi's clients ask which shard serves their
// room and move there. The shards report their rooms to a stand-in for Consul's KV.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { gatherPeople, type People } from '../../lab/mesh/people.ts';
import { type CensusKv, startCensusKv } from '../../lab/servers/census-kv.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { healingLab, refusalsOf } from '../support/healing-lab.ts';
import { startSplitbrain } from '../support/splitbrain.ts';

const HOUR_MS = 3_600_000;

describe.each(newestHaproxy())('HAProxy $version', ({ command }) => {
  const { here, lab, shard } = healingLab(command);
  let people: People | undefined;
  let kv: CensusKv | undefined;

  afterEach(async () => {
    await kv?.stop();
  });

  async function withPeople(roomAgeMs: number | null = HOUR_MS): Promise<People> {
    await lab();
    const { mesh } = here();
    people = gatherPeople(mesh, roomAgeMs);
    const shards = mesh.shards.map(({ address }, n) => ({ name: `shard-${n + 1}`, address }));
    const { groups } = people;
    kv = await startCensusKv({ environment: 'laboratory', domain: 'meet.example', shards, groups });
    return people;
  }

  const censusLines = (settle = '2m') => [
    `census: { consul: { url: "${kv!.url}" }, domain: meet.example, settle: ${settle} }`,
  ];
  const report = (settle?: string) => here().run(['report'], { lines: censusLines(settle) });
  const heal = (settle?: string) => here().run(['heal', '--yes'], { lines: censusLines(settle) });
  const seatAll = (conference: string, ...seats: readonly (readonly [proxy: number, shard: number])[]) =>
    seats.map(([proxy, n]) => people!.seat(conference, proxy, shard(n)));

  test('people on two shards while all tables agree: scattered, healed to the bigger group, the others follow', async () => {
    await withPeople();
    const { mesh } = here();
    await mesh.request(0, 'daily', { forceShard: 0 });
    await Promise.all([0, 1, 2].map((proxy) => mesh.untilEntry(proxy, 'daily', (entry) => entry !== undefined)));
    const seats = seatAll('daily', [0, 0], [1, 1], [1, 1], [2, 1]);
    const healed = await heal();
    expect(healed.report.findings).toMatchObject([
      { kind: 'scattered', conference: 'daily', participants: { [shard(0)]: 1, [shard(1)]: 3 } },
    ]);
    expect(healed.report.findings[0]!.decision).toMatchObject({
      winner: shard(1),
      policy: 'participants',
      participantsMoved: 1,
    });
    expect(healed.stdout).toMatch(/Plan: 1 conference, .*, 0 refused, 1 participant reloads/);
    expect([healed.exitCode, healed.report.heal]).toMatchObject([0, { planned: 1, verified: 1, failed: 0 }]);
    const meanwhile = await report();
    expect([meanwhile.exitCode, meanwhile.report.findings]).toEqual([0, []]);
    expect(meanwhile.stdout).toMatch(/daily, healed \d+ s ago, its people are on the way/);
    await people!.poll();
    expect(seats.map((seat) => seat.shard)).toEqual(seats.map(() => shard(1)));
    expect(seats.map(({ reloads }) => reloads)).toEqual([1, 0, 0, 0]);
    const after = await report();
    expect([after.exitCode, after.report.findings]).toEqual([0, []]);
    expect(after.stdout).toMatch(/daily, healed \d+ s ago, is whole: 4 on /);
    expect((await report()).stdout).not.toContain('daily');
  });

  test('tables split 2:1 against the people: the people win', async () => {
    await withPeople();
    const { mesh } = here();
    await mesh.split(
      ['daily'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    seatAll('daily', [0, 0], [2, 1], [2, 1], [2, 1]);
    const healed = await heal();
    expect(healed.report.findings.map(({ kind, decision }) => [kind, decision!.winner, decision!.policy])).toEqual([
      ['split', shard(1), 'participants'],
      ['scattered', shard(1), 'participants'],
    ]);
    expect(healed.exitCode).toBe(0);
    for (const proxy of [0, 1, 2]) expect((await mesh.request(proxy, 'daily')).shard).toBe(shard(1));
  });

  test('the losing shard is silent: nobody knows how many move, and later runs see them come together', async () => {
    await withPeople();
    const { mesh } = here();
    await mesh.split(
      ['daily'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    seatAll('daily', [0, 0], [2, 1], [2, 1]);
    kv!.silent.add('shard-2');
    const healed = await heal();
    expect(healed.report.findings.map(({ decision }) => decision)).toEqual([
      {
        winner: shard(0),
        policy: 'majority',
        because: `2 of 3 proxies; how many people are on ${shard(1)} is not known`,
        participantsMoved: null,
      },
    ]);
    expect(healed.report.heal).toMatchObject({ verified: 1, failed: 0 });
    kv!.silent.clear();
    expect((await report()).stdout).toMatch(/daily, healed \d+ s ago, its people are on the way/);
    await people!.poll();
    expect((await report()).stdout).toMatch(/daily, healed \d+ s ago, is whole: 3 on /);
  });

  test('everybody sits elsewhere than the tables say: misplaced, and the tables come to them', async () => {
    await withPeople();
    const { mesh } = here();
    await mesh.request(0, 'acme/daily', { forceShard: 0 });
    await Promise.all([1, 2].map((proxy) => mesh.untilEntry(proxy, 'acme/daily', (entry) => entry !== undefined)));
    seatAll('acme/daily', [0, 2], [1, 2]);
    const healed = await heal();
    expect(healed.report.findings.map(({ kind }) => kind)).toEqual(['misplaced']);
    expect([healed.exitCode, healed.report.heal!.verified]).toEqual([0, 1]);
    for (const proxy of [0, 1, 2]) expect((await mesh.request(proxy, 'acme/daily')).shard).toBe(shard(2));
  });

  test('a plan for people who are apart: applied while the census says so, refused where it does not', async () => {
    await withPeople();
    const { mesh, scratch } = here();
    await mesh.request(0, 'daily', { forceShard: 0 });
    await Promise.all([1, 2].map((proxy) => mesh.untilEntry(proxy, 'daily', (entry) => entry !== undefined)));
    seatAll('daily', [0, 0], [1, 1], [2, 1]);
    const path = join(scratch.folder, 'plan.json');
    const planned = await here().run(['plan', '-o', path], { lines: censusLines() });
    expect(planned.exitCode).toBe(2);
    const refused = await here().run(['apply', '--yes', path], { lines: [] });
    expect([refused.exitCode, refused.writes, refusalsOf(refused.report)]).toEqual([4, [], ['entry-changed daily']]);
    const applied = await here().run(['apply', '--yes', path], { lines: censusLines() });
    expect([applied.exitCode, applied.report.heal]).toMatchObject([0, { planned: 1, verified: 1 }]);
    for (const proxy of [0, 1, 2]) expect((await mesh.request(proxy, 'daily')).shard).toBe(shard(1));
  });

  test('splitbrain census: people by shard, who is apart, who did not answer', async () => {
    await withPeople();
    const { mesh, scratch } = here();
    for (const name of ['daily', 'whole']) {
      await mesh.request(0, name, { forceShard: 0 });
      await Promise.all([1, 2].map((proxy) => mesh.untilEntry(proxy, name, (entry) => entry !== undefined)));
    }
    seatAll('daily', [0, 0], [1, 1], [2, 1]);
    seatAll('whole', [0, 0], [1, 0]);
    const path = join(scratch.folder, 'census.json');
    const lines = [...censusLines(), `heal: { journal: ${here().journals} }`];
    const run = (words: readonly string[], more = lines) =>
      startSplitbrain(['census', ...configure(scratch, mesh, { lines: more }), ...words]).ended;
    const told = await run(['--json', path]);
    expect(told.exitCode).toBe(2);
    expect(told.stdout).toMatch(/shard-1 +127\.0\.1\.11:\d+ +3 +2 +2$/m);
    expect(told.stdout).toMatch(/shard-2 +127\.0\.1\.12:\d+ +2 +1 +0$/m);
    expect(told.stdout).toMatch(/daily +2 on shard-2, 1 on shard-1 \(scattered\)/);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      schema: 'splitbrain/census/1',
      participants: 5,
      participantsApart: 1,
      apart: [{ conference: 'daily', kind: 'scattered' }],
    });
    kv!.silent.add('shard-3');
    const silent = await run([]);
    expect(silent.exitCode).toBe(3);
    expect(silent.stdout).toMatch(/shard-3 .*\? +\? +0 +unanswered/);
    const without = await run([], []);
    expect([without.exitCode, without.stderr]).toEqual([64, expect.stringContaining('census')]);
  });

  test('apart for less than clients need to move: agree, and said; after that time scattered', async () => {
    await withPeople(null);
    const { mesh } = here();
    await mesh.request(0, 'daily', { forceShard: 0 });
    await Promise.all([1, 2].map((proxy) => mesh.untilEntry(proxy, 'daily', (entry) => entry !== undefined)));
    seatAll('daily', [0, 0], [1, 1]);
    const first = await report();
    expect([first.exitCode, first.report.findings]).toEqual([0, []]);
    expect(first.stdout).toMatch(/1 conference is in two places/);
    // The earlier look is the one before it, in the state folder.
    const later = await report('1ms');
    expect([later.exitCode, later.report.findings.map(({ kind }) => kind)]).toEqual([2, ['scattered']]);
    rmSync(join(here().journals, 'laboratory.census.json'));
    const again = await report('1s');
    expect([again.exitCode, again.report.findings]).toEqual([0, []]);
    rmSync(join(here().journals, 'laboratory.census.json'));
    const waited = await here().run(['report', '--wait'], { lines: censusLines('1s') });
    expect([waited.exitCode, waited.report.findings.map(({ kind }) => kind)]).toEqual([2, ['scattered']]);
  });

  test('a shard that does not answer never counts as empty: nothing that it could overturn', async () => {
    await withPeople();
    const { mesh } = here();
    await mesh.request(0, 'misplaced', { forceShard: 0 });
    await mesh.request(0, 'scattered', { forceShard: 1 });
    for (const name of ['misplaced', 'scattered'])
      await Promise.all([1, 2].map((proxy) => mesh.untilEntry(proxy, name, (entry) => entry !== undefined)));
    seatAll('misplaced', [0, 1]);
    seatAll('scattered', [0, 1], [1, 2]);
    kv!.silent.add('shard-1');
    const healed = await heal();
    expect(healed.report.findings.map(({ kind, conference }) => [kind, conference])).toEqual([
      ['scattered', 'scattered'],
    ]);
    expect(healed.stdout).toContain('shard-1');
    expect([healed.exitCode, refusalsOf(healed.report)]).toEqual([4, ['census-incomplete scattered']]);
  });
});
