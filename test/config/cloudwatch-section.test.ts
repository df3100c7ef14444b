// The sections `metrics` and `alarms`: what they give, what holds without them, and what is
// complained of.

import { describe, expect, test } from 'vitest';
import { complaintsOf, load, SMALL, small } from './loading.ts';

describe('what a file says', () => {
  test('nothing -> nothing is sent, and the names are the defaults', () => {
    expect(load(SMALL)).toMatchObject({
      metrics: {
        configured: false,
        namespace: 'HAProxy',
        region: null,
        dimensions: { Environment: 'stage' },
        perProxy: false,
      },
      alarms: { configured: false, prefix: 'Split Brain', periodSeconds: 300, actions: [], notify: [] },
    });
  });

  test('everything -> as it says', () => {
    const sns = 'arn:aws:sns:us-west-2:123456789012:oncall';
    const settings = load(
      small(
        'metrics: { namespace: Mesh, region: us-west-2, dimensions: { Environment: prod, Team: a }, perProxy: true }',
        `alarms: { prefix: Mesh, period: 10m, actions: ["${sns}"], notify: ["${sns}-2"] }`,
      ),
    );
    expect(settings).toMatchObject({
      metrics: {
        configured: true,
        namespace: 'Mesh',
        region: 'us-west-2',
        dimensions: { Environment: 'prod', Team: 'a' },
        perProxy: true,
      },
      alarms: { configured: true, prefix: 'Mesh', periodSeconds: 600, actions: [sns], notify: [`${sns}-2`] },
    });
  });

  test('an empty section -> metrics are sent, by the defaults', () => {
    expect(load(small('metrics: {}')).metrics).toMatchObject({ configured: true, namespace: 'HAProxy' });
  });
});

describe('what is complained of', () => {
  test.each([
    [
      'metrics: { region: "us east" }',
      'metrics.region: expected the name of a region, as in us-west-2, found "us east"',
    ],
    ['metrics: { namespace: ":x" }', 'metrics.namespace: expected the namespace of the metrics'],
    ['alarms: { prefix: "a\\"b" }', "alarms.prefix: expected the beginning of the alarms' names"],
    ['alarms: { period: 90s }', 'alarms.period: expected whole minutes, from 1m to 8h'],
    ['alarms: { period: 9h }', 'alarms.period: expected whole minutes, from 1m to 8h'],
    ['alarms: { period: 5 }', 'alarms.period: expected a duration with its unit'],
    ['alarms: { notify: [me] }', 'alarms.notify[0]: expected the ARN of an action'],
    ['metrics: { dimension: {} }', 'metrics.dimension: is not known here (did you mean "dimensions"?)'],
  ])('%s', (line, complaint) => {
    expect(complaintsOf(small(line))).toEqual([expect.stringContaining(complaint)]);
  });
});
