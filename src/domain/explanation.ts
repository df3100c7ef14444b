// What can be said of one conference: what every proxy holds of it and does with its next request,
// why, since when, who sits where, and what a heal would do.

import type { Finding, NotFollowed } from './finding.ts';
import type { Decision } from './plan.ts';
import type { ProxyStatus, Trouble } from './proxy.ts';
import type { RunFacts } from './run-report.ts';
import type { ServerState } from './server.ts';

/**
 * `agree`: every proxy leads the next request to one shard. `apart`: a disagreement was confirmed.
 * `changing`: the looks differ, so nothing is confirmed. `excused`: it is absent somewhere, and
 * that is no disagreement (about to end, or by the tables' own expiry). `orphaned`: no proxy
 * follows its entry. `unknown`: no proxy has it. `incomplete`: nothing is wrong where it could be
 * seen, and not all could.
 */
export type ConferenceVerdict = 'agree' | 'apart' | 'changing' | 'excused' | 'orphaned' | 'unknown' | 'incomplete';

/** What the next request meets: which rule of HAProxy decides. */
export type NextRequest =
  | { readonly does: 'followed'; readonly rule: 'server-key' | 'server-id'; readonly shard: string }
  | { readonly does: 'placed-anew'; readonly why: NotFollowed | 'absent'; readonly shard: string | null }
  | {
      readonly does: 'unknown';
      readonly why: 'unread' | 'truncated' | 'ambiguous' | 'no-addresses' | 'duplicated' | 'not-sticky';
    };

/** An entry as one proxy holds it. */
export interface HeldEntry {
  readonly serverId: number;
  readonly serverKey: string | null;
  readonly expiresInMs: number;
}

/** One proxy, as far as one conference is concerned. */
export interface ExplainedRoute {
  readonly proxy: string;
  readonly region: string | null;
  /** The version of HAProxy; `null` where it is not known. */
  readonly haproxy: string | null;
  readonly status: ProxyStatus;
  readonly trouble: Trouble | null;
  readonly entry: HeldEntry | null;
  readonly next: NextRequest;
  /** The state there of the shard that the entry names; `null`: it names none, or none is known. */
  readonly shardState: ServerState | null;
  /** What its agent or check reports against it. */
  readonly doubt: string | null;
  /** Whether `server_key` and `server_id` name different shards. */
  readonly isMixed: boolean;
  /** Why, in a sentence without a full stop; empty where nothing is unusual. */
  readonly because: string;
}

/** A peer link between two proxies that lead the conference apart, or of which one lacks it. */
export interface ExplainedLink {
  readonly one: string;
  readonly other: string;
  readonly state: 'up' | 'deaf' | 'down' | 'unlisted' | 'not-known';
}

/** What an earlier run wrote, or several saw. `at` is an ISO time. */
export interface PastEvent {
  readonly at: string;
  /** `null` where it is of several runs. */
  readonly runId: string | null;
  readonly source: 'journal' | 'report';
  /** In a sentence without a full stop. */
  readonly what: string;
}

/** Who sits where. */
export interface ExplainedCensus {
  readonly people: readonly { readonly shard: string; readonly name: string | null; readonly participants: number }[];
  /** Shards and parts of the source that did not answer: more people may be there. */
  readonly unanswered: readonly string[];
}

/** What a heal would do about this conference. */
export interface ExplainedHeal {
  readonly decision: Decision;
  readonly steps: readonly {
    readonly phase: number;
    readonly kind: string;
    readonly proxy: string;
    /** As HAProxy gets them, one character a byte. */
    readonly commands: readonly string[];
  }[];
}

/** Why no proxy may know it, and which names are like it. */
export interface UnknownConference {
  readonly reasons: readonly string[];
  readonly nearest: readonly { readonly key: string; readonly conference: string }[];
  /** How many names were searched. */
  readonly searched: number;
}

/** What people call the shards, by address. */
export type ShardNames = ReadonlyMap<string, string | null>;

export interface Explanation {
  readonly environment: string;
  readonly table: string;
  readonly run: RunFacts;
  /** What the person gave, and what it was read as. */
  readonly asked: { readonly text: string; readonly readAs: 'key' | 'name' | 'url' | 'glob' | 'cut' };
  readonly key: string;
  readonly conference: string;
  readonly verdict: ConferenceVerdict;
  /** Whether every proxy that there ought to be was read, and every route is known. */
  readonly view: 'complete' | 'incomplete';
  readonly exitCode: number;
  readonly routes: readonly ExplainedRoute[];
  readonly shardNames: ShardNames;
  readonly findings: readonly Finding[];
  readonly links: readonly ExplainedLink[];
  readonly past: readonly PastEvent[];
  readonly census: ExplainedCensus | null;
  readonly heal: ExplainedHeal | null;
  readonly unknown: UnknownConference | null;
  readonly notes: readonly string[];
}

/** One of several conferences that a person may mean. */
export interface ListedConference {
  readonly key: string;
  readonly conference: string;
  readonly verdict: ConferenceVerdict;
  /** The shards that proxies lead its next request to. */
  readonly shards: readonly string[];
}

/** Several conferences: they match a glob, or what a person gave is the name of each. */
export interface ConferenceList {
  readonly environment: string;
  readonly table: string;
  readonly run: RunFacts;
  readonly asked: { readonly text: string; readonly readAs: 'name' | 'glob' };
  readonly view: 'complete' | 'incomplete';
  readonly exitCode: number;
  /** How many there are; `matches` are those that were judged, disagreements first. */
  readonly total: number;
  readonly matches: readonly ListedConference[];
  readonly shardNames: ShardNames;
  readonly notes: readonly string[];
}
