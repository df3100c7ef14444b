// Compares wanted alarms and dashboard with CloudWatch's: what to put, what to leave, what is no
// longer wanted. Pure.

import { isDeepStrictEqual } from 'node:util';
import { ENVIRONMENT_TAG, OWNER, OWNER_TAG } from './alarm-names.ts';
import type { WantedAlarm } from './alarm-set.ts';
import type { WantedDashboard } from './dashboard.ts';

/** An alarm as CloudWatch has it. `fields` are those of DescribeAlarms, with its names. */
export interface HeldAlarm {
  readonly kind: 'metric' | 'composite';
  readonly name: string;
  readonly arn: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A field that differs: its name in CloudWatch, and both values as JSON. */
export interface FieldChange {
  readonly field: string;
  readonly has: unknown;
  readonly wants: unknown;
}

/**
 * What is to be done about an alarm. `foreign`: it has a name of this environment but not this
 * program's tag; it belongs to somebody else, and is left. `stray`: it is this program's, and no
 * longer wanted.
 */
export type AlarmChange =
  | { readonly change: 'create'; readonly wanted: WantedAlarm }
  | { readonly change: 'keep'; readonly wanted: WantedAlarm }
  | {
      readonly change: 'update';
      readonly wanted: WantedAlarm;
      readonly arn: string;
      readonly fields: readonly FieldChange[];
      /** Whether the tags must be set again. */
      readonly retag: boolean;
    }
  | { readonly change: 'foreign'; readonly name: string; readonly because: string }
  | { readonly change: 'stray'; readonly held: HeldAlarm };

/** What is to be done about the dashboard. */
export type DashboardChange =
  | { readonly change: 'keep' | 'create'; readonly wanted: WantedDashboard }
  | { readonly change: 'update'; readonly wanted: WantedDashboard; readonly because: string };

/** Defaults of the service: DescribeAlarms leaves these values out. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  ActionsEnabled: true,
  AlarmActions: [],
  OKActions: [],
  InsufficientDataActions: [],
  Dimensions: [],
  TreatMissingData: 'missing',
};

/**
 * The changes in the order of the wanted alarms, strays last. `tags` are those of every alarm of
 * this program.
 */
export function compareAlarms(
  wanted: readonly WantedAlarm[],
  held: readonly HeldAlarm[],
  tags: Readonly<Record<string, string>>,
): readonly AlarmChange[] {
  const byName = new Map(held.map((alarm) => [alarm.name, alarm]));
  const names = new Set(wanted.map(({ name }) => name));
  const strays = held.filter((alarm) => !names.has(alarm.name) && carries(alarm, tags));
  return [
    ...wanted.map((alarm) => compareAlarm(alarm, byName.get(alarm.name), tags)),
    ...strays.map((alarm): AlarmChange => ({ change: 'stray', held: alarm })),
  ];
}

function carries(alarm: HeldAlarm, tags: Readonly<Record<string, string>>): boolean {
  return Object.entries(tags).every(([key, value]) => alarm.tags[key] === value);
}

function compareAlarm(
  wanted: WantedAlarm,
  held: HeldAlarm | undefined,
  tags: Readonly<Record<string, string>>,
): AlarmChange {
  if (held === undefined) return { change: 'create', wanted };
  const { name } = wanted;
  const otherEnvironment = held.tags[ENVIRONMENT_TAG] ?? tags[ENVIRONMENT_TAG];
  if (held.tags[OWNER_TAG] !== OWNER || otherEnvironment !== tags[ENVIRONMENT_TAG]) {
    const because = `it exists, but does not carry our tags (${spellTags(tags)}): delete or rename it, or tag it so to hand it over`;
    return { change: 'foreign', name, because };
  }
  if (held.kind !== wanted.kind) {
    const because = `it is a ${held.kind} alarm, and a ${wanted.kind} alarm is wanted: CloudWatch cannot turn one into the other; delete it first`;
    return { change: 'foreign', name, because };
  }
  const fields = compareFields(wanted, held);
  const retag = !carries(held, tags);
  return fields.length > 0 || retag
    ? { change: 'update', wanted, arn: held.arn, fields, retag }
    : { change: 'keep', wanted };
}

function spellTags(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

/** Compares only the fields that this program sets; the service adds others. */
function compareFields({ input }: WantedAlarm, held: HeldAlarm): readonly FieldChange[] {
  return Object.entries(input).flatMap(([field, wants]) => {
    const has = held.fields[field] ?? DEFAULTS[field];
    return isDeepStrictEqual(canonical(has), canonical(wants)) ? [] : [{ field, has, wants }];
  });
}

/** Sorts lists, which are sets here (actions, dimensions, queries), and drops what is undefined. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => JSON.stringify(canonical(item))).sort();
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, canonical(inner)]),
  );
}

/**
 * `body` is the text that CloudWatch holds, as it was sent; `null` where there is no such
 * dashboard.
 */
export function compareDashboard(wanted: WantedDashboard, body: string | null): DashboardChange {
  if (body === null) return { change: 'create', wanted };
  try {
    if (isDeepStrictEqual(JSON.parse(body), JSON.parse(JSON.stringify(wanted.body)))) return { change: 'keep', wanted };
  } catch {
    return { change: 'update', wanted, because: 'what is there is no JSON' };
  }
  return { change: 'update', wanted, because: 'its widgets are not those of this version and these alarms' };
}
