// The text for a textfile collector: every metric of the table, zeros too, and no conference. And
// what a failed run leaves.

import { expect, test } from 'vitest';
import { metricDefinitions, metricsOf } from '../../src/cloudwatch/metrics.ts';
import { renderFailure, renderRun } from '../../src/prometheus/metrics-text.ts';
import { situations } from '../support/report-situations.ts';
import { findingList, runReport, split } from '../support/run-report.ts';

const measured = { environment: 'stage-8x8', at: new Date('2026-11-28T12:00:00.250Z') };
const options = { durationMs: 3400, perProxy: false };

/** The series of a text, by name and labels. */
function seriesOf(text: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.replace(/ \S+$/, ''), Number(/ (\S+)$/.exec(line)![1])]));
}

test('two splits -> the value of every metric, as CloudWatch gets it, and the time of the run', () => {
  const report = runReport({ findings: findingList([split('secret name'), split('b')]) });
  const text = renderRun(report, options, measured);
  const sent = metricsOf(report, { dimensions: {}, perProxy: false }, 3400);
  expect(seriesOf(text)).toEqual({
    ...Object.fromEntries(sent.map(({ name, value }) => [`splitbrain_${name}{environment="stage-8x8"}`, value])),
    'splitbrain_last_run_timestamp_seconds{environment="stage-8x8"}': 1_795_867_200.25,
  });
  expect(seriesOf(text)['splitbrain_split_brain_rooms{environment="stage-8x8"}']).toBe(2);
  expect(text).not.toContain('secret');
});

test('every name has its help and its type in front, once', () => {
  const lines = renderRun(runReport(), { ...options, perProxy: true }, measured).split('\n');
  const names = lines.filter((line) => line.startsWith('# HELP')).map((line) => line.split(' ')[2]);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toHaveLength(metricDefinitions.length + 3);
  expect(lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.slice(7))).toEqual(
    names.map((name) => `${name} gauge`),
  );
  expect(lines.filter((line) => line.includes('_duration') && line.startsWith('# HELP'))).toEqual([
    expect.stringMatching(/, in milliseconds$/),
    expect.stringMatching(/, in milliseconds$/),
  ]);
});

test('perProxy adds a series for each proxy that was read', () => {
  const series = seriesOf(renderRun(runReport(), { ...options, perProxy: true }, measured));
  expect(series['splitbrain_proxy_entries{environment="stage-8x8",proxy="hap-a"}']).toBe(1234);
});

test('a failed run leaves that it failed, and when: no number of a run before', () => {
  expect(seriesOf(renderFailure(measured))).toEqual({
    'splitbrain_monitor_success{environment="stage-8x8"}': 0,
    'splitbrain_last_run_timestamp_seconds{environment="stage-8x8"}': 1_795_867_200.25,
  });
});

test('a label cannot leave its quotes', () => {
  const text = renderFailure({ ...measured, environment: 'a"b\\c\nd' });
  expect(text).toContain('splitbrain_monitor_success{environment="a\\"b\\\\c\\nd"} 0\n');
});

test.each(Object.entries(situations))('%s: values are numbers', (_name, make) => {
  const values = Object.values(seriesOf(renderRun(make(), options, measured)));
  expect(values.filter((value) => !Number.isFinite(value))).toEqual([]);
});
