// Thousands of entries filled in over a long way: all are applied, and all are verified, by dumps.

import { afterEach, describe, expect, test } from 'vitest';
import { startPacedForwarder } from '../../lab/links/paced-forwarder.ts';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

const MANY = 4_000;
const nameOf = (n: number) => `room-${n}@conference.example.com`;

describe.each(newestHaproxy())('HAProxy $version', ({ command }) => {
  const scratch = makeScratch();
  let mesh: Mesh;
  afterEach(async () => {
    await mesh?.stop();
    scratch.clear();
  });

  test('a round trip of 80 ms, 4,000 entries that c lost', async () => {
    mesh = await startMesh({ binary: command, level: 'admin' });
    await mesh.fill(0, MANY, (n) => ({ key: nameOf(n), serverId: 11 + (n % 3) }));
    for (const i of [1, 2]) await mesh.untilEntry(i, nameOf(MANY - 1), (entry) => entry !== undefined);
    await mesh.command(2, 'clear table nodes');
    const far = { host: '127.0.0.1', bitsPerSecond: 1_000_000_000, roundTripMs: 80 };
    const links = await Promise.all(
      mesh.proxies.map(({ statsPort }) => startPacedForwarder({ ...far, port: statsPort })),
    );
    const endpoints = Object.fromEntries(
      mesh.proxies.map(({ name }, i) => [name, `tcp://127.0.0.1:${links[i]!.port}`]),
    );
    const lines = [`heal: { journal: ${scratch.folder}/journal, settle: 1s }`];
    const run = await runSplitbrain(['heal', '--yes', ...configure(scratch, mesh, { endpoints, lines })]);
    await Promise.all(links.map((link) => link.close()));
    expect(run.stdout).toContain('HEALED  4,000 of 4,000 conferences');
    expect([run.exitCode, (await mesh.entries(2)).length]).toEqual([0, MANY]);
    const some = [0, 1, 2].map(nameOf);
    expect(await conferenceShards(mesh, some)).toEqual(new Map(some.map((name, n) => [name, mesh.shards[n]!.address])));
  });
});
