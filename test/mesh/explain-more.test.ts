// `splitbrain explain` where it is hard: hostile names, people, earlier runs, saved dumps, proxies
// that lie, hang, or are not in the inventory.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { gatherPeople } from '../../lab/mesh/people.ts';
import { startCensusKv } from '../../lab/servers/census-kv.ts';
import { encodeKey } from '../../src/domain/key.ts';
import { startHung } from '../support/bad-proxies.ts';
import { type ExplainFile, explainOn, explainWith } from '../support/explain-runs.ts';
import { newestHaproxy, oldestAndNewest } from '../support/haproxy-versions.ts';
import { healingLab } from '../support/healing-lab.ts';
import { runSplitbrain, startSplitbrain } from '../support/splitbrain.ts';

const HOUR_MS = 3_600_000;
const hostile = [
  'x; clear table nodes',
  'k data.server_id 13',
  'a=b\\c',
  '"quoted" and \'quoted\'',
  '$(id) `id`',
  '\x1b[31mred\x7f',
  '\x9b31m',
  '--json',
  '__proto__',
].map((name) => Buffer.from(name, 'latin1'));

/** A lab a test, and `explain` on it. What a test puts into `stops` is stopped after it. */
function explainingLab(command: string) {
  const { here, lab, shard } = healingLab(command);
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  const explain = (words: readonly string[], lines: readonly string[] = []) =>
    explainOn(here(), words, {
      config: { endpoints: here().relay.endpoints, lines: [`heal: { journal: ${here().journals} }`, ...lines] },
    });

  async function settle(conference: string | Uint8Array, forceShard = 0): Promise<void> {
    const { mesh } = here();
    await mesh.request(0, conference, { forceShard });
    await Promise.all(mesh.proxies.map((_, i) => mesh.untilEntry(i, conference, (entry) => entry !== undefined)));
  }
  const shardsOf = ({ routes }: ExplainFile) => routes.map(({ shard: to, followed }) => (followed ? to : followed));
  return { here, lab, shard, stops, explain, settle, shardsOf };
}

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  const { lab, shard, explain, settle, shardsOf } = explainingLab(command);

  test('hostile names, by key and by --like: explained like any other, and nothing is written', async () => {
    const { relay, mesh } = await lab();
    for (const name of hostile) await settle(name, 1);
    for (const name of hostile) {
      const key = encodeKey(name);
      const { exitCode, explained, stdout } = await explain([`--key=${key}`]);
      expect([key, exitCode, explained.key, explained.verdict]).toEqual([key, 0, key, 'agree']);
      expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
      expect(shardsOf(explained)).toEqual(mesh.proxies.map(() => shard(1)));
    }
    const all = await explain(['--like', '*']);
    expect([all.exitCode, all.explained.matches.length, all.explained.total]).toEqual([
      0,
      hostile.length,
      hostile.length,
    ]);
    expect(relay.writes).toEqual([]);
  });

  test('a key that one table holds twice: an answer to the key hides it, --dump shows it', async () => {
    const { mesh, relay } = await lab({ proxies: 2 });
    await settle('twice');
    relay.follow({
      rewrite: (proxy, line, answer) =>
        proxy === 'hap-b' && line === 'show table nodes'
          ? answer.replace(
              /^0x.* key=twice .*\n/m,
              (row) =>
                row +
                row
                  .replace(/server_id=\d+/, 'server_id=12')
                  .replace(/server_key=\S+/, `server_key=${mesh.shards[1]!.address}`),
            )
          : answer,
    });
    const dumped = await explain(['twice', '--dump']);
    expect([dumped.exitCode, dumped.explained.findings.map(({ kind }) => kind)]).toEqual([2, ['duplicated']]);
    expect(dumped.explained.routes[1]).toMatchObject({ followed: null, why: 'duplicated' });
    const asked = await explain(['twice']);
    const isOld = /^[12]\.|^3\.[0-2]\./.test(mesh.proxies[0]!.version);
    expect([asked.exitCode, asked.explained.notes.join().includes('--dump')]).toEqual([0, isOld]);
  });
});

describe.each(newestHaproxy())('what explain does by itself, HAProxy $version', ({ command }) => {
  const { here, lab, shard, stops, explain, settle, shardsOf } = explainingLab(command);

  test('people: who sits where, misplaced and scattered; a silent shard is named', async () => {
    const { mesh } = await lab();
    const people = gatherPeople(mesh, HOUR_MS);
    const shards = mesh.shards.map(({ address }, n) => ({ name: `shard-${n + 1}`, address }));
    const kv = await startCensusKv({
      environment: 'laboratory',
      domain: 'meet.example',
      shards,
      groups: people.groups,
    });
    stops.push(kv.stop);
    const lines = [`census: { consul: { url: "${kv.url}" }, domain: meet.example, settle: 2m }`];
    for (const name of ['whole', 'acme/misplaced', 'scattered']) await settle(name);
    people.seat('whole', 0, shard(0));
    for (const proxy of [0, 1]) people.seat('acme/misplaced', proxy, shard(1));
    for (const [proxy, n] of [
      [0, 0],
      [1, 1],
      [2, 1],
    ] as const)
      people.seat('scattered', proxy, shard(n));
    const told = async (name: string) => (await explain([name], lines)).explained;
    expect(await told('whole')).toMatchObject({
      verdict: 'agree',
      census: { people: [{ participants: 1 }], unanswered: [] },
    });
    const misplaced = await told('acme/misplaced');
    expect([misplaced.exitCode, misplaced.findings.map(({ kind }) => kind)]).toEqual([2, ['misplaced']]);
    expect(misplaced.heal!.decision.winner).toBe(shard(1));
    const scattered = await told('scattered');
    expect([scattered.exitCode, scattered.findings.map(({ kind }) => kind)]).toEqual([2, ['scattered']]);
    expect(scattered.census!.people.map(({ shard: to, participants }) => [to, participants])).toEqual([
      [shard(1), 2],
      [shard(0), 1],
    ]);
    kv.silent.add('shard-3');
    const silent = await explain(['whole'], lines);
    expect([silent.exitCode, silent.explained.census!.unanswered]).toEqual([0, ['shard-3']]);
    expect(silent.stdout).toContain('not counted, so more may be there: shard-3');
    people.seat('only-people', 0, shard(2));
    // One conference says nothing of the others: what a census left for the next one stays.
    expect(existsSync(join(here().journals, 'laboratory.census.json'))).toBe(false);
  });

  test('earlier runs: what a heal wrote, and since when reports have it', async () => {
    const { mesh, scratch } = await lab();
    const sides = [
      { proxies: [0], shard: 0 },
      { proxies: [1, 2], shard: 1 },
    ];
    await mesh.split(['acme/x'], sides);
    const kept = join(scratch.folder, 'kept');
    await here().run(['report', '--history', kept]);
    await here().run(['heal', '--yes']);
    await mesh.command(0, 'clear table nodes key acme/x');
    await mesh.request(0, 'acme/x', { forceShard: 0 });
    await here().run(['report', '--history', kept]);
    const { explained, stdout } = await explain(['acme/x', '--history', kept]);
    expect(explained.past.map(({ source }) => source).sort()).toEqual(['journal', 'report']);
    expect(stdout).toMatch(/UTC {2}heal brought it to 127\.0\.1\.12:\d+ \(hap-a\), and it held \(run /);
    expect(stdout).toMatch(/UTC {2}split since then or longer: no kept report is without it, seen in 2 runs/);
  });

  test('the suggested command, taken by a shell, heals this conference and no other', async () => {
    const { mesh } = await lab();
    const [asked, other] = ["it's $(here)", 'other'] as const;
    const sides = [
      { proxies: [0], shard: 0 },
      { proxies: [1, 2], shard: 1 },
    ];
    for (const calm of ['one', 'two', 'three']) await settle(calm);
    await mesh.split([asked, other], sides);
    const { stdout } = await explain([`--key=${encodeKey(Buffer.from(asked))}`]);
    const suggested = /This conference alone:\s+(splitbrain heal .*)/.exec(stdout)![1]!;
    const words = execFileSync('sh', ['-c', `splitbrain() { printf '%s\\n' "$@"; }; ${suggested}`], {
      encoding: 'utf8',
    });
    const heal = await runSplitbrain([...words.trim().split('\n'), '--yes']);
    expect([heal.exitCode, heal.stdout]).toEqual([2, expect.stringContaining('HEALED  1 of 1 conference')]);
    const landed = async (name: string) =>
      new Set(await Promise.all([0, 1, 2].map(async (proxy) => (await mesh.request(proxy, name)).shard)));
    expect([await landed(asked), await landed(other)]).toEqual([new Set([shard(1)]), new Set([shard(0), shard(1)])]);
  });

  test('saved dumps say the same as the live proxies, and nothing is asked of those', async () => {
    const { mesh, scratch } = await lab();
    await settle('whole');
    await mesh.split(
      ['acme/x'],
      [
        { proxies: [0], shard: 0 },
        { proxies: [1, 2], shard: 1 },
      ],
    );
    const folder = join(scratch.folder, 'saved');
    await startSplitbrain([
      'snapshot',
      folder,
      ...mesh.proxies.flatMap(({ name, socketPath }) => ['--proxy', `${name}=${socketPath}`]),
    ]).ended;
    for (const proxy of [0, 1, 2]) await mesh.kill(proxy);
    const split = await explainWith(scratch, ['acme/x', '--from', folder]);
    expect([split.exitCode, shardsOf(split.explained)]).toEqual([2, [shard(0), shard(1), shard(1)]]);
    const whole = await explainWith(scratch, ['whole', '--from', folder]);
    expect([whole.exitCode, whole.explained.verdict, whole.explained.findings]).toEqual([0, 'agree', []]);
    const like = await explainWith(scratch, ['--like', '*', '--from', folder]);
    expect(like.explained.matches.map(({ key, verdict }) => `${key} ${verdict}`)).toEqual([
      'acme/x apart',
      'whole agree',
    ]);
  });

  test('a proxy that hangs, and a peer that is not in the inventory: never AGREE', async () => {
    const { mesh, scratch } = await lab();
    await settle('daily');
    const hung = await startHung();
    stops.push(hung.stop);
    const endpoints = { ...here().relay.endpoints, 'hap-c': `tcp://127.0.0.1:${hung.port}` };
    const lines = ['collect: { timeout: 3s, firstByte: 1s }'];
    const hanging = await explainOn(here(), ['daily'], { config: { endpoints, lines } });
    expect([hanging.exitCode, hanging.explained.verdict]).toEqual([3, 'incomplete']);
    const [a, b] = mesh.proxies.map(({ name, socketPath }) => `${name}=${socketPath}`) as [string, string];
    const two = await explainWith(scratch, ['daily', '--proxy', a, '--proxy', b]);
    expect([two.exitCode, two.explained.verdict]).toEqual([3, 'incomplete']);
    expect(two.explained.notes.join()).toContain('hap-c is connected to hap-a, hap-b and was not read');
  });

  test('a name that is that of two conferences is asked back, and --key tells them apart', async () => {
    await lab();
    await settle('Daily', 0);
    await settle('daily', 1);
    const both = await explain(['Daily']);
    expect([both.exitCode, both.explained.key, both.explained.matches.map(({ key }) => key)]).toEqual([
      64,
      null,
      ['Daily', 'daily'],
    ]);
    expect(both.stdout).toMatch(/^WHICH ONE\? {2}Daily is the name of 2 conferences/);
    const one = await explain(['--key', 'Daily']);
    expect([one.exitCode, shardsOf(one.explained)[0]]).toEqual([0, shard(0)]);
    // Bytes that are no text read alike.
    await settle(Buffer.from('r\xff', 'latin1'));
    await settle(Buffer.from('r\xfe', 'latin1'));
    const same = await explain(['r\ufffd']);
    expect([same.exitCode, same.explained.matches.map(({ key }) => key)]).toEqual([64, ['r\\xFE', 'r\\xFF']]);
  });
});
