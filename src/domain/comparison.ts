// What two looks at one mesh show against each other: the plain result of `compare`, for people
// and for programs.

import type { ProxyStatus } from './proxy.ts';

/**
 * What became of a conference, the worst first. `apart`: a side itself leads it to several shards.
 * `orphaned`: no proxy of AFTER follows its entry, so that the next request places it anew.
 * `unknown`: where a side leads it is not known. `unclear`: it is gone, and whether it was lost or
 * expired is not known.
 */
export const changeKinds = ['moved', 'lost', 'apart', 'orphaned', 'unknown', 'unclear', 'expired', 'new'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/**
 * Why a gone conference counts as it does. Lost: its entry had time left, and a holder that still
 * runs lacks it (`removed`), its holders were restarted (`restarted`) or are not there any more
 * (`replaced`), or they lost their tables before its time was over (`emptied`). Expired: its time
 * was over (`time-over`), be it that its holders were replaced before (`replaced-before`).
 * Unclear: a side does not say when it was taken (`no-times`), or AFTER was not read in full
 * (`not-read`).
 */
export type GoneReason =
  | 'removed'
  | 'restarted'
  | 'replaced'
  | 'emptied'
  | 'time-over'
  | 'replaced-before'
  | 'no-times'
  | 'not-read';

/** One conference that is not as it was. `before` and `after` are the shards that a side names. */
export interface ConferenceChange {
  readonly kind: ChangeKind;
  readonly key: string;
  readonly conference: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Which sides lead it to several shards, or follow it on some proxies only. */
  readonly apartOn: readonly ('before' | 'after')[];
  /** Of a conference that is gone. */
  readonly because: GoneReason | null;
  /** The longest remaining life at BEFORE; `null` where it was not held, or entries never end. */
  readonly expiresInMs: number | null;
}

/**
 * The changes, made one by one when asked for: every conference of a mesh may have moved. In the
 * order of `changeKinds`, then by key.
 */
export interface ChangeList extends Iterable<ConferenceChange> {
  of(kind: ChangeKind): Iterable<ConferenceChange>;
  /** The first `limit` changes of a kind. */
  first(kind: ChangeKind, limit: number): readonly ConferenceChange[];
}

export interface ComparisonCounts extends Readonly<Record<ChangeKind, number>> {
  /** On the same shard on both sides. */
  readonly kept: number;
  /** All that a side held. */
  readonly before: number;
  readonly after: number;
}

/** Conferences that went from one shard to one other. */
export interface Move {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  /** Some of them, by key. */
  readonly changes: readonly ConferenceChange[];
}

/** A shard, and the conferences that each side leads there. */
export interface ComparedShard {
  readonly address: string;
  /** What people call it; `null` where no server has the address. */
  readonly name: string | null;
  readonly before: number;
  readonly after: number;
}

/** One proxy on one side. */
export interface ProxyLife {
  readonly status: ProxyStatus;
  readonly trouble: string | null;
  readonly haproxy: string | null;
  readonly pid: number | null;
  readonly startedAtSeconds: number | null;
  readonly uptimeSeconds: number | null;
  readonly entries: number | null;
}

/**
 * What became of a proxy. `renamed` is one process under two names, `restarted` another process
 * under the same name (a restart or a reload), `unknown` one of which a side does not tell the
 * process.
 */
export type ProxyFate = 'same' | 'renamed' | 'restarted' | 'gone' | 'new' | 'unread' | 'unknown';

export interface ProxyChange {
  readonly name: string;
  /** Its name at BEFORE where that was another one. */
  readonly formerName: string | null;
  readonly fate: ProxyFate;
  readonly before: ProxyLife | null;
  readonly after: ProxyLife | null;
  /** At AFTER it lacks most of the entries that it should hold. */
  readonly emptied: boolean;
}

/** A shard as the servers of a side know it. `on` counts the proxies that have it. */
export interface KnownServer {
  readonly addresses: readonly string[];
  readonly ids: readonly number[];
  readonly on: number;
}

/**
 * A shard, by the name that people use, whose servers changed. `fewer` and `more`: on fewer or more
 * of the proxies that both sides have.
 */
export interface ServerChange {
  readonly name: string;
  readonly kinds: readonly ('gone' | 'new' | 'address' | 'id' | 'fewer' | 'more')[];
  readonly before: KnownServer | null;
  readonly after: KnownServer | null;
}

/**
 * One key of a map of releases. The values are those of all proxies of a side, an empty one where a
 * proxy has no entry; none where no proxy has one.
 */
export interface MapChange {
  readonly map: 'live' | 'tenant';
  readonly key: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** When a look began and ended, in milliseconds since 1970. */
export interface TakenAt {
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

export interface ComparedSide {
  /** The folders; empty for the live mesh. */
  readonly folders: readonly string[];
  readonly environment: string | null;
  readonly takenAt: TakenAt | null;
  readonly proxies: number;
  readonly proxiesReporting: number;
  readonly conferences: number;
  /** What keeps this side from being complete. */
  readonly gaps: readonly string[];
}

export interface MeshComparison {
  readonly environment: string;
  readonly table: string;
  /** `kept`: every conference that should be there is, on its shard. */
  readonly verdict: 'kept' | 'changed' | 'incomplete';
  readonly view: 'complete' | 'incomplete';
  readonly exitCode: number;
  readonly before: ComparedSide;
  readonly after: ComparedSide;
  /** The time between the sides; `null` where it is not known. */
  readonly betweenMs: { readonly least: number; readonly most: number } | null;
  readonly counts: ComparisonCounts;
  /** The most frequent first. */
  readonly moves: readonly Move[];
  readonly changes: ChangeList;
  readonly shards: readonly ComparedShard[];
  readonly proxies: readonly ProxyChange[];
  readonly servers: readonly ServerChange[];
  readonly maps: readonly MapChange[];
  /** Sentences a reader must know. */
  readonly notes: readonly string[];
}
