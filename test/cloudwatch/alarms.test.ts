// Alarms as code with the real SDK against the stand-in: apply, apply again, drift, strays,
// strangers, paging, and faults.

import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AlarmSource, wantedAlarms, wantedTags } from '../../src/cloudwatch/alarm-set.ts';
import { applyAlarms, planAlarms } from '../../src/cloudwatch/alarms.ts';
import { isAwsTrouble, openCloudWatch } from '../../src/cloudwatch/client.ts';
import {
  arnOf,
  type CloudWatchServer,
  denied,
  region,
  startCloudWatch,
  throttled,
} from '../support/cloudwatch-server.ts';
import { alarmSource } from './alarm-settings.ts';
import { stubAws } from './aws-environment.ts';

const source = alarmSource();
const names = wantedAlarms(source).map(({ name }) => name);
const splitName = 'Split Brain prod split';

let server: CloudWatchServer;
let cloudWatch: CloudWatch;

beforeEach(async () => {
  server = await startCloudWatch();
  stubAws(server.url);
  cloudWatch = await openCloudWatch({ region: null });
});

afterEach(async () => {
  cloudWatch.destroy();
  vi.unstubAllEnvs();
  await server.close();
});

function apply({ prune = false, of = source }: { prune?: boolean; of?: AlarmSource } = {}) {
  return applyAlarms(of, { cloudWatch, region, signal: new AbortController().signal }, { prune });
}

async function plan() {
  const answer = await planAlarms(source, { cloudWatch, region, signal: new AbortController().signal });
  if (isAwsTrouble(answer)) throw new Error(answer.because);
  return answer;
}

describe('apply', () => {
  test('from nothing: every alarm with its tags, the composite after those it names, the dashboard with all of them', async () => {
    const { done, trouble } = await apply();
    expect(trouble).toBe(null);
    expect(done).toHaveLength(names.length + 1);
    expect([...server.alarms.keys()]).toEqual(names);
    for (const name of names) expect(server.tags.get(arnOf(name))).toEqual(wantedTags('prod'));
    const dashboard = server.dashboards.get('Split-Brain-prod')!;
    for (const name of names) expect(dashboard).toContain(JSON.stringify(arnOf(name)));
  });

  test('twice: the second time writes nothing, and the plan is empty', async () => {
    await apply();
    const before = server.writes().length;
    expect(before).toBe(names.length + 1);
    expect(await apply()).toEqual({ done: [], trouble: null });
    expect(server.writes()).toHaveLength(before);
    const { alarms, dashboard } = await plan();
    expect(new Set([...alarms, dashboard].map(({ change }) => change))).toEqual(new Set(['keep']));
  });

  test('twice, where CloudWatch answers in pages', async () => {
    server.pageSize = 2;
    await apply();
    expect(await apply()).toEqual({ done: [], trouble: null });
  });

  test('plan writes nothing', async () => {
    await plan();
    expect(server.writes()).toEqual([]);
  });

  test('an alarm changed by hand is put right, and only that one', async () => {
    await apply();
    server.putByHand({ ...server.alarms.get(splitName)!, AlarmName: splitName, Threshold: 50 }, wantedTags('prod'));
    expect((await plan()).alarms.filter(({ change }) => change !== 'keep')).toMatchObject([
      { change: 'update', fields: [{ field: 'Threshold', has: 50, wants: 0 }] },
    ]);
    expect((await apply()).done).toEqual([`changed alarm ${splitName}`]);
    expect(server.alarms.get(splitName)).toMatchObject({ Threshold: 0 });
  });

  test('an update keeps the state, and tags that are lost come back', async () => {
    await apply();
    server.setState(splitName, 'ALARM', 1_700_000_000_000);
    const changed = { ...server.alarms.get(splitName)!, AlarmName: splitName, AlarmDescription: 'mine' };
    server.putByHand(changed, { 'managed-by': 'haproxy-splitbrain' });
    expect((await apply()).done).toEqual([`changed alarm ${splitName}`, `tagged alarm ${splitName}`]);
    expect(server.alarms.get(splitName)).toMatchObject({ StateValue: 'ALARM' });
    expect(server.tags.get(arnOf(splitName))).toEqual(wantedTags('prod'));
  });

  test('another environment is nobody of ours', async () => {
    await apply({ of: alarmSource('prod eu') });
    const others = [...server.alarms.keys()];
    await apply({ prune: true });
    expect([...server.alarms.keys()]).toEqual([...others, ...names]);
  });
});

describe('strays', () => {
  const old = 'Split Brain prod old';
  const oldPage = 'Split Brain prod old page';

  beforeEach(async () => {
    await apply();
    server.putByHand({ AlarmName: old, MetricName: 'x' }, wantedTags('prod'));
    server.putByHand({ AlarmName: oldPage, AlarmRule: `ALARM("${old}")` }, wantedTags('prod'));
    server.putByHand({ AlarmName: 'Split Brain prod of a person', MetricName: 'x' });
  });

  test('stay without --prune', async () => {
    expect(await apply()).toEqual({ done: [], trouble: null });
    expect(server.alarms.has(old)).toBe(true);
  });

  test('go with --prune, composites first, and only those with prefix and tag', async () => {
    expect(await apply({ prune: true })).toEqual({
      done: [`deleted alarm ${oldPage}`, `deleted alarm ${old}`],
      trouble: null,
    });
    expect(server.alarms.has('Split Brain prod of a person')).toBe(true);
  });
});

test('an alarm of our name without our tag is left as it is, and the plan says so', async () => {
  server.putByHand({ AlarmName: splitName, MetricName: 'mine', Threshold: 9 });
  expect((await plan()).alarms[0]).toMatchObject({ change: 'foreign', name: splitName });
  expect((await apply({ prune: true })).trouble).toBe(null);
  expect(server.alarms.get(splitName)).toMatchObject({ MetricName: 'mine', Threshold: 9 });
});

describe('the dashboard', () => {
  test('changed by hand is put right', async () => {
    await apply();
    server.dashboards.set('Split-Brain-prod', '{"widgets":[]}');
    expect((await apply()).done).toEqual(['changed dashboard Split-Brain-prod']);
  });

  test('that CloudWatch finds fault with is an error', async () => {
    server.dashboardFaults = [{ DataPath: '/widgets/0', Message: 'Should have property x' }];
    expect((await apply()).trouble).toEqual({
      trouble: 'rejected',
      because: 'CloudWatch finds faults in the dashboard: /widgets/0: Should have property x',
    });
  });
});

describe('faults', () => {
  test('throttled in between -> tried again, everything put', async () => {
    server.fault = ({ op, nth }) => (op === 'PutMetricAlarm' && nth === 2 ? throttled : null);
    expect((await apply()).trouble).toBe(null);
    expect([...server.alarms.keys()].sort()).toEqual([...names].sort());
  });

  test('denied in between -> says what was done, and the next apply does the rest', async () => {
    server.fault = ({ op }) => (op === 'PutCompositeAlarm' ? denied : null);
    const { done, trouble } = await apply();
    expect(trouble).toMatchObject({ trouble: 'denied' });
    expect(done).toHaveLength(names.length - 1);
    server.fault = () => null;
    expect((await apply()).done).toEqual(['created alarm Split Brain prod page', 'created dashboard Split-Brain-prod']);
  });

  test('not allowed to read -> a value, and nothing written', async () => {
    server.fault = ({ op }) => (op === 'DescribeAlarms' ? denied : null);
    expect(await apply()).toMatchObject({ done: [], trouble: { trouble: 'denied' } });
    expect(server.writes()).toEqual([]);
  });
});
