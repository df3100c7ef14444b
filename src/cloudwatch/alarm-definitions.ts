// The alarms, one table for CloudWatch and Prometheus: what each watches, for how long, what
// missing data means, and what to do. Pure.

import type { AlarmSubject } from './alarm-names.ts';
import type { MetricName } from './metrics.ts';

/** What an alarm watches. */
export type AlarmRule =
  /** The largest value of a period is above `above`, by default 0. */
  | { readonly kind: 'any'; readonly metric: MetricName; readonly above?: number }
  /** The sum of several metrics is above 0. */
  | { readonly kind: 'any-of'; readonly metrics: readonly MetricName[] }
  /** No run of the period sent a 1. */
  | { readonly kind: 'never-one'; readonly metric: MetricName }
  /** Fewer than one datapoint in a period, gaps counted as none. */
  | { readonly kind: 'silent'; readonly metric: MetricName };

/** One alarm, for CloudWatch and for Prometheus. */
export interface AlarmDefinition {
  readonly rule: AlarmRule;
  /** `datapoints` out of the last `periods`, or all periods of a time. */
  readonly of: readonly [datapoints: number, periods: number] | { readonly seconds: number };
  /**
   * What missing data means. `ignore` keeps the last state: the heartbeat's alarm reports a job
   * that is silent, and one late run is harmless.
   */
  readonly missing: 'ignore' | 'breaching' | 'notBreaching';
  /** Whether it belongs to the composite alarm that pages; the others name causes. */
  readonly pages: boolean;
  readonly says: string;
}

/**
 * The alarms, but for the one that pages where any of the paging ones is on. `many split`,
 * `scattered`, `misplaced`, `rooms without entry` and `ambiguous` have the thresholds that Jitsi's
 * Baron alarms on.
 */
export const alarmDefinitions: Readonly<Record<Exclude<AlarmSubject, 'page'>, AlarmDefinition>> = {
  split: {
    rule: { kind: 'any', metric: 'split_brain_rooms' },
    of: [2, 3],
    missing: 'ignore',
    pages: true,
    says: 'Conferences are routed to two or more shards, and stayed so. Do: `splitbrain report` names each with its cause; mend the cause (peer link, server ids), then `splitbrain heal`.',
  },
  'many split': {
    rule: { kind: 'any', metric: 'split_brain_rooms', above: 2 },
    of: { seconds: 180 },
    missing: 'ignore',
    pages: true,
    says: 'Three or more conferences are routed to two or more shards. Do: `splitbrain report` names each with its cause; mend the cause (peer link, server ids), then `splitbrain heal`.',
  },
  mixed: {
    rule: { kind: 'any', metric: 'mixed_rooms' },
    of: [2, 3],
    missing: 'ignore',
    pages: false,
    says: 'Entries name one shard by id and another by key: they read healed and are not. Do: `splitbrain report`; where it says id-drift, give the servers the same ids on every proxy; then `splitbrain heal`.',
  },
  missing: {
    rule: { kind: 'any', metric: 'missing_rooms' },
    // A proxy that restarted gets its peers' entries within seconds: three looks in a row exclude
    // that.
    of: [3, 3],
    missing: 'ignore',
    pages: false,
    says: 'Proxies lack conferences that others know: the next participant may land on another shard. Do: `splitbrain report` says which proxies; check their peer links; then `splitbrain heal`.',
  },
  'heals failing': {
    rule: { kind: 'any-of', metrics: ['heals_failed', 'heals_refused'] },
    of: [1, 1],
    missing: 'notBreaching',
    pages: true,
    says: 'A heal was refused by a guard or did not hold. Do: read the reason in the summary of the last run; decide by hand with `splitbrain plan -o plan.json` and `splitbrain heal`.',
  },
  'mesh not judged': {
    rule: { kind: 'never-one', metric: 'monitor_success' },
    of: [3, 3],
    missing: 'ignore',
    pages: true,
    says: 'The monitor runs but sees too little to say that the mesh agrees. Do: `splitbrain report` says which proxy lacks and why.',
  },
  'monitor silent': {
    rule: { kind: 'silent', metric: 'monitor_success' },
    // The times of runs vary with queue and run time: one empty period means nothing.
    of: [2, 3],
    missing: 'breaching',
    pages: true,
    says: 'The monitor itself sends nothing: nobody watches the mesh. Do: look at the last runs of the job (failing, queued, disabled, waiting for its lock) and whether it may still put metrics.',
  },
  'proxies unreachable': {
    rule: { kind: 'any', metric: 'proxies_unreachable' },
    of: [3, 3],
    missing: 'ignore',
    pages: false,
    says: 'Proxies cannot be read, or fewer are listed than there must be. Do: `splitbrain report` says which and why; for proxies that are gone for good, mend the inventory and `proxies.expect`.',
  },
  'peer links down': {
    rule: { kind: 'any', metric: 'peer_links_down' },
    of: [3, 3],
    missing: 'ignore',
    pages: false,
    says: 'Proxies do not hear each other: their tables drift apart. Do: `splitbrain report` names the links; look at network, `peers` sections and names (`localpeer`) of both ends.',
  },
  'lists apart': {
    rule: { kind: 'any-of', metrics: ['servers_drifted', 'maps_drifted'] },
    // Each proxy of a roll-out reloads alone, after minutes of quiet and waiting.
    of: { seconds: 3600 },
    missing: 'ignore',
    pages: false,
    says: 'Server lists or maps of live release and tenant pins differ for an hour: a roll-out that has not ended. Do: `splitbrain inventory` says which proxies are behind; look at their consul-template and the lock of the roll-out.',
  },
  scattered: {
    rule: { kind: 'any', metric: 'scattered_rooms', above: 2 },
    of: { seconds: 180 },
    missing: 'ignore',
    pages: true,
    says: 'People of one conference sit on several shards, for longer than clients need to move. Do: `splitbrain census` names the conferences and the shards that do not answer; then `splitbrain heal`.',
  },
  misplaced: {
    rule: { kind: 'any', metric: 'misplaced_rooms', above: 1 },
    of: { seconds: 300 },
    missing: 'ignore',
    pages: false,
    says: 'The tables lead conferences to shards where their people are not: who joins now sits alone. Do: `splitbrain census` names them; then `splitbrain heal`.',
  },
  'rooms without entry': {
    // Rooms with a shard's name at their end, and idle ones, never have one: a few are normal.
    rule: { kind: 'any', metric: 'rooms_without_entry', above: 10 },
    of: { seconds: 300 },
    missing: 'ignore',
    pages: false,
    says: 'Shards have rooms that no proxy has an entry for: the next participant is placed anew. Do: `splitbrain report` says whether a proxy lost its entries; `splitbrain census` has the sums.',
  },
  ambiguous: {
    rule: { kind: 'any', metric: 'ambiguous_keys', above: 4 },
    of: { seconds: 300 },
    missing: 'ignore',
    pages: false,
    says: "Keys fill the table's key length, so that several conferences may share one shard. Do: `splitbrain report` names them; raise `len` of the stick table.",
  },
  'not whole': {
    rule: { kind: 'any', metric: 'not_whole_rooms' },
    of: [1, 1],
    missing: 'ignore',
    pages: true,
    says: 'Conferences were healed, and after the time that clients need their people are still apart. Do: `splitbrain census` names them; look at whether their requests pass a proxy that the inventory lacks.',
  },
};

/** What the alarm says that pages. */
export const PAGE_SAYS =
  'The split brain monitor needs a person: one or more of its paging alarms are on. Do: open them to see which, each says what to do. For maintenance, mute this alarm by a mute rule, not by disabling its actions.';
