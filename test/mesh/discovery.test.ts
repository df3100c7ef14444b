// Discovery on real meshes in the shape of Jitsi's configuration: what one proxy lacks, pins
// otherwise, or cannot serve is found and named, and never changes the verdict.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { crossRequests } from '../../lab/mesh/crossed-requests.ts';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { jitsiShape, shardName } from '../support/jitsi-shape.ts';
import { runReport, runSplitbrain } from '../support/splitbrain.ts';

const scratch = makeScratch();
afterAll(() => scratch.clear());
/** Runs keep the last good answers there. */
const state = `heal: { journal: ${scratch.folder}/state, settle: 400ms, maxRatio: 1 }`;

/** The file of wanted shards, as they are in this mesh. */
function wantedFile(mesh: Mesh, rest: readonly string[] = ['live: release-1', 'tenants: { acme: release-2 }']): string {
  const shards = mesh.shards.map(
    ({ address }, n) =>
      `  - { name: ${shardName(n)}, address: "${address}", id: ${11 + n}, release: release-${n === 0 ? 1 : 2} }`,
  );
  return scratch.file('wanted.yaml', ['shards:', ...shards, ...rest, ''].join('\n'));
}

describe.each(oldestAndNewest())('HAProxy $version: a mesh that is as it ought to be', ({ command: binary }) => {
  let mesh: Mesh;
  const shape = jitsiShape(scratch);
  const maps = `maps: { live: ${shape.live}, tenant: ${shape.tenant} }`;
  beforeAll(async () => {
    mesh = await startMesh({ layout: 'jitsi', configure: shape.configure, binary });
    await mesh.request(0, 'whole', { forceShard: 0 });
    for (const proxy of [1, 2]) await mesh.untilEntry(proxy, 'whole', (entry) => entry !== undefined);
  });
  afterAll(() => mesh?.stop());
  afterEach(async () => {
    for (const proxy of [0, 1, 2]) {
      await mesh.command(proxy, `clear map ${shape.tenant}`);
      await mesh.command(proxy, `add map ${shape.tenant} acme release-2`);
      await mesh.command(proxy, `set map ${shape.live} live release-1`);
    }
  });
  const look = (...lines: string[]) => runReport(configure(scratch, mesh, { lines: [...lines, state] }));
  const said = ({ report }: Awaited<ReturnType<typeof look>>) =>
    report.meshFindings
      .filter(({ kind }) => ['server-drift', 'map-drift', 'peer-unknown'].includes(kind))
      .map(({ kind, proxy, because }) => `${kind} ${proxy}: ${because.replace(/ ago$/, '')}`);

  test('nothing differs; shards are called as people call them', async () => {
    const seen = await look(`discovery: { file: ${wantedFile(mesh)}, ${maps} }`);
    expect([seen.exitCode, said(seen), seen.report.notes]).toEqual([0, [], []]);
  });

  test('without discovery no map is read', async () => {
    await mesh.command(1, `set map ${shape.live} live release-2`);
    expect(said(await look())).toEqual([]);
  });

  test('a pin that differs on one proxy: from the file, and from the other proxies', async () => {
    await mesh.command(1, `set map ${shape.tenant} acme release-1`);
    const told = await look(`discovery: { file: ${wantedFile(mesh)}, ${maps} }`);
    expect([told.exitCode, told.report.verdict]).toEqual([0, 'agree']);
    expect(said(told)).toEqual([
      expect.stringMatching(/^map-drift hap-b: .* on hap-b differs from .*: acme is release-1, ought to be release-2$/),
    ]);
    expect(told.stdout).toContain('map-drift');
    expect(said(await look(`discovery: { ${maps} }`))).toEqual([
      expect.stringMatching(/^map-drift hap-b: .* differs from that of most proxies: acme is release-1, ought to be/),
    ]);
  });

  test('first requests at two proxies at once, of a tenant that they pin apart: map-drift is the cause', async () => {
    // Each proxy places the conference on the shard of its own release.
    await mesh.command(0, `set map ${shape.tenant} acme release-1`);
    const conference = await crossRequests(mesh, 'acme/daily', [0, 1]);
    const lines = [`discovery: { file: ${wantedFile(mesh)}, ${maps} }`];
    const split = await look(...lines);
    expect([split.exitCode, split.report.verdict]).toEqual([2, 'split']);
    expect(split.report.findings).toMatchObject([{ kind: 'split', conference, cause: 'map-drift' }]);

    const pinned = await runSplitbrain([
      'pin',
      '--yes',
      ...configure(scratch, mesh, { lines: [...lines, state] }),
      conference,
      shardName(2),
    ]);
    expect([pinned.exitCode, pinned.stderr]).toEqual([0, expect.any(String)]);
    expect(pinned.stdout).toContain(shardName(2));
    for (const proxy of [0, 1, 2]) expect((await mesh.request(proxy, conference)).shard).toBe(mesh.shards[2]!.address);
  });

  test('a live release without a backend on any proxy is said before everything else', async () => {
    const file = wantedFile(mesh, ['live: release-3', 'tenants: { acme: release-1 }']);
    const seen = await look(`discovery: { file: ${file}, ${maps} }`);
    expect(said(seen)[0]).toMatch(/^server-drift hap-a: release-3 is live, and hap-a has no such backend/);
    const section = seen.stdout.slice(seen.stdout.indexOf('\nMesh\n'));
    expect(section.indexOf('release-3 is live')).toBeLessThan(section.indexOf('map-drift'));
    expect(section.indexOf('release-3 is live')).toBeGreaterThan(0);
  });

  test('a live map that stays empty is said; a map that is not there is a refusal in words', async () => {
    await mesh.command(2, `clear map ${shape.live}`);
    const seen = await look(`discovery: { maps: { live: ${shape.live}, tenant: ${shape.tenant}.old } }`);
    await mesh.command(2, `add map ${shape.live} live release-1`);
    expect(said(seen)).toEqual([
      'map-drift hap-c: the map of the live release is empty on hap-c: it answers every request with 503',
      expect.stringMatching(/^map-drift null: no proxy has the map of tenant pins: .*no such map/),
    ]);
  });

  test('a map of 100,000 pins', async () => {
    for (const proxy of [0, 1, 2]) {
      const pins = Array.from({ length: 100_000 }, (_, n) => `add map ${shape.tenant} tenant-${n} release-1`);
      for (let at = 0; at < pins.length; at += 200) await mesh.command(proxy, pins.slice(at, at + 200).join(';'));
    }
    await mesh.command(1, `set map ${shape.tenant} tenant-77 release-2`);
    expect(said(await look(`discovery: { ${maps} }`))).toEqual([
      expect.stringContaining('tenant-77 is release-2, ought to be release-1'),
    ]);
  });

  test('a file of shards that is wrong costs what depends on it, and nothing else', async () => {
    const seen = await look(`discovery: { file: ${scratch.file('broken.yaml', 'shards: 7\n')}, ${maps} }`);
    expect([seen.exitCode, said(seen)]).toEqual([0, []]);
    expect(seen.report.notes).toEqual([expect.stringMatching(/broken.yaml shards: expected a list.*not all is known/)]);
  });
});

describe.each(oldestAndNewest())('HAProxy $version: a roll-out that one proxy has not had', ({ command: binary }) => {
  let mesh: Mesh;
  const shape = jitsiShape(scratch, (proxy, text) =>
    proxy === 1
      ? text.replaceAll(/^ .*(?:fallback-)?lab-west-s3 .*\n/gm, '').replaceAll(/^backend lab-west-s3\n/gm, '')
      : text,
  );
  afterEach(() => mesh?.stop());

  test('the shard that it lacks is named, one finding for the proxy', async () => {
    mesh = await startMesh({ layout: 'jitsi', configure: shape.configure, binary });
    await mesh.request(0, 'whole', { forceShard: 0 });
    for (const proxy of [1, 2]) await mesh.untilEntry(proxy, 'whole', (entry) => entry !== undefined);
    const maps = `maps: { live: ${shape.live}, tenant: ${shape.tenant} }`;
    const seen = await runReport(
      configure(scratch, mesh, { lines: [`discovery: { file: ${wantedFile(mesh)}, ${maps} }`, state] }),
    );
    expect(seen.report.shards.map(({ name }) => name)).toEqual([0, 1, 2].map(shardName));
    const drift = seen.report.meshFindings.filter(({ kind }) => kind === 'server-drift');
    expect([seen.exitCode, drift.map(({ proxy }) => proxy)]).toEqual([0, ['hap-b']]);
    expect(drift[0]!.because).toMatch(
      /^hap-b lacks lab-west-s3 \(127\.0\.1\.13:\d+\), by .*wanted.yaml; it loaded its configuration \d+ s ago$/,
    );

    const json = await runSplitbrain([
      'inventory',
      ...configure(scratch, mesh, { lines: [`discovery: { file: ${wantedFile(mesh)}, ${maps} }`, state] }),
      '--json',
      '-',
    ]);
    const { schema, proxies, shards } = JSON.parse(json.stdout);
    expect([json.exitCode, schema, proxies.map(({ live }: { live: string }) => live)]).toEqual([
      0,
      'splitbrain/inventory/1',
      ['release-1', 'release-1', 'release-1'],
    ]);
    expect(shards.map(({ name, disagrees }: { name: string; disagrees: string[] }) => [name, disagrees])).toEqual([
      [shardName(0), []],
      [shardName(1), []],
      [shardName(2), ['hap-b has no such server']],
    ]);
    const text = await runSplitbrain(['inventory', ...configure(scratch, mesh)]);
    expect(text.stdout).toContain('hap-b has no such server');
  });
});
