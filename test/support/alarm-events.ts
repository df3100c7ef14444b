// What CloudWatch sends when an alarm changes its state: as SNS delivers it, and as EventBridge
// does.

import { arnOf, region } from './cloudwatch-server.ts';

/** The alarm JSON of a metric alarm, bare, as in raw delivery. */
export function alarmJson(name: string, changes: object = {}): string {
  return JSON.stringify({
    AlarmName: name,
    AlarmDescription: 'Conferences are routed to two shards. $(reboot)',
    AWSAccountId: '123456789012',
    NewStateValue: 'ALARM',
    NewStateReason: 'Threshold Crossed: 2 out of the last 3 datapoints were greater than the threshold (0.0).',
    StateChangeTime: '2026-11-21T18:50:37.811+0000',
    Region: 'US East (N. Virginia)',
    AlarmArn: arnOf(name),
    OldStateValue: 'OK',
    ...changes,
  });
}

/** The same within the envelope of an SNS notification. */
export function snsEvent(name: string, changes: object = {}): string {
  return JSON.stringify({
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: `arn:aws:sns:${region}:123456789012:oncall`,
    Subject: `ALARM: "${name}"`,
    Message: alarmJson(name, changes),
    Timestamp: '2026-11-21T18:50:37.870Z',
    SignatureVersion: '2',
  });
}

export function eventBridgeEvent(name: string): string {
  return JSON.stringify({
    version: '0',
    id: 'c4c1c1c9-6542-e61b-6ef0-8c4d36933a92',
    'detail-type': 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    account: '123456789012',
    region,
    resources: [arnOf(name)],
    detail: { alarmName: name, configuration: {}, state: { value: 'ALARM' } },
  });
}
