// Alarms of CloudWatch in a check, against moto: on, quiet, of another environment, and a call that
// fails.

import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { type MotoServer, motoLacking, startMoto } from '../../lab/servers/moto-server.ts';
import { runCheck } from '../support/check-runs.ts';
import { awsVariables } from '../support/cloudwatch-runs.ts';

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

  const check = (url: string) =>
    runCheck(configure(scratch, mesh, { lines: ['alarms: {}'] }), { env: awsVariables(url) });

  async function put(name: string, state: 'OK' | 'ALARM'): Promise<void> {
    await cloudWatch.putMetricAlarm({
      AlarmName: name,
      MetricName: 'split_brain_rooms',
      Namespace: 'HAProxy',
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      Period: 60,
      Statistic: 'Maximum',
      Threshold: 0,
    });
    await cloudWatch.setAlarmState({ AlarmName: name, StateValue: state, StateReason: 'test' });
  }

  test('none at all is unknown; quiet passes; on fails, by name and state', async () => {
    expect((await check(moto.url)).open).toEqual(['alarms unknown']);
    await put('Split Brain laboratory split', 'OK');
    await put('Split Brain laboratory two split', 'ALARM');
    const quiet = await check(moto.url);
    expect([quiet.exitCode, quiet.open]).toEqual([0, []]);
    await put('Split Brain laboratory split', 'ALARM');
    const on = await check(moto.url);
    expect([on.exitCode, on.open]).toEqual([2, ['alarms fail']]);
    expect(on.evidence('alarms')).toMatch(/^"Split Brain laboratory split" is ALARM/);
  });

  test('a call that fails is unknown, and costs nothing else', async () => {
    const { exitCode, open, evidence } = await check('http://127.0.0.1:9');
    expect([exitCode, open]).toEqual([3, ['alarms unknown']]);
    expect(evidence('alarms')).toMatch(/^not known: CloudWatch did not say: /);
  });
});
