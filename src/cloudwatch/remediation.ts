// Whether an alarm's event may lead to a heal. The event only names the alarm; CloudWatch says
// whether it is on.

import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { parseAlarmArn } from './alarm-arn.ts';
import { type AlarmScope, subjectOf } from './alarm-names.ts';
import { type AwsTrouble, askAws, isAwsTrouble } from './client.ts';

/**
 * What the run may do. `refuse`: it asks no proxy (exit 4). `look`: it looks and reports only.
 * `because` is one sentence.
 */
export type Remediation =
  | { readonly kind: 'heal'; readonly because: string }
  | { readonly kind: 'look'; readonly because: string }
  | { readonly kind: 'refuse'; readonly because: string };

/** An alarm by DescribeAlarms; `null` where none has that name. */
type AlarmState = {
  readonly arn: string | null;
  readonly state: string | null;
  readonly actionsEnabled: boolean;
  /** The beginning of that state: StateTransitionedTimestamp. */
  readonly since: Date | null;
} | null;

/** An alarm that an event or a person names; `arn` is `null` where only the name is known. */
export interface AskedAlarm {
  readonly name: string;
  readonly arn: string | null;
}

interface RemediationRules {
  readonly scope: AlarmScope;
  readonly region: string;
  readonly maxAgeMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The default of --max-age in milliseconds. Two scheduled runs have seen an alarm that is older,
 * and they saw the mesh too.
 */
export function defaultMaxAgeMs(periodSeconds: number): number {
  return 2 * periodSeconds * 1000;
}

const DESCRIBE_DEADLINE_MS = 15_000;

/**
 * Decides. Asks CloudWatch only about alarms of this environment. `clock` is read when the answer
 * has come.
 */
export async function decideRemediation(
  asked: AskedAlarm,
  rules: Omit<RemediationRules, 'now'>,
  tools: { readonly cloudWatch: CloudWatch; readonly clock: { now(): number }; readonly signal: AbortSignal },
): Promise<Remediation> {
  const foreign = refuseForeign(asked, rules);
  if (foreign !== null) return foreign;
  const described = await describeAlarm(asked.name, tools.cloudWatch, tools.signal);
  return judgeAlarm(asked, described, { ...rules, now: tools.clock.now() });
}

async function describeAlarm(
  name: string,
  cloudWatch: CloudWatch,
  signal: AbortSignal,
): Promise<{ readonly alarm: AlarmState } | AwsTrouble> {
  return askAws(
    async (options) => {
      const { MetricAlarms = [], CompositeAlarms = [] } = await cloudWatch.describeAlarms(
        { AlarmNames: [name], AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
        options,
      );
      const found = [...MetricAlarms, ...CompositeAlarms].find(({ AlarmName }) => AlarmName === name);
      if (found === undefined) return { alarm: null };
      const { AlarmArn, StateValue, ActionsEnabled, StateTransitionedTimestamp } = found;
      return {
        alarm: {
          arn: AlarmArn ?? null,
          state: StateValue ?? null,
          actionsEnabled: ActionsEnabled ?? true,
          since: StateTransitionedTimestamp ?? null,
        },
      };
    },
    { deadlineMs: DESCRIBE_DEADLINE_MS, signal },
  );
}

/** Refuses what name and ARN alone exclude; `null` where they exclude nothing. */
function refuseForeign(
  { name, arn }: AskedAlarm,
  { scope, region }: Pick<RemediationRules, 'scope' | 'region'>,
): Remediation | null {
  const refuse = (because: string): Remediation => ({ kind: 'refuse', because });
  if (subjectOf(scope, name) === null) {
    return refuse(`the alarm is none of ours: they are called "${scope.prefix} ${scope.environment} ..."`);
  }
  if (arn === null) return null;
  const parsed = parseAlarmArn(arn);
  if (parsed === null || parsed.name !== name) return refuse("the event's ARN is not that of the alarm it names");
  return parsed.region === region ? null : refuse(`the alarm is of another region than ours (${region})`);
}

/**
 * Judges by CloudWatch's answer alone, so that a forged or replayed event costs at most a look.
 * Pure.
 */
function judgeAlarm(
  { arn }: AskedAlarm,
  described: { readonly alarm: AlarmState } | AwsTrouble,
  { maxAgeMs, now }: Pick<RemediationRules, 'maxAgeMs' | 'now'>,
): Remediation {
  const look = (because: string): Remediation => ({ kind: 'look', because: `not healing: ${because}` });
  if (isAwsTrouble(described)) return look(`CloudWatch could not be asked about the alarm (${described.because})`);
  const { alarm } = described;
  if (alarm === null) return { kind: 'refuse', because: 'there is no such alarm in our account and region' };
  const account = accountOf(alarm.arn);
  if (arn !== null && accountOf(arn) !== account) return { kind: 'refuse', because: 'the alarm is of another account' };
  if (alarm.state !== 'ALARM') return look('the alarm is not in ALARM any more');
  if (!alarm.actionsEnabled) return look("the alarm's actions are disabled");
  if (alarm.since === null) return look('CloudWatch does not say since when the alarm is on');
  const ageMs = now - alarm.since.getTime();
  const minutes = (ms: number) => `${Math.round(ms / 60_000)} min`;
  if (ageMs > maxAgeMs) return look(`the alarm is on for ${minutes(ageMs)}, longer than ${minutes(maxAgeMs)}`);
  if (-ageMs > maxAgeMs) return look(`the alarm goes on ${minutes(-ageMs)} from now: a clock is wrong`);
  return { kind: 'heal', because: `the alarm is on since ${alarm.since.toISOString()}` };
}

function accountOf(arn: string | null): string | null {
  return arn === null ? null : (parseAlarmArn(arn)?.account ?? null);
}
