// The rules file is made from the table of alarms, and from nothing else.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { alarmDefinitions } from '../../src/cloudwatch/alarm-definitions.ts';
import { alarmSubjects } from '../../src/cloudwatch/alarm-names.ts';
import { renderRules } from '../../src/prometheus/rules.ts';

const path = fileURLToPath(new URL('../../jobs/prometheus-rules.yaml', import.meta.url));

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
}

const rules = (parse(renderRules()) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

test('jobs/prometheus-rules.yaml is what the table makes', () => {
  expect(readFileSync(path, 'utf8')).toBe(renderRules());
});

test('a rule for each alarm but the page, which severity stands for', () => {
  const subjects = alarmSubjects.filter((subject) => subject !== 'page');
  expect(rules.map(({ alert }) => alert)).toEqual(subjects.map((subject) => `Split Brain ${subject}`));
  expect(rules.map(({ labels }) => labels.severity === 'page')).toEqual(
    subjects.map((subject) => alarmDefinitions[subject].pages),
  );
});

test.each([
  ['many split', 'splitbrain_split_brain_rooms > 2', '3m'],
  ['scattered', 'splitbrain_scattered_rooms > 2', '3m'],
  ['misplaced', 'splitbrain_misplaced_rooms > 1', '5m'],
  ['ambiguous', 'splitbrain_ambiguous_keys > 4', '5m'],
  ['rooms without entry', 'splitbrain_rooms_without_entry > 10', '5m'],
])('%s has the threshold that Baron alarms on: %s for %s', (subject, expr, wait) => {
  expect(rules.find(({ alert }) => alert === `Split Brain ${subject}`)).toMatchObject({ expr, for: wait });
});
