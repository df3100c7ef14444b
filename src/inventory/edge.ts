// What an inventory takes from the machine it is read on.

export interface InventoryEdge {
  /** UTF-8 text; throws as `fs.readFileSync` does. */
  readFile(path: string): string;
  /** The environment that a program for the list of proxies runs in. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends every wait; a read that it ends rejects with its reason. */
  readonly signal: AbortSignal;
  /** Bounds the whole reading of the inventory. */
  readonly timeoutMs: number;
}
