// The difference between wanted and existing alarms for people: one line per alarm, one per field.
// Pure.

import type { AlarmChange, DashboardChange, FieldChange } from './alarm-diff.ts';

interface AlarmDifference {
  readonly alarms: readonly AlarmChange[];
  readonly dashboard: DashboardChange;
}

/**
 * Lines that begin with `+` (created), `~` (changed), `-` (deleted, with `prune`) or `!` (left,
 * though it is in the way). The last line has the numbers.
 */
export function renderAlarmPlan({ alarms, dashboard }: AlarmDifference, prune: boolean): string {
  const lines = [...alarms.flatMap((change) => alarmLines(change, prune)), ...dashboardLines(dashboard)];
  const count = (...kinds: readonly string[]) =>
    [...alarms, dashboard].filter(({ change }) => kinds.includes(change)).length;
  const strays = count('stray');
  const numbers = [
    `${count('create')} to create`,
    `${count('update')} to change`,
    prune ? `${strays} to delete` : `${strays} no longer wanted${strays > 0 ? ' (kept without --prune)' : ''}`,
    `${count('keep')} as wanted`,
    ...(count('foreign') > 0 ? [`${count('foreign')} in the way`] : []),
  ];
  return [...lines, `${numbers.join(', ')}`].map((line) => `${line}\n`).join('');
}

function alarmLines(change: AlarmChange, prune: boolean): readonly string[] {
  switch (change.change) {
    case 'keep':
      return [];
    case 'create':
      return [`+ alarm ${quoteValue(change.wanted.name)}`];
    case 'update':
      return [
        `~ alarm ${quoteValue(change.wanted.name)}`,
        ...change.fields.map(fieldLine),
        ...(change.retag ? ['    tags: set again'] : []),
      ];
    case 'foreign':
      return [`! alarm ${quoteValue(change.name)}: ${change.because}`];
    case 'stray':
      return [`${prune ? '-' : ' '} alarm ${quoteValue(change.held.name)}: no longer wanted`];
  }
}

function dashboardLines({ change, wanted, ...rest }: DashboardChange): readonly string[] {
  switch (change) {
    case 'keep':
      return [];
    case 'create':
      return [`+ dashboard ${quoteValue(wanted.name)}`];
    case 'update':
      return [`~ dashboard ${quoteValue(wanted.name)}${'because' in rest ? `: ${rest.because}` : ''}`];
  }
}

function fieldLine({ field, has, wants }: FieldChange): string {
  return `    ${field}: ${quoteValue(has)} -> ${quoteValue(wants)}`;
}

/**
 * A value of CloudWatch, which can hold anybody's text: as JSON it stays on its line, and cannot
 * move the cursor.
 */
function quoteValue(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (odd) => `\\u{${odd.codePointAt(0)!.toString(16)}}`);
}
