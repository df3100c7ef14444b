// The dashboard, made from the table of metrics. Pure.

import { alarmName, alarmSubjects } from './alarm-names.ts';
import type { AlarmSource } from './alarm-set.ts';
import type { MetricName } from './metrics.ts';

/** A dashboard as it would be sent. */
export interface WantedDashboard {
  readonly name: string;
  /** The body; it is sent as JSON text. */
  readonly body: unknown;
}

const charts: readonly { readonly title: string; readonly metrics: readonly MetricName[] }[] = [
  { title: 'Conferences that the mesh disagrees on', metrics: ['split_brain_rooms', 'missing_rooms', 'mixed_rooms'] },
  {
    title: 'Proxies and their links',
    metrics: [
      'proxies_expected',
      'monitor_hosts',
      'proxies_unreachable',
      'peer_links_down',
      'servers_drifted',
      'maps_drifted',
    ],
  },
  {
    title: 'Heals: planned, refused, failed',
    metrics: ['stick_table_fixes_split_brain', 'stick_table_fixes_missing', 'heals_refused', 'heals_failed'],
  },
  {
    title: 'Conferences in other trouble',
    metrics: ['orphaned_rooms', 'ambiguous_keys', 'duplicated_keys'],
  },
  {
    title: 'Where people are: conferences and participants apart',
    metrics: ['scattered_rooms', 'misplaced_rooms', 'not_whole_rooms', 'participants_apart', 'rooms_without_entry'],
  },
  { title: 'Conferences in all', metrics: ['conferences'] },
  { title: 'Duration of a run (ms)', metrics: ['monitor_duration'] },
];

/** Units of a widget: the grid of a dashboard is 24 wide. */
const WIDTH = 12;
const HEIGHT = 6;
const ALARMS_HEIGHT = 3;

/**
 * `arns` are those of this program's existing alarms, by name: the state of an alarm can only be
 * shown by its ARN.
 */
export function wantedDashboard(
  { environment, metrics, alarms }: AlarmSource,
  region: string,
  arns: ReadonlyMap<string, string>,
): WantedDashboard {
  const scope = { prefix: alarms.prefix, environment };
  const known = alarmSubjects.flatMap((subject) => arns.get(alarmName(scope, subject)) ?? []);
  const dimensions = Object.entries(metrics.dimensions).flat();
  const chart = ({ title, metrics: names }: (typeof charts)[number], index: number) => ({
    type: 'metric',
    x: (index % 2) * WIDTH,
    y: ALARMS_HEIGHT + Math.floor(index / 2) * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: {
      region,
      title,
      period: alarms.periodSeconds,
      stat: 'Maximum',
      view: 'timeSeries',
      metrics: names.map((name) => [metrics.namespace, name, ...dimensions]),
      yAxis: { left: { min: 0 } },
    },
  });
  return {
    // CloudWatch accepts letters, digits, dash and underscore.
    name: `${alarms.prefix}-${environment}`.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 255),
    body: {
      start: '-PT6H',
      periodOverride: 'inherit',
      widgets: [
        ...(known.length === 0
          ? []
          : [
              {
                type: 'alarm',
                x: 0,
                y: 0,
                width: 2 * WIDTH,
                height: ALARMS_HEIGHT,
                properties: { title: `${alarms.prefix}: ${environment}`, alarms: known },
              },
            ]),
        ...charts.map(chart),
      ],
    },
  };
}
