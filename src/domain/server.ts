// A server is what one proxy calls a shard: its backend, id, name, address and state there.

/**
 * `up` takes traffic, `drain` keeps what sticks to it (HAProxy: DRAIN or weight 0), `down` failed
 * its check, `maint` was taken out.
 */
export type ServerState = 'up' | 'down' | 'drain' | 'maint';

/**
 * One line of a proxy's `show servers state`. `address` is the shard's identity, spelled `ip:port`,
 * IPv6 in brackets; `null` where the proxy knows none.
 */
export interface Server {
  readonly backend: string;
  readonly id: number;
  readonly name: string;
  readonly address: string | null;
  readonly state: ServerState;
  /**
   * Whether its backend serves the table; absent until a look has found out. Servers of other
   * backends are shown, and no entry leads to them.
   */
  readonly counts?: boolean;
  /**
   * The failure that its agent or check reports of a server that is up, e.g. `agent L4CON`; absent
   * if there is none.
   */
  readonly doubt?: string;
  /** Its weight at this moment; absent where a saved dump does not tell. */
  readonly weight?: number;
  /** Whether it takes new requests only where no other server can; absent where it is not known. */
  readonly isBackup?: boolean;
}

/**
 * Whether an entry that leads to this server is followed: HAProxy uses a draining server for
 * stickiness, not one that is down or in maintenance.
 */
export function acceptsSticky(state: ServerState): boolean {
  return state === 'up' || state === 'drain';
}
