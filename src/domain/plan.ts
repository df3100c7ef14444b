// A plan is what a heal would do, as a plain value between looking and writing: winners, steps,
// refusals.

import type { FindingKind } from './finding.ts';

/**
 * How a winner can be picked, in the words of the configuration. `pinned` and `restored` are
 * decisions of a person.
 */
export type WinnerPolicy =
  | 'participants'
  | 'majority'
  | 'latest-access'
  | 'lowest-address'
  | 'unanimous'
  | 'pinned'
  | 'restored';

/**
 * The closed list of reasons for which something is not healed. The first group refuses a whole
 * run, the second one conference, the third one step.
 */
export const refusalReasons = [
  'coverage',
  'version-unknown',
  'two-meshes',
  'spread-table',
  'locked',
  'no-journal',
  'too-many-conferences',
  'too-large-share',
  'plan-expired',
  'wrong-mesh',
  'cooldown',
  'undecided',
  'no-eligible-shard',
  'state-disputed',
  'unknown-shard',
  'unknown-conference',
  'key-inexpressible',
  'id-drift',
  'peer-unread',
  'duplicated',
  'too-many-missing',
  'too-many-participants',
  'census-incomplete',
  'already-there',
  'unexplained',
  'no-room',
  'table-differs',
  'entry-changed',
  'rejected',
  'not-held',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** `key` is `null` where the refusal is not about one conference. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly key: string | null;
  readonly because: string;
}

/** What a proxy's table holds for a key: `null` stands for no entry. */
export type EntryState = { readonly serverId: number; readonly serverKey: string | null } | null;

/**
 * One write to one proxy. `touch` sets the id on an entry whose key is already the winner's (or
 * which no receiver's key contradicts), so that HAProxy itself sends entry and key to its peers.
 * `replace` clears the entry, if there is one, and sets the id by which that proxy calls the shard.
 * `remove` clears it. `request` sends one HTTP request through the proxy, which its own rule leads
 * to the shard, so that HAProxy itself writes id and key and tells its peers. `expect` is the entry
 * that must be there right before the write, else the step is refused. Steps of one phase are done
 * together, phase after phase: what a touch sent must have arrived before the next one sends it on.
 */
export interface Step {
  readonly phase: number;
  readonly kind: 'touch' | 'replace' | 'remove' | 'request';
  readonly proxy: string;
  readonly expect: EntryState;
  /** The id to set; meaningless for `remove`. */
  readonly serverId: number;
}

/**
 * The way one conference is healed. A `fill` adds entries where there are none, and changes no
 * route. `target` says where each proxy must route in the end: the
 * shard, or `null` for no entry.
 */
export interface PlannedConference {
  readonly key: string;
  readonly conference: string;
  readonly kind: FindingKind | 'fill' | 'pin' | 'undo';
  readonly winner: string | null;
  readonly policy: WinnerPolicy;
  readonly because: string;
  /** How many people reload: those on another shard. Absent or `null`: no census says it. */
  readonly participantsMoved?: number | null | undefined;
  readonly before: Readonly<Record<string, EntryState>>;
  readonly target: Readonly<Record<string, string | null>>;
  readonly steps: readonly Step[];
}

/**
 * A person's decision: the conference by key, the shard by address, or by a server id or name that
 * means one shard on every proxy.
 */
export interface Pin {
  readonly key: string;
  readonly shard: string;
}

export interface Plan {
  readonly schema: 'splitbrain/plan/1';
  readonly environment: string;
  readonly table: string;
  readonly runId: string;
  /** ISO times; after `validUntil` the plan is refused. */
  readonly createdAt: string;
  readonly validUntil: string;
  /** Set where the whole run is refused: then there are no conferences. */
  readonly refused: Refusal | null;
  readonly conferences: readonly PlannedConference[];
  readonly refusals: readonly Refusal[];
}

/** How a finding would be healed, as the report shows it. */
export type Decision =
  | {
      readonly winner: string;
      readonly policy: WinnerPolicy;
      readonly because: string;
      readonly participantsMoved: number | null;
    }
  | { readonly refusal: RefusalReason; readonly because: string };

/**
 * The healing part of a report. `applied` counts steps that a proxy accepted; `verified` and
 * `failed` count conferences; so do `settledThemselves` (they had come together before anything was
 * written) and `ended` (no proxy held them any more). A run that was `interrupted` verified
 * nothing, whatever it wrote.
 */
export interface HealOutcome {
  readonly planned: number;
  readonly applied: number;
  readonly verified: number;
  readonly failed: number;
  readonly settledThemselves: number;
  readonly ended: number;
  readonly interrupted: boolean;
  readonly refusals: readonly Refusal[];
  readonly journal: string | null;
}

/**
 * The optional way through the data plane: a `use-server` rule of the operator's, behind an access
 * control, sends a request with these headers to the server with that id. `url` may hold `{host}`,
 * the host of the proxy's endpoint; `urls` names other ones by proxy.
 */
export interface DataPlaneSettings {
  readonly url: string | null;
  readonly urls: Readonly<Record<string, string>>;
  readonly keyHeader: string;
  readonly shardHeader: string;
  /** Sent as they are: what the access control asks for. Secret. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How winners are picked and what guards a heal. Ratios are shares of 1, times milliseconds. */
export interface HealSettings {
  /**
   * Whether the configuration has a `heal` section: without one nothing heals that no person has
   * said yes to.
   */
  readonly consented: boolean;
  /** The folder of journals and locks. */
  readonly journal: string;
  /** How long a heal has to hold before it is called one. */
  readonly settleMs: number;
  readonly winner: readonly ('participants' | 'majority' | 'latest-access')[];
  readonly tie: 'lowest-address' | 'refuse';
  readonly minReporting: number;
  readonly maxConferences: number;
  readonly maxRatio: number;
  /** So many may be changed however small the mesh is. */
  readonly maxRatioFloor: number;
  /** How many people's meetings may reload because of one run; needs a census. */
  readonly maxParticipants: number;
  readonly maxMissing: number;
  readonly cooldown: { readonly heals: number; readonly withinMs: number };
  /** `null`: the runtime API only, which is the default. */
  readonly dataPlane: DataPlaneSettings | null;
}
