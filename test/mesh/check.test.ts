// The checklist on real meshes, good and bad: what is wrong fails its item, and what is not seen is
// never a pass.

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type Mesh, type MeshOptions, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { restartWith, runCheck } from '../support/check-runs.ts';
import { everyHaproxy, oldestAndNewest } from '../support/haproxy-versions.ts';
import { jitsiShape } from '../support/jitsi-shape.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

const scratch = makeScratch();
afterAll(() => scratch.clear());

let mesh: Mesh | undefined;
afterEach(async () => {
  await mesh?.stop();
  mesh = undefined;
});

/** A mesh that holds some conferences, alike on every proxy. */
async function started(options: MeshOptions = {}, conferences = 12): Promise<Mesh> {
  mesh = await startMesh(options);
  for (let n = 0; n < conferences; n++) await mesh.request(0, `room-${n}`);
  for (const proxy of mesh.proxies.keys())
    await mesh.untilEntry(proxy, `room-${conferences - 1}`, (entry) => entry !== undefined);
  return mesh;
}

describe.each(everyHaproxy())('HAProxy $version', ({ command, version }) => {
  test('a healthy mesh passes; another version than is expected fails', async () => {
    const three = await started({ binary: command });
    const config = configure(scratch, three);
    const { exitCode, check, open } = await runCheck([...config, '--expect', '3']);
    expect([exitCode, check.verdict, open]).toEqual([0, 'pass', []]);
    expect(check.peers.rows.map(({ sees }) => sees.join(' '))).toEqual(['self up up', 'up self up', 'up up self']);
    expect(check.notChecked.map(({ id }) => id)).toEqual([
      'discovery',
      'maps',
      'live-release',
      'census',
      'people',
      'alarms',
    ]);
    const [line = ''] = /^\d+\.\d+/.exec(version) ?? [];
    expect((await runCheck([...config, '--haproxy', line])).open).toEqual([]);
    expect((await runCheck([...config, '--haproxy', '9.9'])).open).toEqual(['version fail']);
  });
});

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  test('one peer link is cut -> peer-links fails at both ends', async () => {
    const three = await started({ binary: command });
    await three.cut(0, 2);
    await three.untilPeers(0, 2, 'down');
    await three.untilPeers(2, 0, 'down');
    const { exitCode, open, evidence, check } = await runCheck(configure(scratch, three));
    expect([exitCode, open]).toEqual([2, ['peer-links fail']]);
    expect(evidence('peer-links')).toBe('hap-a -> hap-c: down; hap-c -> hap-a: down');
    expect(check.peers.rows[0]!.sees).toEqual(['self', 'up', 'down']);
  });

  test('a proxy that another does not list -> peer-names fails', async () => {
    const three = await started({ binary: command });
    await restartWith(three, 0, (text) => text.replace(/^ *peer hap-c .*\n/m, ''));
    await three.untilPeers(0, 1, 'up');
    const { exitCode, open, evidence } = await runCheck(configure(scratch, three));
    expect([exitCode, open]).toEqual([2, ['peer-links fail', 'peer-names fail']]);
    expect(evidence('peer-names')).toBe('hap-a does not list hap-c');
    expect(evidence('peer-links')).toMatch(/^hap-c -> hap-a: (?:down|never up)/);
  });

  test('an emptied proxy with every link up -> it fails, in every profile', async () => {
    const three = await started({ binary: command });
    await three.command(2, 'clear table nodes');
    const config = [...configure(scratch, three), '--expect', '3'];
    for (const profile of [[], ['--before-upgrade'], ['--after-scale-up'], ['--after-scale-down']]) {
      const { exitCode, open, evidence, check } = await runCheck([...config, ...profile]);
      expect([exitCode, open]).toEqual([2, ['entries fail', 'emptied fail', 'split-brain fail']]);
      expect(check.peers.rows[2]!.sees).toEqual(['up', 'up', 'self']);
      expect(evidence('emptied')).toBe('hap-c holds 0 of 12 entries: it lost them, or never got them');
    }
  });

  test('one proxy is down: it fails, and what depends on it is unknown', async () => {
    const three = await started({ binary: command });
    await three.kill(1);
    const { exitCode, open } = await runCheck(configure(scratch, three));
    expect(exitCode).toBe(3);
    expect(open).toEqual(
      expect.arrayContaining(['reachable fail', 'version unknown', 'servers unknown', 'split-brain unknown']),
    );
    expect(open).toEqual(expect.arrayContaining(['entries unknown', 'emptied unknown', 'table unknown']));
  });

  test('a scale-up: not safe while the new proxy is empty, safe when it holds everything', async () => {
    const three = await started({ binary: command });
    await three.kill(2);
    await three.start(2);
    await three.untilPeersUp();
    await three.untilEntry(2, 'room-11', (entry) => entry !== undefined);
    const words = ['--after-scale-up', '--expect', '3', ...configure(scratch, three)];
    const full = await runCheck([...words, '--wait', '20s']);
    expect([full.exitCode, full.check.conclusion]).toEqual([
      0,
      expect.stringMatching(/^Safe to take traffic: .* Safe to scale down/),
    ]);
    await three.command(2, 'clear table nodes key room-3');
    const lacking = await runCheck(words);
    expect([lacking.exitCode, lacking.open]).toEqual([2, ['entries fail', 'split-brain fail']]);
    expect(lacking.evidence('entries')).toBe('1 conference is missing on hap-c');
    expect(lacking.check.conclusion).toMatch(/^Not safe: /);
  });
});

describe('servers and maps', () => {
  test('other server ids on one proxy -> server-ids fails', async () => {
    const ids = [12, 11, 13].map((id, shard) => ({ shard, id }));
    const three = await started({ serverIds: [undefined, ids] });
    const { exitCode, open, evidence } = await runCheck(configure(scratch, three));
    expect([exitCode, open]).toEqual([2, ['server-ids fail']]);
    expect(evidence('server-ids')).toMatch(
      /^server id 11 is 127\.0\.1\.11:\d+ on hap-a, hap-c; 127\.0\.1\.12:\d+ on hap-b/,
    );
  });

  test('one shard drains on one proxy, and has an id of its own on another -> each is named', async () => {
    const own = [1, 2, 3].map((id, shard) => ({ shard, id }));
    const three = await started({ serverIds: [undefined, own] });
    await three.command(2, 'set server nodes/shard-3 state drain');
    const config = configure(scratch, three);
    const apart = await runCheck(config);
    expect([apart.exitCode, apart.open]).toEqual([2, ['server-ids fail', 'server-states fail']]);
    expect(apart.evidence('server-ids')).toMatch(
      /^nodes 127\.0\.1\.11:\d+ has the id 11 on hap-a, hap-c; 1 on hap-b; nodes 127\.0\.1\.12/,
    );
    expect(apart.evidence('server-states')).toMatch(/^127\.0\.1\.13:\d+ is up on hap-a, hap-b; draining on hap-c$/);
    for (const proxy of [0, 1]) await three.command(proxy, 'set server nodes/shard-3 state drain');
    const alike = await runCheck(config);
    expect([alike.exitCode, alike.open]).toEqual([2, ['server-ids fail']]);
    expect(alike.evidence('server-states')).toMatch(/; draining everywhere: 127\.0\.1\.13:\d+$/);
  });

  test('another weight, a backup, a shard in maintenance -> each is named', async () => {
    const three = await started();
    await restartWith(three, 1, (text) => text.replace(/^( *server shard-3 .*)$/m, '$1 backup'));
    await three.untilPeersUp();
    await three.command(0, 'set server nodes/shard-2 weight 50%');
    await three.command(0, 'set server nodes/shard-1 state maint');
    const { exitCode, check, evidence } = await runCheck(['--wait', '5s', ...configure(scratch, three)]);
    expect([exitCode, check.verdict]).toEqual([2, 'fail']);
    expect(evidence('server-weights')).toMatch(
      /nodes\/shard-3 \(127\.0\.1\.13:\d+\) is no backup on hap-a, hap-c; backup on hap-b/,
    );
    expect(evidence('server-weights')).toMatch(
      /nodes\/shard-2 \(127\.0\.1\.12:\d+\) is weight 0 on hap-a; weight 1 on hap-b/,
    );
    expect(evidence('server-states')).toMatch(/127\.0\.1\.11:\d+ is maint on hap-a; up on hap-b, hap-c/);
  });

  test('maps that differ, and a live release without a backend', async () => {
    const shape = jitsiShape(scratch);
    const three = await started({ layout: 'jitsi', configure: shape.configure }, 1);
    const lines = [`discovery: { maps: { live: ${shape.live}, tenant: ${shape.tenant} } }`];
    const config = configure(scratch, three, { lines });
    const good = await runCheck(config);
    expect([good.exitCode, good.open]).toEqual([0, []]);
    expect(good.evidence('live-release')).toBe('release-1 has a usable server on every proxy');
    await three.command(1, `set map ${shape.tenant} acme release-1`);
    await three.command(2, `set map ${shape.live} live release-9`);
    const { exitCode, open, evidence } = await runCheck(config);
    expect([exitCode, open]).toEqual([2, ['maps fail', 'live-release fail']]);
    expect(evidence('maps')).toContain('acme is release-1, ought to be release-2');
    expect(evidence('live-release')).toMatch(/release-9 is live, and hap-a has no such backend/);
  });
});

describe('without a table', () => {
  test('two load balancers with cookies: their servers are compared', async () => {
    const two = await started({ proxies: 2 }, 1);
    const cookies = (text: string) =>
      text.replace(/^ *stick.*\n/gm, '').replace(/^backend nodes$/m, 'backend nodes\n  cookie SRV insert');
    for (const proxy of [0, 1]) await restartWith(two, proxy, cookies);
    const config = configure(scratch, two);
    const unsaid = await runCheck([...config, '--expect', '2']);
    expect([unsaid.exitCode, unsaid.evidence('table')]).toEqual([3, 'not known: no proxy has a table nodes']);
    const words = [...config, '--expect', '2', '--without-table'];
    const good = await runCheck(words);
    expect([good.exitCode, good.open, good.evidence('servers')]).toEqual([0, [], 'the same 3 shards on every proxy']);
    await restartWith(two, 1, (text) => text.replace(/^ *(?:use-)?server shard-3.*\n/gm, ''));
    const bad = await runCheck(words);
    expect([bad.exitCode, bad.open]).toEqual([2, ['servers fail']]);
    expect(bad.evidence('servers')).toMatch(/^hap-b has no server 127\.0\.1\.13:\d+/);
    await two.kill(0);
    expect((await runCheck(words)).exitCode).toBe(3);
  });
});

describe('saved dumps', () => {
  test('a snapshot is checked as the mesh was', async () => {
    const three = await started();
    const folder = `${scratch.folder}/snapshot`;
    await runSplitbrain(['snapshot', folder, ...configure(scratch, three)]);
    const { open, notChecked } = await runCheck(['--from', folder]).then(({ open: left, check }) => ({
      ...check,
      open: left,
    }));
    // Nothing tells how long the keys of a dump may be.
    expect(open).toEqual(['ambiguous unknown']);
    expect(notChecked.map(({ id }) => id)).toContain('maps');
    const { exitCode, stderr } = await runSplitbrain(['check', '--from', folder, '--wait', '2m']);
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining('it does not go with --wait')]);
  });
});
