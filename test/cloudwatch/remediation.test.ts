// Whether an event may lead to a heal: forged, foreign, stale and replayed ones may not;
// CloudWatch's word alone counts.

import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { applyAlarms } from '../../src/cloudwatch/alarms.ts';
import { openCloudWatch } from '../../src/cloudwatch/client.ts';
import { type AskedAlarm, decideRemediation, defaultMaxAgeMs } from '../../src/cloudwatch/remediation.ts';
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

const name = 'Split Brain prod split';
const page = 'Split Brain prod page';
const now = Date.parse('2026-11-21T19:00:00Z');
const minutes = (number: number) => number * 60_000;

let server: CloudWatchServer;
let cloudWatch: CloudWatch;

beforeEach(async () => {
  server = await startCloudWatch();
  stubAws(server.url);
  cloudWatch = await openCloudWatch({ region: null });
  await applyAlarms(alarmSource(), { cloudWatch, region, signal: new AbortController().signal }, { prune: false });
  server.calls.length = 0;
  server.setState(name, 'ALARM', now - minutes(3));
});

afterEach(async () => {
  cloudWatch.destroy();
  vi.unstubAllEnvs();
  await server.close();
});

function decide(asked: Partial<AskedAlarm> = {}, maxAgeMs = defaultMaxAgeMs(300)) {
  const rules = { scope: { prefix: 'Split Brain', environment: 'prod' }, region, maxAgeMs };
  const tools = { cloudWatch, clock: { now: () => now }, signal: new AbortController().signal };
  return decideRemediation({ name, arn: null, ...asked }, rules, tools);
}

describe('heal', () => {
  test('an alarm of ours, on for 3 minutes, by its name', async () => {
    expect(await decide()).toEqual({ kind: 'heal', because: 'the alarm is on since 2026-11-21T18:57:00.000Z' });
  });

  test('the same by its ARN', async () => {
    expect(await decide({ arn: arnOf(name) })).toMatchObject({ kind: 'heal' });
  });

  test('a composite alarm of ours', async () => {
    server.setState(page, 'ALARM', now - minutes(1));
    expect(await decide({ name: page, arn: arnOf(page) })).toMatchObject({ kind: 'heal' });
  });

  test('asks about this one alarm, and changes nothing', async () => {
    await decide();
    expect(server.calls.map(({ op, body }) => [op, body.AlarmNames])).toEqual([['DescribeAlarms', [name]]]);
  });
});

describe('refuse, without asking CloudWatch', () => {
  test.each([
    ["somebody else's alarm", { name: 'cpu high' }, 'none of ours'],
    ['an alarm of another environment', { name: 'Split Brain stage split' }, 'none of ours'],
    ['a name that only begins like ours', { name: 'Split Brain prod whatever' }, 'none of ours'],
    ['another region', { arn: arnOf(name).replace(region, 'eu-west-1') }, 'another region'],
    ['an ARN of another alarm', { arn: arnOf('cpu high') }, 'ARN'],
    ['an ARN that is none', { arn: 'arn:aws:sns:us-east-1:123456789012:oncall' }, 'ARN'],
  ])('%s', async (_event, asked, reason) => {
    expect(await decide(asked)).toEqual({ kind: 'refuse', because: expect.stringContaining(reason) });
    expect(server.calls).toEqual([]);
  });
});

describe('refuse, by what CloudWatch has', () => {
  test('another account', async () => {
    expect(await decide({ arn: arnOf(name).replace('123456789012', '999999999999') })).toEqual({
      kind: 'refuse',
      because: 'the alarm is of another account',
    });
  });

  test('an alarm of our name that is not there', async () => {
    await cloudWatch.deleteAlarms({ AlarmNames: ['Split Brain prod mixed'] });
    expect(await decide({ name: 'Split Brain prod mixed' })).toEqual({
      kind: 'refuse',
      because: 'there is no such alarm in our account and region',
    });
  });
});

describe('look, do not heal', () => {
  test.each([
    ['cleared: OK', 'OK', 1, 'not in ALARM any more'],
    ['never judged: INSUFFICIENT_DATA', 'INSUFFICIENT_DATA', 1, 'not in ALARM any more'],
    ['stale: on for 11 minutes, twice the period is 10', 'ALARM', 11, 'on for 11 min, longer than 10 min'],
    ['from the future: a clock is wrong', 'ALARM', -30, 'a clock is wrong'],
  ])('%s', async (_name, state, ago, reason) => {
    server.setState(name, state, now - minutes(ago));
    expect(await decide()).toEqual({ kind: 'look', because: expect.stringContaining(reason) });
  });

  test('older than --max-age', async () => {
    expect(await decide({}, minutes(2))).toMatchObject({ kind: 'look' });
    expect(await decide({}, minutes(3))).toMatchObject({ kind: 'heal' });
  });

  test('actions disabled: somebody is at work', async () => {
    server.putByHand({ ...server.alarms.get(name)!, AlarmName: name, ActionsEnabled: false });
    expect(await decide()).toEqual({ kind: 'look', because: "not healing: the alarm's actions are disabled" });
  });

  test('CloudWatch does not say since when', async () => {
    const { StateTransitionedTimestamp: _, ...rest } = server.alarms.get(name)!;
    server.putByHand({ ...rest, AlarmName: name });
    expect(await decide()).toMatchObject({ kind: 'look', because: expect.stringContaining('since when') });
  });

  test.each([
    ['no permission to ask', denied, 'AccessDenied'],
    ['throttled', throttled, 'Throttling'],
    ['no CloudWatch at that address', { kind: 'html' } as const, 'not CloudWatch'],
    ['half an answer', { kind: 'half' } as const, 'ECONNRESET'],
  ])('%s', async (_name, fault, reason) => {
    server.fault = () => fault;
    expect(await decide()).toEqual({
      kind: 'look',
      because: expect.stringMatching(new RegExp(`^not healing: CloudWatch could not be asked .*${reason}`)),
    });
  });

  test('a replayed event, after the alarm has cleared, is one more look', async () => {
    expect(await decide({ arn: arnOf(name) })).toMatchObject({ kind: 'heal' });
    server.setState(name, 'OK', now);
    expect(await decide({ arn: arnOf(name) })).toMatchObject({ kind: 'look' });
  });
});
