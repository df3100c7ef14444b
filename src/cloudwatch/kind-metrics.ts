// The metric of each finding kind. Pure.

import type { FindingKind } from '../domain/finding.ts';

/** Each counts the conferences of its kind; `metricDefinitions` has them too. */
export const kindMetrics = {
  split: {
    name: 'split_brain_rooms',
    description: 'conferences that are routed to two or more shards; after a heal, those that remain',
  },
  missing: {
    name: 'missing_rooms',
    description: 'conferences that some proxies know and others do not; after a heal, those that remain',
  },
  mixed: {
    name: 'mixed_rooms',
    description: 'conferences whose id and key name different shards on one proxy; after a heal, those that remain',
  },
  orphaned: {
    name: 'orphaned_rooms',
    description: 'conferences whose entry leads to no usable shard; after a heal, those that remain',
  },
  ambiguous: {
    name: 'ambiguous_keys',
    description: 'keys that fill the length of the table, so that several conferences may share them',
  },
  duplicated: {
    name: 'duplicated_keys',
    description: 'keys that one dump shows twice, leading to different shards',
  },
  misplaced: {
    name: 'misplaced_rooms',
    description: 'conferences whose participants sit on another shard than the routes say; 0 without a census',
  },
  scattered: {
    name: 'scattered_rooms',
    description: 'conferences with participants on two or more shards; 0 without a census',
  },
} as const satisfies Readonly<Record<FindingKind, { readonly name: string; readonly description: string }>>;
