// A finding is a disagreement on one conference; a mesh finding is something wrong with the mesh
// itself.

/** What the program has to know of a finding kind. */
interface KindRecord {
  /** The kind in a set of kinds: a power of two that no other kind has. */
  readonly bit: number;
  /** Whether it decides verdict and exit code; the other kinds are reported only. */
  readonly isDisagreement: boolean;
  /**
   * Whether requests can reach different shards because of it. An entry that is merely missing on a
   * proxy leads no request elsewhere yet.
   */
  readonly partsRequests: boolean;
  /** Whether its findings name a cause. */
  readonly hasCause: boolean;
  /** Whether it is gone when every proxy routes to one usable shard. A shared key stays shared. */
  readonly endsByHeal: boolean;
  /** Whether the census finds it, be the tables alike or not. */
  readonly isByCensus: boolean;
}

/**
 * What can be wrong with one conference, in the order of a report. A kind that is added here is a
 * type error in every place that has to know of it.
 */
export const kindRecords = {
  split: { bit: 1, isDisagreement: true, partsRequests: true, hasCause: true, endsByHeal: true, isByCensus: false },
  missing: { bit: 2, isDisagreement: true, partsRequests: false, hasCause: true, endsByHeal: true, isByCensus: false },
  mixed: { bit: 4, isDisagreement: true, partsRequests: true, hasCause: false, endsByHeal: true, isByCensus: false },
  orphaned: {
    bit: 8,
    isDisagreement: false,
    partsRequests: false,
    hasCause: false,
    endsByHeal: true,
    isByCensus: false,
  },
  ambiguous: {
    bit: 16,
    isDisagreement: false,
    partsRequests: false,
    hasCause: false,
    endsByHeal: false,
    isByCensus: false,
  },
  duplicated: {
    bit: 32,
    isDisagreement: true,
    partsRequests: true,
    hasCause: false,
    endsByHeal: false,
    isByCensus: false,
  },
  misplaced: {
    bit: 64,
    isDisagreement: true,
    partsRequests: false,
    hasCause: false,
    endsByHeal: true,
    isByCensus: true,
  },
  scattered: {
    bit: 128,
    isDisagreement: true,
    partsRequests: false,
    hasCause: false,
    endsByHeal: true,
    isByCensus: true,
  },
} as const satisfies Readonly<Record<string, KindRecord>>;

export type FindingKind = keyof typeof kindRecords;

/** The kinds that are a disagreement. */
export type DisagreementKind = {
  [Kind in FindingKind]: (typeof kindRecords)[Kind]['isDisagreement'] extends true ? Kind : never;
}[FindingKind];

/** All kinds, in the order of a report. */
export const findingKinds = Object.keys(kindRecords) as readonly FindingKind[];

export const disagreementKinds = findingKinds.filter(isDisagreement);

export function isDisagreement(kind: FindingKind): kind is DisagreementKind {
  return kindRecords[kind].isDisagreement;
}

/** Whether the census found it: the tables may agree all the same. */
export function isByCensus({ kind }: { readonly kind: string }): boolean {
  return Object.hasOwn(kindRecords, kind) && kindRecords[kind as FindingKind].isByCensus;
}

/** A number for every kind. */
export type CountsByKind = Readonly<Record<FindingKind, number>>;

export function countByKind(countOf: (kind: FindingKind) => number): CountsByKind {
  return Object.fromEntries(findingKinds.map((kind) => [kind, countOf(kind)])) as CountsByKind;
}

/** Why, where the evidence names a cause. */
export const causes = [
  'peer-link-down',
  'peer-deaf',
  'peer-unknown',
  'id-drift',
  'server-drift',
  'emptied',
  'state-drift',
  'shard-down',
  'map-drift',
  'in-flight',
  'unknown',
] as const;
export type Cause = (typeof causes)[number];

/** What can be wrong with the mesh. */
export const meshFindingKinds = [
  'unreachable',
  'denied',
  'locked',
  'truncated',
  'no-table',
  'not-sticky',
  'peer-down',
  'peer-deaf',
  'peer-errors',
  'peer-unknown',
  'peer-unread',
  'id-drift',
  'server-drift',
  'state-drift',
  'shard-doubtful',
  'table-drift',
  'map-drift',
  'version-skew',
  'version-unknown',
  'table-nearly-full',
  'restarted',
  'emptied',
] as const;
export type MeshFindingKind = (typeof meshFindingKinds)[number];

/** Why an entry is not followed on a proxy: it names no server there, or one in this state. */
export type NotFollowed = 'no-server' | 'down' | 'maint';

/**
 * The route of one conference on one proxy. `shard` is what its entry names, `null` if that is not
 * known. `followed: false`: the next request there is placed anew, and `why` gives the reason.
 * `followed: null`: the route is not known; `why` is then `duplicated` if the dump shows two
 * entries that lead to different shards.
 */
export interface Route {
  readonly proxy: string;
  readonly shard: string | null;
  readonly followed: boolean | null;
  readonly why: NotFollowed | 'duplicated' | null;
  readonly serverId: number;
  /** As the table holds it; `null` for an entry without one (`server_key=-`). */
  readonly serverKey: string | null;
  readonly expiresInMs: number;
}

/**
 * `absentOn` names the proxies that were read in full and have no entry. `cause` is `null` for
 * kinds that carry none.
 */
export interface Finding {
  readonly kind: FindingKind;
  /** As the dump spells it: escaped, ASCII, lossless. */
  readonly key: string;
  /** The key decoded, for people. */
  readonly conference: string;
  readonly cause: Cause | null;
  readonly routes: readonly Route[];
  readonly absentOn: readonly string[];
  readonly because: string;
  /**
   * By address of the shard, or its name where no address is known: its participants. Shards that
   * did not answer are not in it; `null` without a census.
   */
  readonly participants: Readonly<Record<string, number>> | null;
}

/** `proxy` and `peer` are names of proxies where the finding is about one or two of them. */
export interface MeshFinding {
  readonly kind: MeshFindingKind;
  readonly proxy: string | null;
  readonly peer: string | null;
  readonly because: string;
}
