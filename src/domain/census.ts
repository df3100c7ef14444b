// A census says where participants are: the rooms of each shard, as the shards themselves report
// them.

import type { TroubleCode } from './proxy.ts';

/** How Jitsi makes the key of a conference from the name of its room. */
export const JITSIS_KEY = '{tenant}/{room}';

/**
 * One room as a source reports it. Leaked rooms, jicofo's health-check rooms and rooms of another
 * domain are left out.
 */
export interface CensusRoom {
  /** The room's whole address, as in `[acme]%c3%b2x@conference.meet.example`. */
  readonly jid: string;
  /** As reported: can be 0 (all are in breakout rooms) and -1 (jicofo's focus is not there). */
  readonly participants: number;
  /** `null`: no second occupant has come yet. */
  readonly createdAtMs: number | null;
}

/** The people of one conference on one shard. */
export interface Place {
  /** Position in `CensusReading.shards`. */
  readonly shard: number;
  /** Never negative. 0: its room is there, and all are in breakout rooms or about to leave. */
  readonly participants: number;
  /** Epoch milliseconds; `null` where the source does not say. */
  readonly createdAtMs: number | null;
}

/** Takes the rooms of a census while it is read, so that no list of them is kept. */
export interface RoomSink {
  /**
   * `shard` is the position in `CensusReading.shards`. Its status is known at the end only: rooms
   * of a shard that is not `ok` do not count.
   */
  room(shard: number, room: CensusRoom): void;
}

/** The closed list of reasons of the census's own for which a shard's rooms are not known. */
export const censusTroubleCodes = [
  'tls',
  'denied',
  'filtered',
  'status',
  'not-json',
  'wrong-shape',
  'polling-off',
  'prosody-silent',
  'unknown-domain',
  'wrong-domain',
  'no-time',
  'old',
  'ahead',
  'no-report',
  'newer-report',
  'gone',
  'no-address',
] as const;

/** Those, and the ones of the way there. */
export type CensusTroubleCode = TroubleCode | (typeof censusTroubleCodes)[number];

/** What happened, in one sentence, and what a person can do about it. */
export interface CensusTrouble {
  readonly code: CensusTroubleCode;
  readonly message: string;
  readonly remedy: string;
}

/**
 * `ok` is complete evidence. `unanswered` and `stale` shards are unknown, never empty. A
 * `duplicate` has another entry of the same name that is newer, and says nothing. A `gone` shard
 * left an old report behind, and nobody else knows it any more.
 */
export type CensusStatus = 'ok' | 'unanswered' | 'stale' | 'duplicate' | 'gone';

/** What one shard reported, or why it did not. */
export interface ShardCensus {
  /** `ENV-REGION-sNN`, or the shard's address where nothing gives a name. */
  readonly name: string;
  /** `address:port` as HAProxy has it, `null` where neither the source nor the caller knows it. */
  readonly address: string | null;
  readonly status: CensusStatus;
  /** `null` exactly where the status is `ok`. */
  readonly trouble: CensusTrouble | null;
  /** When the shard wrote its report; `null` where the source gives no time. */
  readonly reportedAt: Date | null;
  /** Rooms that the sink was given, and the participants in them (-1 counts as 0). */
  readonly rooms: number;
  readonly participants: number;
  /** Rooms without a live session, which the sink was not given. */
  readonly leaked: number;
  /** Rooms of another domain than the configured one, which the sink was not given. */
  readonly foreign: number;
}

/** A part of the source that gave no whole answer: its shards are unknown, not empty. */
export interface CensusGap {
  /** The datacenter, or the URL of the source. */
  readonly name: string;
  readonly trouble: CensusTrouble;
}

/** All that a source says. `notes` are sentences for the report that change no verdict. */
export interface CensusReading {
  readonly shards: readonly ShardCensus[];
  readonly gaps: readonly CensusGap[];
  readonly notes: readonly string[];
}

/** A shard that is known from elsewhere: it can be asked, and its report is expected. */
export interface CensusShard {
  readonly name: string | null;
  /** `address:port` as HAProxy has it. */
  readonly address: string;
  readonly region: string | null;
  /** Of its registration, for `{meta.NAME}` of a URL; empty where it has none. */
  readonly meta: Readonly<Record<string, string>>;
}

/** Where the census comes from: exactly one source. A `url` of shards is a pattern. */
export type CensusSource =
  | {
      readonly kind: 'consul';
      readonly url: string;
      /** Ends in a slash. */
      readonly prefix: string;
      readonly datacenters: 'all' | readonly string[];
      readonly token: string | null;
    }
  | { readonly kind: 'sidecar'; readonly url: string }
  | { readonly kind: 'prosody'; readonly url: string };

/** How the census is read. */
export interface CensusSettings {
  readonly source: CensusSource;
  /** Rooms are those of `conference.` and this domain. */
  readonly domain: string;
  /** The key of `[tenant]room`, with `{tenant}` and `{room}`; without a tenant, `{room}` of it. */
  readonly keyPattern: string;
  /** A report that is older says nothing. */
  readonly maxAgeMs: number;
  /** How long clients may take to move before a conference on two shards is `scattered`. */
  readonly settleMs: number;
  /** Bounds each request. */
  readonly timeoutMs: number;
  readonly concurrency: number;
  /** The most that one answer may have. */
  readonly maxBytes: number;
  /** The way to the source: from here, through the login of a proxy, or through that of a host. */
  readonly via:
    | { readonly kind: 'direct' | 'proxy' }
    | { readonly kind: 'ssh'; readonly user: string; readonly host: string; readonly port: number };
}

/** A conference whose people are not in one place, or not where its entries lead. */
export interface ApartConference {
  readonly key: string;
  readonly conference: string;
  readonly kind: 'scattered' | 'misplaced';
  /** By address of the shard, or its name where no address is known. */
  readonly participants: Readonly<Record<string, number>>;
  /** Whether clients had the time to move and did not. */
  readonly isSettled: boolean;
}

/**
 * A conference that a heal moved. `whole`: all its people are on the winner, or where the tables
 * lead by now; `moving`: they still have time; `not-whole`: they had it; `ended`: nobody is in it.
 */
export interface MovedConference {
  readonly key: string;
  /** `address:port` of the shard that it was brought to. */
  readonly winner: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
  readonly participants: Readonly<Record<string, number>>;
  readonly state: 'whole' | 'moving' | 'not-whole' | 'ended';
}

/**
 * What the census of a run adds up to. `isWhole`: every shard that is known answered, so that the
 * people of a conference are nowhere else.
 */
export interface CensusSummary {
  /** Epoch milliseconds. */
  readonly takenAtMs: number;
  readonly shards: readonly ShardCensus[];
  readonly gaps: readonly CensusGap[];
  readonly isWhole: boolean;
  /** Of the shards that answered. */
  readonly rooms: number;
  readonly participants: number;
  /** Conferences with a room of which no table has an entry, and the other way round. */
  readonly roomsWithoutEntry: number;
  readonly entriesWithoutRoom: number;
  /** People of scattered conferences who are not where most of their conference are. */
  readonly participantsApart: number;
  /** The settled ones first, then by key. */
  readonly apart: readonly ApartConference[];
  /** What earlier heals moved and no census has seen whole yet. */
  readonly moved: readonly MovedConference[];
}

/** Whether no shard answered: then its numbers are not known, and are no zeros. */
export function isSilent({ shards, isWhole }: Pick<CensusSummary, 'shards' | 'isWhole'>): boolean {
  return !isWhole && shards.every(({ status }) => status !== 'ok');
}
