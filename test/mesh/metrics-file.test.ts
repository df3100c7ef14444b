// The metrics of a real split brain in a textfile collector's file: the numbers that are printed,
// and promtool's word on them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { metricDefinitions } from '../../src/cloudwatch/metrics.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { promtool, promtoolLacking } from '../support/promtool.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

const conferences = ['standup', 'board meeting'];

describe.each(newestHaproxy())('HAProxy $version', ({ command }) => {
  let mesh: Mesh;
  let scratch: Scratch;
  beforeAll(async () => {
    mesh = await startMesh({ binary: command });
    scratch = makeScratch();
  });
  afterAll(async () => {
    await mesh?.stop();
    scratch?.clear();
  });

  test('{a, b: s1 | c: s2} -> file and print have the same numbers; after the heal, zeros', async () => {
    await mesh.split(conferences, [
      { proxies: [0, 1], shard: 0 },
      { proxies: [2], shard: 1 },
    ]);
    const path = join(scratch.folder, 'splitbrain.prom');
    const lines = [`heal: { journal: ${join(scratch.folder, 'journal')}, settle: 400ms, maxRatio: 1 }`];
    const monitor = async (...words: readonly string[]) => {
      const args = ['monitor', '--metrics', 'print', '--metrics-file', path, ...words];
      const { exitCode, stdout } = await runSplitbrain([...args, ...configure(scratch, mesh, { lines })]);
      return { exitCode, printed: printedIn(stdout), text: readFileSync(path, 'utf8') };
    };
    for (const [words, exitCode, split] of [
      [[], 2, 2],
      [['--heal'], 0, 0],
    ] as const) {
      const run = await monitor(...words);
      const { monitor_duration, ...filed } = filedIn(run.text);
      const { monitor_duration: printedDuration, ...printed } = run.printed;
      expect([run.exitCode, filed, Object.keys(filed).length]).toEqual([
        exitCode,
        printed,
        metricDefinitions.length - 1,
      ]);
      expect(filed).toMatchObject({ split_brain_rooms: split, monitor_hosts: 3, monitor_success: 1 });
      expect(monitor_duration).toBeGreaterThanOrEqual(printedDuration!);
      expect(conferences.filter((name) => run.text.includes(name))).toEqual([]);
      if (promtoolLacking() === null)
        expect(promtool(['check', 'metrics'], run.text)).toEqual({ exitCode: 0, said: '' });
    }
  });
});

function printedIn(stdout: string): Readonly<Record<string, number>> {
  const rows = [...stdout.matchAll(/^HAProxy {2}(\w+) +(\S+) (?:Count|Milliseconds) {2}Environment=laboratory$/gm)];
  return Object.fromEntries(rows.map(([, name, value]) => [name, Number(value)]));
}

/** All but the time of the run, which CloudWatch has by itself. */
function filedIn(text: string): Readonly<Record<string, number>> {
  const rows = [...text.matchAll(/^splitbrain_(\w+)\{environment="laboratory"\} (\S+)$/gm)];
  const { last_run_timestamp_seconds: at, ...rest } = Object.fromEntries(
    rows.map(([, name, value]) => [name, Number(value)]),
  );
  expect(at).toBeGreaterThan(Date.now() / 1000 - 600);
  return rest;
}
