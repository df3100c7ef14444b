// Wanted against existing alarms: only what we set counts, lists are sets, and what is not ours is
// not touched.

import { describe, expect, test } from 'vitest';
import { compareAlarms, compareDashboard, type HeldAlarm } from '../../src/cloudwatch/alarm-diff.ts';
import { renderAlarmPlan } from '../../src/cloudwatch/alarm-plan-text.ts';
import { type WantedAlarm, wantedAlarms, wantedTags } from '../../src/cloudwatch/alarm-set.ts';
import { wantedDashboard } from '../../src/cloudwatch/dashboard.ts';
import { arnOf } from '../support/cloudwatch-server.ts';
import { alarmSource } from './alarm-settings.ts';

const tags = wantedTags('prod');
const wanted = wantedAlarms(alarmSource());

/** As CloudWatch would have it after our put: `changes` over our fields. */
function held(alarm: WantedAlarm, changes: Readonly<Record<string, unknown>> = {}): HeldAlarm {
  return { kind: alarm.kind, name: alarm.name, arn: arnOf(alarm.name), fields: { ...alarm.input, ...changes }, tags };
}

const [split] = wanted;
const silent = wanted.find(({ name }) => name.endsWith('monitor silent'))!;

function changesOf(...alarms: readonly HeldAlarm[]) {
  const names = alarms.map(({ name }) => name);
  return compareAlarms(
    wanted.filter(({ name }) => names.includes(name)),
    alarms,
    tags,
  );
}

describe('an alarm', () => {
  test('that is not there -> create', () => {
    expect(compareAlarms(wanted, [], tags).map(({ change }) => change)).toEqual(wanted.map(() => 'create'));
  });

  test.each([
    ['as it was put', {}],
    [
      'with what the service adds',
      { StateValue: 'OK', AlarmConfigurationUpdatedTimestamp: new Date(0), Unit: 'Count' },
    ],
    ['without the defaults that the service leaves out', { ActionsEnabled: undefined, OKActions: undefined }],
  ])('%s -> keep', (_name, changes) => {
    expect(changesOf(held(split!, changes))).toEqual([{ change: 'keep', wanted: split }]);
  });

  test('with its lists in another order -> keep', () => {
    const queries = silent.kind === 'metric' ? [...silent.input.Metrics!].reverse() : [];
    expect(queries).toHaveLength(2);
    expect(changesOf(held(silent, { Metrics: queries }))).toMatchObject([{ change: 'keep' }]);
  });

  test.each([
    ['Threshold', 5],
    ['ActionsEnabled', false],
    ['AlarmActions', ['arn:aws:sns:us-east-1:123456789012:other']],
    ['AlarmDescription', undefined],
    ['Dimensions', [{ Name: 'Environment', Value: 'stage' }]],
  ])('whose %s was changed by hand -> update, and the diff says from what to what', (field, has) => {
    const [change] = changesOf(held(split!, { [field]: has }));
    const wants = Object.entries(split!.input).find(([name]) => name === field)![1];
    expect(change).toMatchObject({ change: 'update', retag: false, fields: [{ field, wants }] });
  });

  test('that lost the environment in its tags -> update, tags only', () => {
    const untagged = { ...held(split!), tags: { 'managed-by': 'haproxy-splitbrain' } };
    expect(changesOf(untagged)).toMatchObject([{ change: 'update', fields: [], retag: true }]);
  });

  test.each([
    ['without our tag', {}],
    ['of somebody else', { 'managed-by': 'terraform', environment: 'prod' }],
    ['of another environment', { 'managed-by': 'haproxy-splitbrain', environment: 'prod eu' }],
  ])('%s -> left alone, and told', (_name, tagsThere) => {
    expect(changesOf({ ...held(split!, { Threshold: 9 }), tags: tagsThere })).toMatchObject([
      { change: 'foreign', name: 'Split Brain prod split' },
    ]);
  });

  test('of the other kind -> left alone, and told', () => {
    expect(changesOf({ ...held(split!), kind: 'composite' })).toMatchObject([{ change: 'foreign' }]);
  });
});

describe('what is no longer wanted', () => {
  const stray = { ...held(split!), name: 'Split Brain prod old' };

  test('and ours -> stray', () => {
    expect(compareAlarms([], [stray], tags)).toEqual([{ change: 'stray', held: stray }]);
  });

  test.each([
    ['without our tag', {}],
    ['of an environment whose name begins like ours', { ...tags, environment: 'prod eu' }],
  ])('%s -> not mentioned', (_name, tagsThere) => {
    expect(compareAlarms([], [{ ...stray, tags: tagsThere }], tags)).toEqual([]);
  });
});

describe('the dashboard', () => {
  const dashboard = wantedDashboard(alarmSource(), 'us-east-1', new Map());

  test.each([
    ['not there', null, 'create'],
    ['as it was sent', JSON.stringify(dashboard.body), 'keep'],
    ['spelled otherwise', JSON.stringify(dashboard.body, null, 4), 'keep'],
    ['changed by hand', JSON.stringify({ ...(dashboard.body as object), start: '-PT1H' }), 'update'],
    ['no JSON', '{', 'update'],
  ])('%s -> %s', (_name, body, change) => {
    expect(compareDashboard(dashboard, body)).toMatchObject({ change });
  });
});

test('the diff is one line an alarm and one a field, and foreign text cannot move the cursor', () => {
  const hostile = held(split!, { AlarmDescription: 'red\u001b[31m\u202e\nline' });
  const stray = { ...held(split!), name: 'Split Brain prod old' };
  const alarms = compareAlarms([split!, silent], [hostile, stray], tags);
  const dashboard = { change: 'create' as const, wanted: wantedDashboard(alarmSource(), 'us-east-1', new Map()) };
  const text = renderAlarmPlan({ alarms, dashboard }, false);
  expect(text.replace(/ -> ".*"\n/, ' -> ...\n').split('\n')).toEqual([
    '~ alarm "Split Brain prod split"',
    '    AlarmDescription: "red\\u001b[31m\\u{202e}\\nline" -> ...',
    '+ alarm "Split Brain prod monitor silent"',
    '  alarm "Split Brain prod old": no longer wanted',
    '+ dashboard "Split-Brain-prod"',
    '2 to create, 1 to change, 1 no longer wanted (kept without --prune), 0 as wanted',
    '',
  ]);
  expect(renderAlarmPlan({ alarms, dashboard }, true)).toContain('- alarm "Split Brain prod old"');
});
