// A finding is a disagreement on one conference; a mesh finding is something wrong with the mesh
// itself.

/** What can be wrong with one conference. */
export const findingKinds = ['split', 'missing', 'mixed', 'orphaned', 'ambiguous', 'duplicated'] as const;
export type FindingKind = (typeof findingKinds)[number];

/**
 * The kinds that are a disagreement: they decide verdict and exit code; the others are reported
 * only.
 */
export const disagreementKinds = ['split', 'missing', 'mixed', 'duplicated'] as const satisfies readonly FindingKind[];

export function isDisagreement(kind: FindingKind): boolean {
  return (disagreementKinds as readonly FindingKind[]).includes(kind);
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
  'in-flight',
  'unknown',
] as const;
export type Cause = (typeof causes)[number];

/** What can be wrong with the mesh. */
export const meshFindingKinds = [
  'unreachable',
  'denied',
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
 * What one proxy says of one conference. `shard` is what its entry names, `null` where that is not
 * known. `followed: false`: the next request there is placed anew, and `why` gives the reason.
 * `followed: null`: the route is not known; where `why` is `duplicated`, because the dump shows two
 * entries that lead apart.
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
}

/** `proxy` and `peer` are names of proxies where the finding is about one or two of them. */
export interface MeshFinding {
  readonly kind: MeshFindingKind;
  readonly proxy: string | null;
  readonly peer: string | null;
  readonly because: string;
}
