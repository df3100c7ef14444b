// What the docs say of metrics and alarms is what the code has.

import { expect, test } from 'vitest';
import { alarmSubjects } from '../../src/cloudwatch/alarm-names.ts';
import { renderMetricsTable } from '../../src/cloudwatch/metrics.ts';
import { readPage } from './pages.ts';

const page = readPage('docs/alarms-and-jenkins.md');

test('the table of metrics is the one that the metrics are made from', () => {
  expect(page).toContain(renderMetricsTable());
});

test('every alarm has its row', () => {
  const rows = [...page.matchAll(/^\| `([a-z ]+)` \| [^|]+ \| (?:yes|) ?\|$/gm)].map((match) => match[1]);
  expect(rows).toEqual([...alarmSubjects]);
});
