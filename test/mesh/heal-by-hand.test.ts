// What a person or another program asks for, on real meshes: plan and apply, undo, pin, and a
// monitor that may heal.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writtenKeys } from '../../lab/links/command-relay.ts';
import { tableRoutes } from '../../lab/mesh/table-routes.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { type HealingLab, type HealRun, refusalsOf, startHealingLab } from '../support/healing-lab.ts';
import { tableContents } from '../support/table-contents.ts';

describe.each(newestHaproxy())('HAProxy $version, c linked to nobody', ({ command }) => {
  let here: HealingLab;
  beforeAll(async () => {
    here = await startHealingLab({ binary: command });
    for (const proxy of [0, 1]) await here.mesh.cut(proxy, 2);
    for (const proxy of [0, 1]) await here.mesh.untilPeers(proxy, 2, 'down');
  });
  afterAll(() => here?.stop());

  const shard = (n: number) => here.mesh.shards[n]!.address;
  const splitOver = (conferences: readonly string[], ab = 0, c = 1) =>
    here.mesh.split(conferences, [
      { proxies: [0, 1], shard: ab },
      { proxies: [2], shard: c },
    ]);
  const outcomeOf = (run: HealRun) => [run.exitCode, run.report.heal?.verified, refusalsOf(run.report)];

  /** Writes the plan of what is split now, with `plan -o`, and gives the file's path and text. */
  async function planned(name: string) {
    const path = join(here.scratch.folder, name);
    const { ended } = here.start(['plan', '-o', path]);
    const { exitCode, writes } = await ended;
    expect([exitCode, writes]).toEqual([2, []]);
    return { path, text: readFileSync(path, 'utf8') };
  }

  test('plan -o, then apply: exactly its steps; what has changed in between is refused, and the rest is done', async () => {
    await splitOver(['planned', 'changed']);
    here.relay.follow({});
    const { path, text } = await planned('plan.json');
    await here.mesh.request(2, 'changed', { forceShard: 2 });
    await splitOver(['later']);
    const run = await here.run(['apply', path, '--yes']);
    expect(outcomeOf(run)).toEqual([4, 1, ['entry-changed changed']]);
    expect(run.writes.map((write) => `${write.proxy} ${write.command}`)).toEqual([
      'hap-c clear table nodes key planned',
      'hap-c set table nodes key planned data.server_id 11',
    ]);
    const routes = await tableRoutes(here.mesh);
    expect(routes.get('changed')).toEqual([shard(0), shard(0), shard(2)]);
    expect(routes.get('later')).toEqual([shard(0), shard(0), shard(1)]);
    expect(await conferenceShards(here.mesh, ['planned'])).toEqual(new Map([['planned', shard(0)]]));

    const before = await tableContents(here.mesh);
    const twice = await here.run(['apply', path, '--yes']);
    expect([refusalsOf(twice.report), twice.writes]).toEqual([['entry-changed changed'], []]);
    const old = text.replace(/"validUntil": "[^"]+"/, '"validUntil": "2020-01-01T00:00:00.000Z"');
    writeFileSync(path, old);
    const expired = await here.run(['apply', path, '--yes']);
    expect([outcomeOf(expired), expired.writes]).toEqual([[4, 0, ['plan-expired']], []]);
    writeFileSync(path, text.replace('"environment": "laboratory"', '"environment": "elsewhere"'));
    const elsewhere = await here.run(['apply', path, '--yes']);
    expect([outcomeOf(elsewhere), elsewhere.writes]).toEqual([[4, 0, ['wrong-mesh']], []]);
    expect(await tableContents(here.mesh)).toEqual(before);
    expect((await here.heal()).exitCode).toBe(0);
  });

  test('heal --only: the named conferences, by name or URL; the others stay as they are', async () => {
    await splitOver(['acme/only', 'acme/other', 'acme/third']);
    const one = await here.run(['heal', '--yes', '--only', 'acme/only', '--only', 'nobody']);
    expect(outcomeOf(one)).toEqual([2, 1, []]);
    expect(writtenKeys(one.writes)).toEqual(['acme/only']);
    expect(one.report.notes.join('\n')).toMatch(/^nobody: the mesh does not disagree on a conference of this name/m);
    const landed = await Promise.all([0, 1, 2].map((proxy) => here.mesh.request(proxy, 'acme/only')));
    expect(new Set(landed.map((landing) => landing.shard))).toEqual(new Set([shard(0)]));
    const pasted = await here.run(['heal', '--yes', '--only', 'https://meet.example/acme/Other?jwt=secret']);
    expect([outcomeOf(pasted), writtenKeys(pasted.writes)]).toEqual([[2, 1, []], ['acme/other']]);
    expect(pasted.stdout).not.toContain('secret');
    expect((await here.heal()).exitCode).toBe(0);
  });

  test('undo: every proxy leads again to where the run found it, and what was missing is gone', async () => {
    await splitOver(['undone'], 2, 0);
    await here.mesh.request(0, 'undone/missing', { forceShard: 1 });
    await here.mesh.untilEntry(1, 'undone/missing', (entry) => entry !== undefined);
    const healed = await here.heal();
    expect(outcomeOf(healed)).toEqual([0, 2, []]);
    expect(await conferenceShards(here.mesh, ['undone'])).toEqual(new Map([['undone', shard(2)]]));
    const undone = await here.run(['undo', healed.report.heal!.journal!, '--yes']);
    expect(outcomeOf(undone)).toEqual([0, 2, []]);
    const routes = await tableRoutes(here.mesh);
    expect(routes.get('undone/missing')).toEqual([shard(1), shard(1), 'absent']);
    const landed = await Promise.all([0, 1, 2].map((proxy) => here.mesh.request(proxy, 'undone')));
    expect(landed.map((landing) => landing.shard)).toEqual([shard(2), shard(2), shard(0)]);
    expect(writtenKeys(undone.writes)).toEqual(['undone', 'undone/missing']);
    expect((await here.heal()).exitCode).toBe(0);
  });

  test("pin: by address, by id, by the predecessor's file; a conference that nobody knows yet with --new", async () => {
    await splitOver(['pinned', 'pinned/by id', 'pinned/file']);
    // 2: what was not pinned is still split.
    expect(outcomeOf(await here.run(['pin', 'pinned', shard(2), '--yes']))).toEqual([2, 1, []]);
    expect(outcomeOf(await here.run(['pin', 'pinned/by id', '12', '--yes']))).toEqual([2, 1, []]);
    const file = here.scratch.file(
      'pins.json',
      JSON.stringify([
        { key: 'pinned/file', id: 13 },
        { key: 'pinned/new', id: '11' },
      ]),
    );
    expect(outcomeOf(await here.run(['pin', '--file', file, '--yes']))).toEqual([
      4,
      1,
      ['unknown-conference pinned/new'],
    ]);
    expect(outcomeOf(await here.run(['pin', '--file', file, '--new', '--yes']))).toEqual([0, 1, []]);
    expect(
      Object.fromEntries(await conferenceShards(here.mesh, ['pinned', 'pinned/by id', 'pinned/file', 'pinned/new'])),
    ).toEqual({ pinned: shard(2), 'pinned/by id': shard(1), 'pinned/file': shard(2), 'pinned/new': shard(0) });
  });

  test('pin to a shard that is unknown, or in maintenance on one proxy -> refused, nothing written', async () => {
    await splitOver(['unmoved']);
    await here.mesh.command(1, 'set server nodes/shard-3 state maint');
    const before = await tableContents(here.mesh);
    here.relay.follow({});
    const unknown = await here.start(['pin', 'unmoved', '10.9.9.9:443', '--yes']).ended;
    expect([unknown.exitCode, unknown.report, unknown.writes]).toEqual([64, null, []]);
    expect(unknown.stderr).toContain('no proxy has one shard called "10.9.9.9:443"; the nearest are ');
    const down = await here.run(['pin', 'unmoved', shard(2), '--yes']);
    expect([outcomeOf(down), down.writes]).toEqual([[4, 0, ['no-eligible-shard unmoved']], []]);
    expect(await tableContents(here.mesh)).toEqual(before);
    await here.mesh.command(1, 'set server nodes/shard-3 state ready');
    expect((await here.heal()).exitCode).toBe(0);
  });

  test('monitor heals with --heal and a heal section only; heal without --yes and without a terminal writes nothing', async () => {
    await splitOver(['monitored']);
    const before = await tableContents(here.mesh);
    here.relay.follow({});
    const looking = await here.run(['monitor']);
    expect([looking.exitCode, looking.report.heal, looking.writes]).toEqual([2, null, []]);
    for (const words of [['monitor', '--heal'], ['heal']]) {
      const { ended } = here.start(words, { heal: null });
      const { exitCode, report, stderr } = await ended;
      expect([exitCode, report]).toEqual([64, null]);
      expect(stderr).toMatch(/`heal:` section|give --yes/);
    }
    expect(here.relay.writes).toEqual([]);
    expect(await tableContents(here.mesh)).toEqual(before);
    const run = await here.run(['monitor', '--heal']);
    expect(outcomeOf(run)).toEqual([0, 1, []]);
    expect(await conferenceShards(here.mesh, ['monitored'])).toEqual(new Map([['monitored', shard(0)]]));
  });
});
