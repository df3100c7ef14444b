// `splitbrain explain` through a real sshd: the sample ends a dump early, and what follows is asked
// over the same login, also where sshd allows one session at a time.

import { afterEach, expect, test } from 'vitest';
import { startMesh } from '../../lab/mesh/mesh.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { sshdMissing, startSshd } from '../../lab/servers/sshd.ts';
import { explainOn } from '../support/explain-runs.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { installed } from '../support/sshd-lab.ts';

const missing = sshdMissing() ?? (installed('socat') ? null : 'socat is missing (Debian: apt-get install socat)');
if (missing) console.warn(`skipped: ${missing}`);

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

test.skipIf(missing !== null).each(oldestAndNewest())('HAProxy $version', async ({ command }) => {
  const mesh = await startMesh({ binary: command, proxies: 2, shards: 2 });
  endings.push(() => mesh.stop());
  const scratch = makeScratch();
  endings.push(() => scratch.clear());
  const sshd = await startSshd({ config: ['MaxSessions 1'] });
  endings.push(() => sshd.stop());
  // More than a chunk: the end of the dump is still on its way when enough was read.
  await mesh.fill(0, 20_000, (n) => ({ key: `acme/meeting-${n}`, serverId: 11 + (n % 2) }));
  await mesh.request(0, 'acme/daily', { forceShard: 1 });
  await mesh.untilEntry(1, 'acme/daily', (entry) => entry !== undefined);
  await mesh.untilEntry(1, 'acme/meeting-19999', (entry) => entry !== undefined);
  const endpoints = Object.fromEntries(
    mesh.proxies.map(({ name, socketPath }) => [name, `ssh://${sshd.user}@127.0.0.1:${sshd.port}${socketPath}`]),
  );
  const lines = [
    'ssh:',
    `  privateKey: ${scratch.file('key', sshd.clientKey)}`,
    `  knownHosts: ${scratch.file('known_hosts', `${sshd.hostKeyLine}\n`)}`,
    '  via: socat',
    '  sudo: false',
  ];
  const here = { mesh, scratch };
  const daily = await explainOn(here, ['acme/daily'], { config: { endpoints, lines } });
  expect(daily.explained.routes.map(({ because }) => because)).toEqual(['', '']);
  expect(daily.explained.routes.map(({ shard }) => shard)).toEqual(mesh.proxies.map(() => mesh.shards[1]!.address));
  const near = await explainOn(here, ['acme/dialy'], { config: { endpoints, lines } });
  expect(near.explained.unknown!.nearest.map(({ key }) => key)[0]).toBe('acme/daily');
  expect(near.explained.unknown!.searched).toBe(20_001);
});
