// What the README tells of metrics and alarms is what the code has.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { alarmSubjects } from '../src/cloudwatch/alarm-names.ts';
import { renderMetricsTable } from '../src/cloudwatch/metrics.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the table of metrics is the one that the metrics are made from', () => {
  expect(readme).toContain(renderMetricsTable());
});

test('every alarm has its row', () => {
  const rows = [...readme.matchAll(/^\| `([a-z ]+)` \| [^|]+ \| (?:yes|) ?\|$/gm)].map((match) => match[1]);
  expect(rows).toEqual([...alarmSubjects]);
});
