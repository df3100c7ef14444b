// What an inventory needs of the machine and of the proxies.

import type { Endpoint, Trouble } from '../domain/proxy.ts';

/** The mesh of one proxy's table, as that proxy sees it. */
export interface MemberList {
  /** Identifies the process. */
  readonly process: string;
  /** The peer name of this proxy; `null` where its table has no peers. */
  readonly localPeer: string | null;
  /**
   * All other peers. `address` is without its port, IPv6 without brackets; `null` where none is
   * known.
   */
  readonly members: readonly { readonly name: string; readonly address: string | null }[];
  /** Why its table has no peers; `null` where it has. */
  readonly remark: string | null;
}

/** The machine, the proxies, and the limits of the reading. */
export interface InventoryContext {
  /** UTF-8 text; throws as `fs.readFileSync` does. */
  readFile(path: string): string;
  /** The environment of a program that lists proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks a proxy for the members of its mesh; resolves to a trouble where it cannot be asked. */
  readMembers(endpoint: Endpoint, signal: AbortSignal): Promise<MemberList | Trouble>;
  /** Ends the reading, which then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Limits the whole reading. */
  readonly timeoutMs: number;
}
