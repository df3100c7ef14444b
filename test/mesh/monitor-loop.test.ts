// The whole loop on a real mesh: a split brain, its metrics, the alarm, the event that sets off the
// heal, requests that meet, metrics at zero.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { readJournal } from '../../src/heal/journal.ts';
import { snsEvent } from '../support/alarm-events.ts';
import { type CloudWatchRuns, startCloudWatchRuns } from '../support/cloudwatch-runs.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { runJob } from '../support/job-process.ts';
import { tableContents } from '../support/table-contents.ts';

const alarm = 'Split Brain laboratory split';
const filesIn = (folder: string) => readdirSync(folder).sort();
const conferences = ['standup', 'board meeting', 'x; clear table nodes'];

describe.each(newestHaproxy())('HAProxy $version', ({ command }) => {
  let mesh: Mesh;
  let here: CloudWatchRuns;
  beforeAll(async () => {
    [mesh, here] = await Promise.all([startMesh({ binary: command }), startCloudWatchRuns()]);
  });
  afterAll(async () => {
    await mesh?.stop();
    await here?.stop();
  });
  beforeEach(() => {
    here.server.calls.length = 0;
    here.server.fault = () => null;
  });

  const journals = () => join(here.scratch.folder, 'journal');
  const config = (heal = 'maxRatio: 1') =>
    configure(here.scratch, mesh, {
      lines: [
        'confirm: { reads: 2, settle: 100ms }',
        'metrics: {}',
        'alarms: { actions: ["arn:aws:sns:us-east-1:123456789012:oncall"] }',
        `heal: { journal: ${journals()}, settle: 400ms, ${heal} }`,
      ],
    });
  const event = () => here.scratch.file('event.json', snsEvent(alarm));
  const remediate = (...words: readonly string[]) =>
    here.run(['remediate', '--alarm-event', event(), ...words, ...config()]);

  test('{a, b: s1 | c: s2} -> metrics, alarm, event, heal, one shard for every request, metrics at zero', async () => {
    expect((await here.run(['alarms', 'apply', ...config()])).exitCode).toBe(0);
    const calm = await here.run(['monitor', ...config()]);
    expect([calm.exitCode, here.metricsSent()]).toEqual([
      0,
      [expect.objectContaining({ split_brain_rooms: 0, stick_table_error: 0, monitor_success: 1, monitor_hosts: 3 })],
    ]);
    await mesh.split(conferences, [
      { proxies: [0, 1], shard: 0 },
      { proxies: [2], shard: 1 },
    ]);
    for (const proxy of [0, 1]) await mesh.untilPeers(proxy, 2, 'down');

    const seen = await here.run(['monitor', ...config()]);
    expect([seen.exitCode, here.metricsSent().at(-1)]).toEqual([
      2,
      expect.objectContaining({
        split_brain_rooms: conferences.length,
        stick_table_error: 1,
        peer_links_down: 2,
        heals_refused: 0,
      }),
    ]);
    const before = await tableContents(mesh);

    here.server.setState(alarm, 'ALARM', Date.now() - 60_000);
    const healed = await remediate('--heal');
    expect({ exitCode: healed.exitCode, stdout: healed.stdout, stderr: healed.stderr }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`HEALED  ${conferences.length} of ${conferences.length} conferences`),
    });
    expect(healed.stdout).toContain(`${alarm}: the alarm is on since`);
    expect(await tableContents(mesh)).not.toEqual(before);
    const shard = mesh.shards[0]!.address;
    expect(await conferenceShards(mesh, conferences)).toEqual(new Map(conferences.map((name) => [name, shard])));

    const after = { split_brain_rooms: 0, stick_table_error: 0, missing_rooms: 0, mixed_rooms: 0, heals_failed: 0 };
    expect(here.metricsSent().at(-1)).toMatchObject({ ...after, stick_table_fixes_split_brain: conferences.length });
    expect((await here.run(['monitor', ...config()])).exitCode).toBe(0);
    expect(here.metricsSent().at(-1)).toMatchObject({ ...after, stick_table_fixes_split_brain: 0 });

    const wire = JSON.stringify(here.server.calls.map(({ body }) => body));
    expect(conferences.filter((name) => wire.includes(name))).toEqual([]);
  });

  test('no event but a genuine and fresh one writes anything: dry, cleared, stale, foreign, no permission, guarded', async () => {
    await mesh.split(
      ['unhealed'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    const before = await tableContents(mesh);
    const runs = readdirSync(journals()).length;

    here.server.setState(alarm, 'ALARM', Date.now() - 60_000);
    expect((await remediate()).exitCode).toBe(2);
    const guarded = await here.run(['remediate', '--heal', '--alarm-event', event(), ...config('maxConferences: 0')]);
    expect([guarded.exitCode, here.metricsSent().at(-1)]).toEqual([
      4,
      expect.objectContaining({ heals_refused: 1, split_brain_rooms: 1 }),
    ]);
    here.server.setState(alarm, 'ALARM', Date.now() - 60 * 60_000);
    expect((await remediate('--heal')).exitCode).toBe(2);
    here.server.setState(alarm, 'OK', Date.now());
    expect((await remediate('--heal')).exitCode).toBe(2);
    here.server.fault = ({ op }) =>
      op === 'DescribeAlarms' ? { kind: 'error', status: 403, type: 'x#AccessDenied', header: 'AccessDenied' } : null;
    expect((await remediate('--heal')).exitCode).toBe(2);
    const foreign = here.scratch.file('foreign.json', snsEvent('Split Brain elsewhere split'));
    expect((await here.run(['remediate', '--heal', '--alarm-event', foreign, ...config()])).exitCode).toBe(4);

    expect(await tableContents(mesh)).toEqual(before);
    expect(readdirSync(journals()).length).toBe(runs);
    // Every run that looked put its metrics; the foreign event was not worth a look.
    expect(here.metricsSent().map((sent) => sent.split_brain_rooms)).toEqual([1, 1, 1, 1, 1]);
  });

  test('monitor --heal does it by itself, and what could not be put does not change its end', async () => {
    here.server.fault = () => ({ kind: 'html' });
    const { exitCode, stdout } = await here.run(['monitor', '--heal', ...config()]);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('the metrics were not sent: what answered')]);
    expect(await conferenceShards(mesh, ['unhealed'])).toEqual(new Map([['unhealed', mesh.shards[0]!.address]]));
  });

  test('the scheduled jobs leave summary, report, JUnit and, after a heal, its journal', async () => {
    await mesh.split(
      ['by job'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    const [, file] = config();
    const out = join(here.scratch.folder, 'out');
    const looked = await runJob('monitor', ['--config', file!, '--out', out], here.env);
    expect([looked.exitCode, filesIn(out)]).toEqual([2, ['html', 'junit.xml', 'report.json', 'summary.txt']]);
    expect(readFileSync(join(out, 'summary.txt'), 'utf8')).toMatch(/^SPLIT {2}/);

    const refused = join(here.scratch.folder, 'refused');
    const foreign = here.scratch.file('foreign.json', snsEvent('cpu high'));
    const words = ['--config', file!, '--out', refused, '--alarm-event', foreign, '--heal'];
    expect((await runJob('remediate', words, here.env)).exitCode).toBe(4);
    expect([filesIn(refused), readFileSync(join(refused, 'summary.txt'), 'utf8')]).toEqual([
      ['summary.txt'],
      expect.stringMatching(/^REFUSED {2}the alarm is none of ours/),
    ]);

    here.server.setState(alarm, 'ALARM', Date.now());
    const remediation = ['--config', file!, '--out', out, '--alarm-name', alarm, '--max-age', '5m', '--heal'];
    expect((await runJob('remediate', remediation, here.env)).exitCode).toBe(0);
    const [journal, ...others] = filesIn(out);
    expect([journal, others]).toEqual([
      expect.stringMatching(/\.journal\.jsonl$/),
      ['html', 'junit.xml', 'report.json', 'summary.txt'],
    ]);
    expect(readJournal(join(out, journal!)).map(({ event }) => event)).toContain('intent');
    expect(readFileSync(join(out, 'summary.txt'), 'utf8')).toContain('HEALED  1 of 1 conference');
    expect(await conferenceShards(mesh, ['by job'])).toEqual(new Map([['by job', mesh.shards[0]!.address]]));
  });
});
