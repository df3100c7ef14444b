// The words for kinds and causes, in one place for texts and tests.

import type { Cause, FindingKind, MeshFindingKind } from '../domain/finding.ts';

/** The words that follow `12 conferences`. */
export const kindWords: Readonly<Record<FindingKind, string>> = {
  split: 'routed to different shards',
  missing: 'missing on some proxies',
  mixed: 'whose server id and server key name different shards',
  orphaned: 'without a usable shard',
  ambiguous: 'under a key that several may share',
  duplicated: 'that one dump shows twice, leading apart',
  misplaced: 'whose participants sit on another shard than their route',
  scattered: 'with participants on several shards',
};

/** The words for the cause, which follow a colon. */
export const causeWords: Readonly<Record<Cause, string>> = {
  'peer-link-down': 'a peer link is down',
  'peer-deaf': 'a peer link is up and the table does not travel over it',
  'peer-unknown': 'a proxy is not among the peers of another',
  'id-drift': 'one server id means two shards',
  'server-drift': 'the server lists differ',
  emptied: 'a proxy lost its entries, or never got them',
  'state-drift': 'a shard is in maintenance on some proxies',
  'shard-down': 'a shard is down on some proxies',
  'map-drift': 'the proxies choose different releases',
  'in-flight': 'still changing',
  unknown: 'no evidence says why',
};

/** The words for each kind of mesh finding. */
export const meshKindWords: Readonly<Record<MeshFindingKind, string>> = {
  unreachable: 'proxies that could not be reached',
  denied: 'proxies that refused to answer',
  locked: 'somebody is working there: nothing is healed',
  truncated: 'proxies whose dump was cut short',
  'no-table': 'proxies without the table',
  'not-sticky': 'tables that store no servers: there is nothing to compare',
  'peer-down': 'peer links that are not established',
  'peer-deaf': 'peer links over which this table does not travel',
  'peer-errors': 'peer links with protocol errors',
  'peer-unknown': 'proxies that another proxy does not list as a peer',
  'peer-unread': 'peers that share the table and were not read: add them to the inventory, or to `proxies.ignorePeers`',
  'id-drift': 'server ids that mean different shards',
  'server-drift': 'server lists that differ',
  'map-drift': 'maps of live release or tenant pins that differ',
  'state-drift': 'shards that are up here and down there',
  'shard-doubtful': 'shards that are up and that no agent or check reaches',
  'table-drift': 'tables that are declared differently',
  'version-skew': 'different HAProxy versions',
  'version-unknown': 'versions of HAProxy that this program does not know: nothing is healed',
  'table-nearly-full': 'tables that are nearly full: HAProxy drops the oldest entries',
  restarted: 'proxies that started less than one expiry ago',
  emptied: 'proxies that lost their entries, or never got them',
};
