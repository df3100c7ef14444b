// An independent judge of what goes over the wire: the built program against moto's CloudWatch.
// Composite alarms it does not know.

import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { type MotoServer, motoLacking, startMoto } from '../../lab/servers/moto-server.ts';
import { alarmSubjects } from '../../src/cloudwatch/alarm-names.ts';
import { metricDefinitions } from '../../src/cloudwatch/metrics.ts';
import { awsVariables } from '../support/cloudwatch-runs.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

const alarm = 'Split Brain laboratory split';

describe.skipIf(motoLacking() !== null)('moto', () => {
  let moto: MotoServer;
  let mesh: Mesh;
  let scratch: Scratch;
  let cloudWatch: CloudWatch;
  beforeAll(async () => {
    scratch = makeScratch();
    [moto, mesh] = await Promise.all([startMoto(), startMesh()]);
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example' };
    cloudWatch = new CloudWatch({ region: 'us-east-1', endpoint: moto.url, credentials });
  });
  afterAll(async () => {
    cloudWatch?.destroy();
    await mesh?.stop();
    await moto?.stop();
    scratch?.clear();
  });

  const run = (...words: readonly string[]) => {
    const lines = [
      'confirm: { reads: 2, settle: 100ms }',
      'metrics: {}',
      'alarms: { actions: ["arn:aws:sns:us-east-1:123456789012:oncall"] }',
      `heal: { journal: ${scratch.folder}/journal, settle: 400ms, maxRatio: 1 }`,
    ];
    return runSplitbrain([...words, ...configure(scratch, mesh, { lines })], { env: awsVariables(moto.url) });
  };

  /** The largest value of a metric in the last hour, as CloudWatch would give it to an alarm. */
  async function largest(name: string): Promise<number | undefined> {
    const { Datapoints } = await cloudWatch.getMetricStatistics({
      Namespace: 'HAProxy',
      MetricName: name,
      Dimensions: [{ Name: 'Environment', Value: 'laboratory' }],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 3600,
      Statistics: ['Maximum'],
    });
    return Datapoints?.[0]?.Maximum;
  }

  test('monitor -> every metric of the table, with its unit and dimension', async () => {
    await mesh.split(
      ['standup'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    const { exitCode, stdout } = await run('monitor');
    expect([exitCode, stdout.includes('were not sent')]).toEqual([2, false]);
    const { Metrics } = await cloudWatch.listMetrics({ Namespace: 'HAProxy' });
    expect(Metrics?.map(({ MetricName }) => MetricName).sort()).toEqual(
      metricDefinitions.map(({ name }) => name).sort(),
    );
    expect(new Set(Metrics?.map(({ Dimensions }) => JSON.stringify(Dimensions)))).toEqual(
      new Set([JSON.stringify([{ Name: 'Environment', Value: 'laboratory' }])]),
    );
    expect([await largest('split_brain_rooms'), await largest('monitor_hosts')]).toEqual([1, 3]);
  });

  test('alarms apply -> every metric alarm as wanted; the composite one fails, and that is said', async () => {
    const applied = await run('alarms', 'apply');
    expect([applied.exitCode, applied.stderr]).toEqual([4, expect.stringMatching(/^splitbrain: CloudWatch: /)]);
    const plan = await run('alarms', 'plan');
    const metricAlarms = alarmSubjects.length - 1;
    expect(plan.stdout).toContain(`2 to create, 0 to change, 0 no longer wanted, ${metricAlarms} as wanted`);
    expect([...plan.stdout.matchAll(/^\+ (.*)$/gm)].map((match) => match[1])).toEqual([
      'alarm "Split Brain laboratory page"',
      'dashboard "Split-Brain-laboratory"',
    ]);
    expect(plan.stdout).not.toContain('~');
  });

  test('its alarm is on, but moto does not say since when -> remediate looks and does not heal', async () => {
    await cloudWatch.setAlarmState({ AlarmName: alarm, StateValue: 'ALARM', StateReason: 'test' });
    const { exitCode, stdout } = await run('remediate', '--heal', '--alarm-name', alarm);
    expect([exitCode, stdout]).toEqual([
      2,
      expect.stringContaining('not healing: CloudWatch does not say since when the alarm is on'),
    ]);
  });
});
