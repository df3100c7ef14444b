// `alarms plan` and `alarms apply`, the built program against a stand-in for CloudWatch:
// idempotent, careful with what is not ours.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { alarmSubjects } from '../../src/cloudwatch/alarm-names.ts';
import { type CloudWatchRuns, startCloudWatchRuns } from '../support/cloudwatch-runs.ts';
import { denied, throttled } from '../support/cloudwatch-server.ts';

const oncall = 'arn:aws:sns:us-east-1:123456789012:oncall';
let here: CloudWatchRuns;
beforeEach(async () => {
  here = await startCloudWatchRuns();
});
afterEach(() => here.stop());

async function alarms(
  words: readonly string[],
  {
    actions = [oncall],
    ...options
  }: { readonly actions?: readonly string[]; readonly changes?: Record<string, string> } = {},
) {
  const text = [
    'environment: prod',
    'proxies: { list: [{ name: p1, endpoint: "unix:///run/nobody.sock" }] }',
    'metrics: {}',
    `alarms: { actions: ${JSON.stringify(actions)} }`,
    '',
  ].join('\n');
  here.server.calls.length = 0;
  const run = await here.run(['alarms', ...words, '-c', here.scratch.file('splitbrain.yaml', text)], options);
  return { ...run, writes: here.server.writes(), closing: run.stdout.trimEnd().split('\n').at(-1) };
}

const all = alarmSubjects.length + 1;

test('plan: everything is to be made, nothing is written, exit 2; apply makes it, exit 0; plan then agrees', async () => {
  const plan = await alarms(['plan']);
  expect([plan.exitCode, plan.writes]).toEqual([2, []]);
  expect(plan.closing).toMatch(new RegExp(`^${all} to create, 0 to change`));
  const applied = await alarms(['apply']);
  expect(applied.exitCode).toBe(0);
  expect([...here.server.alarms.keys()].sort()).toEqual(alarmSubjects.map((what) => `Split Brain prod ${what}`).sort());
  expect(here.server.dashboards.size).toBe(1);
  expect(applied.stdout).toContain('created alarm Split Brain prod split\n');
  const again = await alarms(['plan']);
  expect([again.exitCode, again.closing]).toEqual([0, expect.stringContaining(`${all} as wanted`)]);
});

test('apply twice changes nothing the second time', async () => {
  await alarms(['apply']);
  const before = [...here.server.alarms];
  const { exitCode, writes, closing } = await alarms(['apply']);
  expect([exitCode, writes, closing]).toEqual([0, [], expect.stringContaining(`${all} as wanted`)]);
  expect([...here.server.alarms]).toEqual(before);
});

test('a change by hand shows field by field, and is put right', async () => {
  await alarms(['apply']);
  const name = 'Split Brain prod split';
  here.server.putByHand(
    { ...here.server.alarms.get(name)!, AlarmName: name, Threshold: 100 },
    {
      'managed-by': 'haproxy-splitbrain',
      environment: 'prod',
    },
  );
  const plan = await alarms(['plan']);
  expect([plan.exitCode, plan.stdout]).toEqual([2, expect.stringContaining('    Threshold: 100 -> 0\n')]);
  const applied = await alarms(['apply']);
  expect([applied.exitCode, applied.writes]).toEqual([0, ['PutMetricAlarm']]);
});

test("somebody else's alarm under a name of ours -> exit 4, it stays as it is, the others are made", async () => {
  const theirs = { AlarmName: 'Split Brain prod mixed', MetricName: 'theirs' };
  here.server.putByHand(theirs);
  for (const words of [['plan'], ['apply'], ['apply', '--prune']]) {
    const { exitCode, stdout } = await alarms(words);
    expect([exitCode, stdout]).toEqual([
      4,
      expect.stringContaining('! alarm "Split Brain prod mixed": it exists, but'),
    ]);
  }
  expect(here.server.alarms.get('Split Brain prod mixed')).toMatchObject(theirs);
  expect(here.server.alarms.size).toBe(alarmSubjects.length);
});

test('what is ours and no longer wanted goes with --prune only; an alarm without our tag never', async () => {
  await alarms(['apply']);
  const ours = { 'managed-by': 'haproxy-splitbrain', environment: 'prod' };
  here.server.putByHand({ AlarmName: 'Split Brain prod of old' }, ours);
  here.server.putByHand({ AlarmName: 'Split Brain prod by hand' });
  const kept = await alarms(['apply']);
  expect([kept.exitCode, kept.writes, kept.closing]).toEqual([0, [], expect.stringContaining('kept without --prune')]);
  expect((await alarms(['plan', '--prune'])).exitCode).toBe(2);
  const pruned = await alarms(['apply', '--prune']);
  expect([pruned.exitCode, pruned.writes]).toEqual([0, ['DeleteAlarms']]);
  expect(here.server.alarms.has('Split Brain prod of old')).toBe(false);
  expect(here.server.alarms.has('Split Brain prod by hand')).toBe(true);
});

test('CloudWatch refuses -> exit 4 and its words; throttled for a while -> all the same in the end', async () => {
  here.server.fault = ({ op }) => (op === 'PutMetricAlarm' ? denied : null);
  const refused = await alarms(['apply']);
  expect([refused.exitCode, refused.stderr]).toEqual([
    4,
    expect.stringMatching(/^splitbrain: CloudWatch: AccessDenied/),
  ]);
  here.server.fault = ({ op, nth }) => (op === 'PutMetricAlarm' && nth < 4 ? throttled : null);
  expect((await alarms(['apply'])).exitCode).toBe(0);
});

test('no region, no credentials -> 64, both in one go; nobody to tell -> a note', async () => {
  const changes = { AWS_REGION: '', AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
  const { exitCode, stderr } = await alarms(['plan'], { changes });
  expect([exitCode, stderr]).toEqual([64, expect.stringMatching(/needs a region[\s\S]*needs credentials/)]);
  expect((await alarms(['plan'], { actions: [] })).stdout).toContain('`alarms.actions` is empty');
});

test.each([
  [['alarms'], 'Usage: splitbrain alarms'],
  [['alarms', 'plan'], 'which mesh? There is no splitbrain.yaml in this folder: give -c FILE'],
  [['alarms', 'destroy', '-c', 'x'], "unknown command 'destroy'"],
])('%j -> 64', async (words, said) => {
  const { exitCode, stderr } = await here.run(words);
  expect([exitCode, stderr]).toEqual([64, expect.stringContaining(said)]);
});
