// Saved dumps of many pieces each, in two orders: what is found does not depend on where pieces
// end.

import { createWriteStream, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { routesOf } from '../support/report-file.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

const ENTRIES = 120_000;
const names = ['hap-a', 'hap-b', 'hap-c', 'hap-d'];
const keyOf = (n: number) => `tenant${n % 97}/weekly-sync-of-everybody-${n}@conference.meet.example.com`;

/**
 * {every 40,000th: split}, {one behind each: not on hap-c}, {four more that hap-d alone has}: a
 * mesh in two orders of dumping.
 */
function shardOf(n: number, proxy: number): number | null {
  if (n >= ENTRIES) return proxy === 3 ? 1 : null;
  if (n % 40_000 === 5) return proxy === 1 ? 2 : 1;
  if (n % 40_000 === 6 && proxy === 2) return null;
  return n % 2 === 0 ? 1 : 2;
}

async function writeDump(path: string, proxy: number): Promise<void> {
  const file = createWriteStream(path);
  file.write(`# table: nodes, type: string, size:409600, used:${ENTRIES}\n`);
  let piece = '';
  for (let at = 0; at < ENTRIES + 4; at++) {
    const n = proxy % 2 === 0 ? at : ENTRIES + 3 - at;
    const shard = shardOf(n, proxy);
    if (shard === null) continue;
    piece += `0x7f3a5c0${10_000 + proxy}: key=${keyOf(n)} use=0 exp=${200_000 + (n % 1_000)} shard=0 server_id=${10 + shard} server_key=10.0.0.${shard}:443\n`;
    if (piece.length < 500_000) continue;
    file.write(piece);
    piece = '';
  }
  file.end(`${piece}\n`);
  await finished(file);
}

const stat =
  '# pxname,svname,status,weight,sid,type,addr,\nnodes,s1,UP,1,11,2,10.0.0.1:443,\nnodes,s2,UP,1,12,2,10.0.0.2:443,\n\n';
let scratch: Scratch;
beforeAll(async () => {
  scratch = makeScratch();
  for (const [proxy, name] of names.entries()) {
    await writeDump(join(scratch.folder, `haproxy-table-nodes-${name}`), proxy);
    scratch.file(`haproxy-stat-${name}`, stat);
  }
});
afterAll(() => scratch.clear());

test('what was planted is found, proxy by proxy', async () => {
  const { exitCode, report } = await runSplitbrain(['report', '--from', scratch.folder]);
  expect(exitCode).toBe(2);
  expect(report!.counts).toMatchObject({ conferences: ENTRIES + 4, split: 3, missing: 7 });
  expect(report!.proxies.map(({ name, status, table }) => [name, status, table?.entries])).toEqual([
    ['hap-a', 'ok', ENTRIES],
    ['hap-b', 'ok', ENTRIES],
    ['hap-c', 'ok', ENTRIES - 3],
    ['hap-d', 'ok', ENTRIES + 4],
  ]);
  const found = Object.fromEntries(
    report!.findings.map(({ conference, kind }) => {
      const routes = routesOf(report!, conference);
      return [conference, [kind, ...names.map((name) => routes[name] ?? null)]];
    }),
  );
  const [one, two] = ['10.0.0.1:443', '10.0.0.2:443'];
  const planted = [
    ...[5, 40_005, 80_005].map((n) => [keyOf(n), ['split', one, two, one, one]]),
    ...[6, 40_006, 80_006].map((n) => [keyOf(n), ['missing', one, one, null, one]]),
    ...[0, 1, 2, 3].map((n) => [keyOf(ENTRIES + n), ['missing', null, null, null, one]]),
  ];
  expect(found).toEqual(Object.fromEntries(planted));
});

test('one of them is cut: its entries count, and what it lacks is no proof', async () => {
  const path = join(scratch.folder, 'haproxy-table-nodes-hap-d');
  truncateSync(path, 1_000_000);
  const { exitCode, report } = await runSplitbrain(['report', '--from', scratch.folder]);
  expect([exitCode, report!.proxies.map(({ status }) => status)]).toEqual([3, ['ok', 'ok', 'ok', 'truncated']]);
  expect(report!.counts).toMatchObject({ conferences: ENTRIES + 4, split: 3, missing: 7 });
});
