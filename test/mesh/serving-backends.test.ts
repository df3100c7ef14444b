// Only backends that serve the table count: one backend a shard, unchecked and with other ids, says
// nothing of where requests go.

import { describe, expect, test } from 'vitest';
import { conferenceShards } from '../support/conference-shards.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { healingLab, refusalsOf, winnersOf } from '../support/healing-lab.ts';
import { findingLines, meshKinds } from '../support/report-file.ts';

/** Jitsi's: named like the shard, always up, and HAProxy's own id. */
function backendPerShard(text: string): string {
  const servers = [...text.matchAll(/^ {2}server (shard-\d+) (\S+)/gm)];
  return `${text}${servers.map(([, name, address]) => `backend ${name}\n  server shard-${name} ${address}`).join('\n')}\n`;
}

/**
 * The same addresses in another order under ids that HAProxy gives, in a backend that nothing
 * sticks in.
 */
function plainBackend(text: string): string {
  const servers = [...text.matchAll(/^ {2}server (shard-\d+) (\S+)/gm)].reverse();
  return `${text}backend static\n${servers.map(([, name, address]) => `  server ${name} ${address}`).join('\n')}\n`;
}

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  const { here, lab, shard } = healingLab(command);
  async function splitInTwo(conferences: readonly string[]): Promise<void> {
    await here().mesh.split(conferences, [
      { proxies: [0, 1], shard: 0 },
      { proxies: [2], shard: 1 },
    ]);
    for (const proxy of [0, 1]) await here().mesh.untilPeers(proxy, 2, 'down');
  }
  const state = (proxy: number, server: string, to: 'maint' | 'ready') =>
    here().mesh.command(proxy, `set server ${server} state ${to}`);

  test('a shard in maintenance in both releases does not win because its own backend calls it up', async () => {
    const { mesh } = await lab({ layout: 'jitsi', configure: (_, text) => backendPerShard(text) });
    await mesh.request(0, 'whole', { forceShard: 2 });
    await mesh.untilEntry(2, 'whole', (entry) => entry !== undefined);
    await splitInTwo(['t/standup']);
    for (const proxy of [0, 1, 2])
      for (const server of ['release-1/shard-1', 'release-2/r2-shard-1']) await state(proxy, server, 'maint');

    const run = await here().heal();
    expect([findingLines(run.report), Object.fromEntries(winnersOf(run.report)), run.exitCode]).toEqual([
      ['split t/standup: state-drift'],
      { 't/standup': shard(1) },
      0,
    ]);
    expect(await conferenceShards(mesh, ['t/standup', 'whole'])).toEqual(
      new Map([
        ['t/standup', shard(1)],
        ['whole', shard(2)],
      ]),
    );
    const backends = run.report.proxies[0]!.servers.map(({ backend, counts }) => `${backend} ${counts}`);
    expect([...new Set(backends)].sort()).toEqual([
      'release-1 true',
      'release-2 true',
      'shard-1 false',
      'shard-2 false',
      'shard-3 false',
    ]);
  });

  test('ids of a backend that nothing sticks in are never written', async () => {
    const { mesh } = await lab({ configure: (_, text) => plainBackend(text) });
    const conferences = Array.from({ length: 6 }, (_, n) => `room/${n}`);
    await splitInTwo(conferences);
    const run = await here().heal();
    expect([run.exitCode, refusalsOf(run.report), run.report.heal?.verified]).toEqual([0, [], 6]);
    expect(run.writes.filter(({ command: each }) => / data\.server_id (?!1[123]$)/.test(each))).toEqual([]);
    expect(await conferenceShards(mesh, conferences)).toEqual(winnersOf(run.report));
  });

  test('maintenance in one release of two: state-drift, and no conference is moved there', async () => {
    const { mesh } = await lab({ layout: 'jitsi', configure: (_, text) => backendPerShard(text) });
    await mesh.request(0, 'whole', { forceShard: 2 });
    await mesh.untilEntry(2, 'whole', (entry) => entry !== undefined);
    await splitInTwo(['t/standup']);
    for (const proxy of [0, 1, 2]) await state(proxy, 'release-2/r2-shard-1', 'maint');

    const run = await here().heal();
    expect(meshKinds(run.report)).toContain('state-drift');
    expect([run.exitCode, Object.fromEntries(winnersOf(run.report))]).toEqual([0, { 't/standup': shard(1) }]);
    for (const release of ['release-1', 'release-2'] as const)
      for (const proxy of [0, 1, 2]) expect((await mesh.request(proxy, 't/standup', { release })).shard).toBe(shard(1));
  });

  test('a release of one proxy lacks a shard: split, and requests by that release part', async () => {
    const lacking = (i: number, text: string) => (i === 2 ? text.replace(/^.*r2-shard-1.*\n/gm, '') : text);
    const { mesh } = await lab({ layout: 'jitsi', configure: lacking });
    await mesh.request(0, 't/lacking', { forceShard: 0 });
    for (const proxy of [1, 2]) await mesh.untilEntry(proxy, 't/lacking', (entry) => entry !== undefined);
    const look = await here().run(['report']);
    expect([look.exitCode, findingLines(look.report)]).toEqual([2, ['split t/lacking: server-drift']]);
    expect((await mesh.request(2, 't/lacking', { release: 'release-2' })).shard).not.toBe(shard(0));
  });

  test('the shards of both entries in maintenance in one release each: split, since requests still part', async () => {
    const { mesh } = await lab({ layout: 'jitsi', configure: (_, text) => backendPerShard(text) });
    await splitInTwo(['t/standup']);
    for (const proxy of [0, 1, 2]) {
      await state(proxy, 'release-2/r2-shard-1', 'maint');
      await state(proxy, 'release-2/r2-shard-2', 'maint');
    }
    const run = await here().heal();
    expect([
      run.exitCode,
      findingLines(run.report).map((line) => line.replace(/:.*/, '')),
      refusalsOf(run.report),
    ]).toEqual([4, ['split t/standup'], ['no-eligible-shard t/standup']]);
    const landed = await Promise.all([0, 2].map((proxy) => mesh.request(proxy, 't/standup')));
    expect(landed.map((each) => each.shard)).toEqual([shard(0), shard(1)]);
  });
});
