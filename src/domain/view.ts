// A view is what one proxy showed in one run; the mesh view is all of them.

import type { ProxyStatus, Trouble } from './proxy.ts';
import type { Server } from './server.ts';

/**
 * A peer as a proxy lists it. `up` is an established link over which the table travels, `deaf` an
 * established one over which it does not, `never` one that has not been up since that proxy
 * started.
 */
export interface PeerLink {
  readonly name: string;
  readonly state: 'up' | 'deaf' | 'down' | 'never';
  readonly protocolErrors: number;
}

/**
 * The table as a proxy describes it. `used` is the number in the header when the dump began,
 * `entries` the lines that were read. `keyLength` is the table's `len` in bytes if the proxy has
 * shown it (by a key that fills it), else `null`. `maxExpiresInMs` is the largest remaining life of
 * an entry, a lower bound of the table's `expire`.
 */
export interface TableView {
  readonly type: string;
  readonly size: number;
  readonly used: number;
  readonly entries: number;
  readonly duplicates: number;
  readonly keyLength: number | null;
  readonly maxExpiresInMs: number;
  /**
   * Whether entries belong to one peer each (`shard=N`): `shards` is set in the peers section (2.7
   * and later).
   */
  readonly isSpread: boolean;
}

/**
 * What one proxy has in a map file at this moment. Keys and values hold one character a byte.
 * `isAbsent`: the proxy has no such map; otherwise `why` says what kept it from being read.
 */
export type MapView =
  | { readonly kind: 'read'; readonly entries: ReadonlyMap<string, string> }
  | { readonly kind: 'unknown'; readonly isAbsent: boolean; readonly why: string };

/** The maps by which a proxy chooses the release for a new conference. */
export interface ReleaseMaps {
  readonly live: MapView;
  readonly tenant: MapView;
}

/**
 * What one proxy showed. Fields are `null` or empty if the reading did not get that far; `status`
 * tells how far it got.
 */
export interface ProxyView {
  readonly name: string;
  readonly region: string | null;
  readonly status: ProxyStatus;
  readonly trouble: Trouble | null;
  readonly haproxy: string | null;
  readonly uptimeSeconds: number | null;
  readonly pid: number | null;
  /** When the process started, in seconds since 1970 by its own clock. */
  readonly startedAtSeconds: number | null;
  readonly table: TableView | null;
  /**
   * Whether the proxy reported `peers` and `localPeer`. The predecessor saved no peers, so they can
   * be unknown.
   */
  readonly peersKnown: boolean;
  /** Why a proxy whose peers are known has none for this table; `null` if it has. */
  readonly peersRemark: string | null;
  /** The name under which this proxy's peers list it. */
  readonly localPeer: string | null;
  readonly peers: readonly PeerLink[];
  /**
   * The names of peers whose entries of the table arrive here, and to which this proxy has not sent
   * any yet.
   */
  readonly onlyHeard?: readonly string[];
  readonly servers: readonly Server[];
  /** Absent where the maps were not asked for. */
  readonly maps?: ReleaseMaps;
  readonly collect: { readonly bytes: number; readonly milliseconds: number };
}
