// Alarms and dashboard as code: reads CloudWatch's, and makes them as wanted. Failures of AWS are
// values.

import type { CloudWatch, CompositeAlarm, MetricAlarm, Tag } from '@aws-sdk/client-cloudwatch';
import {
  type AlarmChange,
  compareAlarms,
  compareDashboard,
  type DashboardChange,
  type HeldAlarm,
} from './alarm-diff.ts';
import { namePrefix } from './alarm-names.ts';
import { type AlarmSource, wantedAlarms, wantedTags } from './alarm-set.ts';
import { type AwsTrouble, askAws, isAwsTrouble } from './client.ts';
import { wantedDashboard } from './dashboard.ts';

/** What `applyAlarms` would do. */
export interface AlarmPlan {
  readonly alarms: readonly AlarmChange[];
  readonly dashboard: DashboardChange;
}

/**
 * What came of it. `done` has one line for each write that CloudWatch accepted, in order; `trouble`
 * ended the writes early.
 */
export interface ApplyOutcome {
  readonly done: readonly string[];
  readonly trouble: AwsTrouble | null;
}

/** CloudWatch, and the end of the run. */
export interface AlarmTools {
  readonly cloudWatch: CloudWatch;
  readonly region: string;
  readonly signal: AbortSignal;
}

/** Milliseconds: about 40 calls under the default quota of 3 a second, with repeated ones. */
const DEADLINE_MS = 120_000;
/** The largest page of DescribeAlarms. */
const PAGE = 100;

/** What `applyAlarms` would do now. Throws ConfigError where the settings give invalid names. */
export function planAlarms(source: AlarmSource, tools: AlarmTools): Promise<AlarmPlan | AwsTrouble> {
  const wanted = wantedAlarms(source);
  return askAws(
    async (options) => {
      const held = await readAlarms(source, tools.cloudWatch, options);
      return {
        alarms: compareAlarms(wanted, held, wantedTags(source.environment)),
        dashboard: await planDashboard(source, held, { ...tools, options }),
      };
    },
    { deadlineMs: DEADLINE_MS, signal: tools.signal },
  );
}

/**
 * Plans once more, and carries it out; a second time it does nothing. Alarms without this program's
 * tag are left, and strays too unless `prune`.
 */
export async function applyAlarms(
  source: AlarmSource,
  tools: AlarmTools,
  { prune }: { readonly prune: boolean },
): Promise<ApplyOutcome> {
  const plan = await planAlarms(source, tools);
  if (isAwsTrouble(plan)) return { done: [], trouble: plan };
  const done: string[] = [];
  const answer = await askAws(
    async (options) => {
      // The rule of a composite may only name existing alarms: the composite is the last of the
      // wanted ones.
      const writes = { cloudWatch: tools.cloudWatch, options, done };
      for (const change of plan.alarms) await put(change, source, writes);
      if (prune) await deleteStrays(plan.alarms, writes);
      // The dashboard names alarms by their ARNs, which new ones have only now.
      const held = await readAlarms(source, tools.cloudWatch, options);
      return putDashboard(await planDashboard(source, held, { ...tools, options }), writes);
    },
    { deadlineMs: DEADLINE_MS, signal: tools.signal },
  );
  return { done, trouble: isAwsTrouble(answer) ? answer : null };
}

type CallOptions = { readonly abortSignal: AbortSignal };

/** CloudWatch, and one line for each write that it took. */
interface AlarmWrites {
  readonly cloudWatch: CloudWatch;
  readonly options: CallOptions;
  readonly done: string[];
}

/**
 * Every alarm whose name begins like those of this environment, with its tags. DescribeAlarms gives
 * composite alarms only on request.
 */
async function readAlarms(
  { environment, alarms }: AlarmSource,
  cloudWatch: CloudWatch,
  options: CallOptions,
): Promise<readonly HeldAlarm[]> {
  const found: Omit<HeldAlarm, 'tags'>[] = [];
  let token: string | undefined;
  do {
    const page = await cloudWatch.describeAlarms(
      {
        AlarmNamePrefix: namePrefix({ prefix: alarms.prefix, environment }),
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: PAGE,
        ...(token === undefined ? {} : { NextToken: token }),
      },
      options,
    );
    found.push(...(page.MetricAlarms ?? []).map((alarm) => heldAlarm('metric', alarm)));
    found.push(...(page.CompositeAlarms ?? []).map((alarm) => heldAlarm('composite', alarm)));
    token = page.NextToken;
  } while (token !== undefined);
  const held: HeldAlarm[] = [];
  for (const alarm of found) {
    const { Tags } = await cloudWatch.listTagsForResource({ ResourceARN: alarm.arn }, options);
    held.push({ ...alarm, tags: Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])) });
  }
  return held;
}

function heldAlarm(kind: HeldAlarm['kind'], alarm: MetricAlarm | CompositeAlarm): Omit<HeldAlarm, 'tags'> {
  return { kind, name: alarm.AlarmName ?? '', arn: alarm.AlarmArn ?? '', fields: { ...alarm } };
}

async function planDashboard(
  source: AlarmSource,
  held: readonly HeldAlarm[],
  { cloudWatch, region, options }: AlarmTools & { readonly options: CallOptions },
): Promise<DashboardChange> {
  const wanted = wantedDashboard(source, region, new Map(held.map(({ name, arn }) => [name, arn])));
  try {
    const { DashboardBody } = await cloudWatch.getDashboard({ DashboardName: wanted.name }, options);
    return compareDashboard(wanted, DashboardBody ?? null);
  } catch (error) {
    if (!missingNames.has((error as Error).name)) throw error;
    return compareDashboard(wanted, null);
  }
}

/** Names of the error by the SDK's model and by the header. */
const missingNames = new Set(['DashboardNotFoundError', 'ResourceNotFound', 'ResourceNotFoundException']);

async function put(
  change: AlarmChange,
  { environment }: AlarmSource,
  { cloudWatch, options, done }: AlarmWrites,
): Promise<void> {
  if (change.change !== 'create' && change.change !== 'update') return;
  const { wanted } = change;
  const created = change.change === 'create';
  const tags: Tag[] = Object.entries(wantedTags(environment)).map(([Key, Value]) => ({ Key, Value }));
  if (created || change.fields.length > 0) {
    // The service ignores tags when it changes an existing alarm.
    const Tags = created ? { Tags: tags } : {};
    if (wanted.kind === 'metric') await cloudWatch.putMetricAlarm({ ...wanted.input, ...Tags }, options);
    else await cloudWatch.putCompositeAlarm({ ...wanted.input, ...Tags }, options);
    done.push(`${created ? 'created' : 'changed'} alarm ${wanted.name}`);
  }
  if (!created && change.retag) {
    await cloudWatch.tagResource({ ResourceARN: change.arn, Tags: tags }, options);
    done.push(`tagged alarm ${wanted.name}`);
  }
}

/** Composites first: CloudWatch does not delete an alarm that the rule of a composite names. */
async function deleteStrays(
  changes: readonly AlarmChange[],
  { cloudWatch, options, done }: AlarmWrites,
): Promise<void> {
  const strays = changes.flatMap((change) => (change.change === 'stray' ? [change.held] : []));
  const composites = strays.filter(({ kind }) => kind === 'composite');
  for (const { name } of [...composites, ...strays.filter(({ kind }) => kind === 'metric')]) {
    await cloudWatch.deleteAlarms({ AlarmNames: [name] }, options);
    done.push(`deleted alarm ${name}`);
  }
}

/**
 * CloudWatch accepts a dashboard with faults and lists them in its answer: each is reported here.
 */
async function putDashboard(
  change: DashboardChange,
  { cloudWatch, options, done }: AlarmWrites,
): Promise<AwsTrouble | Record<string, never>> {
  if (change.change === 'keep') return {};
  const { name, body } = change.wanted;
  const { DashboardValidationMessages: faults = [] } = await cloudWatch.putDashboard(
    { DashboardName: name, DashboardBody: JSON.stringify(body) },
    options,
  );
  done.push(`${change.change === 'create' ? 'created' : 'changed'} dashboard ${name}`);
  if (faults.length === 0) return {};
  const said = faults.map(({ DataPath, Message }) => `${DataPath ?? '?'}: ${Message ?? '?'}`).join('; ');
  return { trouble: 'rejected', because: `CloudWatch finds faults in the dashboard: ${said}` };
}
