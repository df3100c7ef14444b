// A look at one key against the look at the whole mesh: the same findings, whatever the mesh; and
// each route is where the model's next request goes.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explainRoutes } from '../../src/analysis/explain-routes.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { lookAtConferences } from '../../src/workflows/conference-looks.ts';
import { explainKey } from '../../src/workflows/explain-key.ts';
import { look } from '../../src/workflows/look.ts';
import { anyMesh, build, type Drawn } from '../support/model-arbitrary.ts';
import { modelRun } from '../support/model-command-run.ts';
import type { ModelMesh } from '../support/model-mesh.ts';

const ways = { byDump: false, waits: false };
const inShort = (findings: Iterable<Finding>, key: string) =>
  [...findings]
    .filter((finding) => finding.key === key)
    .map(({ kind, cause, routes, absentOn }) => ({ kind, cause, routes, absentOn }));

/** Where the entry leads, if a server there takes it. */
function followed(mesh: ModelMesh, proxy: string, key: string): string | null {
  const shard = mesh.route(proxy, key);
  const takes = mesh.serversOf(proxy).some(({ address, state }) => address === shard && /^(?:up|drain)$/.test(state));
  return takes ? shard : null;
}

/**
 * With one entry that every proxy holds: a proxy that holds nothing of the sample shows neither
 * which backends serve its table nor what its ids mean, and the look at one key knows less.
 */
function buildWithSample(drawn: Drawn): ModelMesh {
  const mesh = build(drawn);
  for (const { name, servers } of drawn.setup.proxies) {
    const { id, name: server, address } = servers[0]!;
    mesh.put(name, 'sample', { serverId: id, serverKey: drawn.setup.srvkey === 'addr' ? address : server });
  }
  return mesh;
}

test('any mesh: the findings of one key are those of the whole look', async () => {
  await fc.assert(
    fc.asyncProperty(anyMesh, async (drawn) => {
      const mesh = buildWithSample(drawn);
      const whole = await look(modelRun(mesh));
      for (const key of mesh.keys()) {
        const { report } = await lookAtConferences(modelRun(mesh), [key], ways);
        expect(inShort(report.findings, key)).toEqual(inShort(whole.findings, key));
      }
    }),
    { numRuns: 150 },
  );
});

test('any mesh: AGREE only where the next request goes to one shard on every proxy', async () => {
  await fc.assert(
    fc.asyncProperty(anyMesh, async (drawn) => {
      const mesh = build(drawn);
      for (const key of mesh.keys()) {
        const run = modelRun(mesh);
        const looked = await lookAtConferences(run, [key], ways);
        const told = explainKey(run, looked, { asked: { text: key, readAs: 'key' }, key, row: 0, byDump: false });
        const next = mesh.names.map((proxy) => followed(mesh, proxy, key));
        for (const [proxy, { next: says }] of told.routes.entries())
          if (says.does !== 'unknown') expect(says.does === 'followed' ? says.shard : null).toBe(next[proxy]);
        if (told.verdict === 'agree') expect([...new Set(next)]).toEqual([expect.any(String)]);
        expect(explainRoutes(looked.first, 0)).toHaveLength(mesh.names.length);
      }
    }),
    { numRuns: 150 },
  );
});
