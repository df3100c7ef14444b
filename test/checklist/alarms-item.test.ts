// Alarms of CloudWatch: on, quiet, without data, or not known.

import { expect, test } from 'vitest';
import type { AlarmsSeen, CheckProfile } from '../../src/domain/checklist.ts';
import { checkOf, said } from '../support/check-facts.ts';

/** The look of the report ends then. */
const now = Date.parse('2026-11-21T10:00:03.400Z');
const alarm = (state: string, minutesAgo: number | null = 600) => ({
  name: `stage ${state}`,
  state,
  sinceMs: minutesAgo === null ? null : now - minutesAgo * 60_000,
});

test.each<[string, AlarmsSeen, CheckProfile, string]>([
  ['quiet', { alarms: [alarm('OK')] }, 'general', 'pass: 1 alarm in CloudWatch, none on'],
  ['on', { alarms: [alarm('OK'), alarm('ALARM', 5)] }, 'general', 'fail: "stage ALARM" is ALARM for 5 min'],
  ['on, nobody says since when', { alarms: [alarm('ALARM', null)] }, 'general', 'fail: "stage ALARM" is ALARM'],
  ['on for days', { alarms: [alarm('ALARM', 4320)] }, 'general', 'fail: "stage ALARM" is ALARM for 3 days'],
  ['a clock ahead of ours', { alarms: [alarm('ALARM', -5)] }, 'general', 'fail: "stage ALARM" is ALARM for 0 min'],
  [
    'quiet for a while only',
    { alarms: [alarm('OK', 20)] },
    'general',
    'pass: 1 alarm in CloudWatch, none on; "stage OK" is OK for 20 min',
  ],
  [
    'the same before an upgrade',
    { alarms: [alarm('OK', 20)] },
    'before-upgrade',
    'fail: "stage OK" is OK for 20 min only',
  ],
  [
    'quiet for an hour before an upgrade',
    { alarms: [alarm('OK', 61)] },
    'before-upgrade',
    'pass: 1 alarm in CloudWatch, none on',
  ],
  [
    'without data',
    { alarms: [alarm('OK'), alarm('INSUFFICIENT_DATA')] },
    'general',
    'unknown: not known: "stage INSUFFICIENT_DATA" is INSUFFICIENT_DATA for 10 h',
  ],
  ['a state of tomorrow', { alarms: [alarm('MUTED', null)] }, 'general', 'unknown: not known: "stage MUTED" is MUTED'],
  ['no alarm', { alarms: [] }, 'general', 'unknown: not known: CloudWatch has no alarm of this environment'],
  ['a failed call', { trouble: 'AccessDenied' }, 'general', 'unknown: not known: CloudWatch did not say: AccessDenied'],
])('%s', (_, alarms, profile, expected) => {
  expect(said({ sources: { alarms }, rules: { profile }, report: { expected: { min: 3, max: 3 } } }, 'alarms')).toBe(
    expected,
  );
});

test('without a section CloudWatch is not asked, and that is said', () => {
  expect(checkOf().notChecked).toContainEqual({ id: 'alarms', why: 'there is no `alarms:` or `metrics:` section' });
});
