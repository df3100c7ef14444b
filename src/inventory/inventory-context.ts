// What an inventory takes from the machine it is read on, and from the proxies themselves.

import type { Endpoint, Trouble } from '../domain/proxy.ts';

/** What one proxy says of the mesh that its table is shared in. */
export interface MemberList {
  /** Tells one process from another. */
  readonly process: string;
  /**
   * The name under which the others list this proxy; `null` where it has no peers for the table.
   */
  readonly localPeer: string | null;
  /**
   * All peers but itself. `address` is without its port, IPv6 without brackets, `null` where it has
   * none.
   */
  readonly members: readonly { readonly name: string; readonly address: string | null }[];
  /** Why it has no peers for the table; `null` where it has. */
  readonly remark: string | null;
}

export interface InventoryContext {
  /** UTF-8 text; throws as `fs.readFileSync` does. */
  readFile(path: string): string;
  /** The environment that a program for the list of proxies runs in. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks a proxy who belongs to its mesh; resolves to what went wrong where it cannot be asked. */
  readMembers(endpoint: Endpoint, signal: AbortSignal): Promise<MemberList | Trouble>;
  /** Ends every wait; a read that it ends rejects with its reason. */
  readonly signal: AbortSignal;
  /** Bounds the whole reading of the inventory. */
  readonly timeoutMs: number;
}
