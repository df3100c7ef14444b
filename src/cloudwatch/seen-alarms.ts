// The alarms of one environment as CloudWatch has them now: name, state, since.

import type { CloudWatch, CompositeAlarm, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { AlarmsSeen, SeenAlarm } from '../domain/checklist.ts';
import { type AlarmScope, namePrefix, subjectOf } from './alarm-names.ts';
import { askAws, isAwsTrouble } from './client.ts';

/** Milliseconds: a few pages. */
const DEADLINE_MS = 15_000;
/** The largest page of DescribeAlarms. */
const PAGE = 100;

/** A failed call is a trouble, never an empty list. */
export async function readAlarmStates(
  scope: AlarmScope,
  { cloudWatch, signal }: { readonly cloudWatch: CloudWatch; readonly signal: AbortSignal },
): Promise<AlarmsSeen> {
  const answer = await askAws(
    async (options) => {
      const alarms: SeenAlarm[] = [];
      let token: string | undefined;
      do {
        const page = await cloudWatch.describeAlarms(
          {
            AlarmNamePrefix: namePrefix(scope),
            AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
            MaxRecords: PAGE,
            ...(token === undefined ? {} : { NextToken: token }),
          },
          options,
        );
        alarms.push(...[...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])].map(seen));
        token = page.NextToken;
      } while (token !== undefined);
      return { alarms };
    },
    { deadlineMs: DEADLINE_MS, signal },
  );
  if (isAwsTrouble(answer)) return { trouble: answer.because };
  // Another environment's name can begin with this one's.
  return { alarms: answer.alarms.filter(({ name }) => subjectOf(scope, name) !== null) };
}

function seen(alarm: MetricAlarm | CompositeAlarm): SeenAlarm {
  const { AlarmName, StateValue, StateTransitionedTimestamp, StateUpdatedTimestamp } = alarm;
  return {
    name: AlarmName ?? '',
    state: StateValue ?? 'unknown',
    sinceMs: (StateTransitionedTimestamp ?? StateUpdatedTimestamp)?.getTime() ?? null,
  };
}
