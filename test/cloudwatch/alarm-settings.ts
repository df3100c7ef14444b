// Settings of alarms for tests: the part of a configuration that they are made from.

import type { AlarmSource } from '../../src/cloudwatch/alarm-set.ts';

export const pager = 'arn:aws:sns:us-east-1:123456789012:oncall';
export const tickets = 'arn:aws:sns:us-east-1:123456789012:tickets';

/** Names begin with `Split Brain prod `. */
export function alarmSource(environment = 'prod', changes: Partial<AlarmSource['alarms']> = {}): AlarmSource {
  return {
    environment,
    metrics: {
      configured: true,
      namespace: 'HAProxy',
      region: null,
      dimensions: { Environment: environment },
      perProxy: false,
    },
    alarms: {
      configured: true,
      prefix: 'Split Brain',
      periodSeconds: 300,
      actions: [pager],
      notify: [tickets],
      ...changes,
    },
  };
}
