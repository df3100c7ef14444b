// Events of alarms in every shape they come in: only name, ARN and message id are taken, and
// nonsense is told with its reason.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAlarmEvent } from '../../src/cloudwatch/alarm-event.ts';

const name = 'Split Brain prod split';
const arn = `arn:aws:cloudwatch:us-east-1:123456789012:alarm:${name}`;

/** As in the SNS message of a metric alarm. */
const plain = {
  AlarmName: name,
  AlarmDescription: 'Conferences are routed to two shards. $(reboot)',
  AWSAccountId: '123456789012',
  AlarmConfigurationUpdatedTimestamp: '2026-11-20T18:48:56.505+0000',
  NewStateValue: 'ALARM',
  NewStateReason: 'Threshold Crossed: 2 out of the last 3 datapoints [1.0, 2.0] were greater than the threshold (0.0).',
  StateChangeTime: '2026-11-21T18:50:37.811+0000',
  Region: 'US East (N. Virginia)',
  AlarmArn: arn,
  OldStateValue: 'OK',
  Trigger: {
    MetricName: 'split_brain_rooms',
    Statistic: 'MAXIMUM',
    Dimensions: [{ value: 'prod', name: 'Environment' }],
  },
};

const composite = {
  AlarmName: 'Split Brain prod page',
  AlarmArn: arn.replace('split', 'page'),
  AlarmRule: `ALARM("${name}")`,
  NewStateValue: 'ALARM',
  TriggeringChildren: [{ Arn: arn, State: { Value: 'ALARM', Timestamp: '2026-11-21T18:50:37.811+0000' } }],
};

const envelope = (message: unknown, changes: object = {}) => ({
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: 'arn:aws:sns:us-east-1:123456789012:oncall',
  Subject: `ALARM: "${name}"`,
  Message: JSON.stringify(message),
  Timestamp: '2026-11-21T18:50:37.870Z',
  SignatureVersion: '2',
  ...changes,
});

const eventBridge = (alarmName: string, configuration: object) => ({
  version: '0',
  id: 'c4c1c1c9-6542-e61b-6ef0-8c4d36933a92',
  'detail-type': 'CloudWatch Alarm State Change',
  source: 'aws.cloudwatch',
  account: '123456789012',
  region: 'us-east-1',
  resources: [`arn:aws:cloudwatch:us-east-1:123456789012:alarm:${alarmName}`],
  detail: { alarmName, configuration, state: { value: 'ALARM', timestamp: '2026-11-21T18:50:37.989+0000' } },
});

const read = (event: unknown) => readAlarmEvent(JSON.stringify(event));

describe('every shape gives the name', () => {
  const snsId = '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324';
  const bridgeId = 'c4c1c1c9-6542-e61b-6ef0-8c4d36933a92';
  const page = { name: 'Split Brain prod page', arn: composite.AlarmArn };

  test.each([
    ['SNS envelope', envelope(plain), { name, arn, messageId: snsId }],
    ['SNS envelope, composite', envelope(composite), { ...page, messageId: snsId }],
    ['bare or raw alarm JSON', plain, { name, arn, messageId: null }],
    ['bare or raw alarm JSON, composite', composite, { ...page, messageId: null }],
    ['EventBridge', eventBridge(name, { metrics: [] }), { name, arn, messageId: bridgeId }],
    ['EventBridge, composite', eventBridge(page.name, { alarmRule: 'x' }), { ...page, messageId: bridgeId }],
    ['EventBridge within SNS', envelope(eventBridge(name, {})), { name, arn, messageId: snsId }],
    ['alarm JSON without an ARN', { AlarmName: name }, { name, arn: null, messageId: null }],
  ])('%s', (_shape, event, hint) => {
    expect(read(event)).toEqual(hint);
  });

  test('with a byte order mark and white space around', () => {
    expect(readAlarmEvent(`\ufeff ${JSON.stringify(plain)}\n`)).toMatchObject({ name });
  });
});

describe('what is no alarm is unreadable, with the reason', () => {
  test.each([
    ['', 'no JSON object'],
    ['ALARM', 'no JSON object'],
    ['[]', 'no JSON object'],
    ['{}', 'neither CloudWatch alarm JSON'],
    [JSON.stringify({ AlarmName: '' }), 'does not name an alarm'],
    [JSON.stringify({ AlarmName: 7 }), 'does not name an alarm'],
    [JSON.stringify({ AlarmName: 'a\nb' }), 'does not name an alarm'],
    [JSON.stringify({ AlarmName: 'a'.repeat(256) }), 'does not name an alarm'],
    [JSON.stringify({ AlarmName: name, AlarmArn: 7 }), 'ARN'],
    [JSON.stringify(envelope(plain, { Message: 'the mesh is on fire' })), 'no JSON object as its Message'],
    [JSON.stringify(envelope(plain, { Type: 'SubscriptionConfirmation' })), 'confirm the subscription by hand'],
    [JSON.stringify(envelope(plain, { Type: 'Other' })), 'no SNS notification'],
    [JSON.stringify(envelope(envelope(plain))), 'neither CloudWatch alarm JSON'],
    [JSON.stringify({ ...eventBridge(name, {}), 'detail-type': 'EC2 Instance State-change Notification' }), 'neither'],
    [JSON.stringify({ ...eventBridge(name, {}), detail: null }), 'does not name an alarm'],
    [JSON.stringify({ AlarmName: name, pad: 'x'.repeat(300_000) }), 'longer than 256 KB'],
  ])('%.60s', (text, reason) => {
    expect(readAlarmEvent(text)).toEqual({ unreadable: expect.stringContaining(reason) });
  });

  test('any text and any JSON is read or refused, never thrown at', () => {
    const keys = fc.constantFrom(
      'AlarmName',
      'AlarmArn',
      'Type',
      'Message',
      'detail-type',
      'detail',
      'resources',
      'id',
    );
    const shapes = fc.dictionary(keys, fc.jsonValue()).map((event) => JSON.stringify(event));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), shapes), (text) => {
        const hint = readAlarmEvent(text);
        expect('unreadable' in hint || (hint.name !== '' && hint.name.length <= 255)).toBe(true);
      }),
    );
  });

  test('a message id that could not stand in a log is left out', () => {
    expect(read(envelope(plain, { MessageId: 'x\n{"level":"error"}' }))).toMatchObject({ name, messageId: null });
  });
});
