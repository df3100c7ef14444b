// The alarms as rules of Prometheus, made from the same table as CloudWatch's alarms. Pure.

import { type AlarmDefinition, type AlarmRule, alarmDefinitions } from '../cloudwatch/alarm-definitions.ts';
import { type AlarmSubject, alarmSubjects } from '../cloudwatch/alarm-names.ts';
import { LAST_RUN, seriesName } from './metrics-text.ts';

/** Seconds between two scheduled runs, as in the Jenkinsfile. */
const PERIOD = 300;

/**
 * The text of `jobs/prometheus-rules.yaml`. The names are those of CloudWatch without the
 * environment, which is a label here.
 */
export function renderRules(): string {
  const subjects = alarmSubjects.filter((subject) => subject !== 'page');
  return `# Rules of Prometheus for the metrics of a monitor with --metrics-file, run every five minutes.
# They are the alarms of src/cloudwatch/alarm-definitions.ts: change them there.
# A test holds this file to them.
# severity: page wakes somebody, ticket does not.
groups:
  - name: splitbrain
    rules:
${subjects.map((subject) => ruleLines(subject, alarmDefinitions[subject])).join('')}`;
}

function ruleLines(subject: AlarmSubject, { rule, of, pages, says }: AlarmDefinition): string {
  const seconds = rule.kind === 'silent' ? 0 : waitOf(of);
  return `      - alert: Split Brain ${subject}
        expr: ${exprOf(rule)}
${seconds === 0 ? '' : `        for: ${seconds / 60}m\n`}        labels: { severity: ${pages ? 'page' : 'ticket'} }
        annotations:
          summary: ${JSON.stringify(`{{ $labels.environment }}: ${subject} ({{ $value }})`)}
          description: ${JSON.stringify(says)}
`;
}

/**
 * How long the condition must hold. One datapoint is enough where CloudWatch takes one too; a
 * condition of several periods must hold in that many runs after each other.
 */
function waitOf(of: AlarmDefinition['of']): number {
  if ('seconds' in of) return of.seconds;
  const [datapoints] = of;
  return datapoints === 1 ? 0 : datapoints * PERIOD;
}

function exprOf(rule: AlarmRule): string {
  switch (rule.kind) {
    case 'any':
      return `${seriesName(rule.metric)} > ${rule.above ?? 0}`;
    case 'any-of':
      return `${rule.metrics.map(seriesName).join(' + ')} > 0`;
    case 'never-one':
      return `${seriesName(rule.metric)} < 1`;
    case 'silent':
      // The file of a job that died stays as it was; with the collector or the host the series
      // goes. `max_over_time` remembers it for a day, `absent` speaks where there never was one.
      return `time() - max by (environment) (max_over_time(${seriesName(LAST_RUN)}[1d])) > ${3 * PERIOD} or absent(${seriesName(LAST_RUN)})`;
  }
}
