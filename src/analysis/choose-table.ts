// Which of a proxy's stick tables keeps conferences on their shards: the one whose entries name
// servers.

/** A table, and what its entries say: `null` where it has none. */
export interface SeenTable {
  readonly name: string;
  readonly storesServers: boolean | null;
}

/** `why` completes a comment; `problem` is a complaint with its remedy. */
export type TableChoice = { readonly table: string; readonly why: string } | { readonly problem: string };

/** What Jitsi calls it. */
const USUAL = 'nodes';

/** `wanted` is what a person named; `null`: nothing. */
export function chooseTable(tables: readonly SeenTable[], wanted: string | null): TableChoice {
  const there = tables.length === 0 ? 'it has none' : `it has ${tables.map(({ name }) => name).join(', ')}`;
  if (wanted !== null) {
    const found = tables.some(({ name }) => name === wanted);
    return found
      ? { table: wanted, why: 'as --table named it' }
      : { problem: `there is no table ${wanted} on this proxy: ${there}` };
  }
  const storing = tables.filter(({ storesServers }) => storesServers === true);
  const [only] = storing;
  if (storing.length === 1) return { table: only!.name, why: 'its entries name servers' };
  const possible = storing.length > 1 ? storing : tables.filter(({ storesServers }) => storesServers === null);
  if (possible.some(({ name }) => name === USUAL)) {
    return { table: USUAL, why: storing.length > 1 ? 'of several whose entries name servers' : 'it is empty now' };
  }
  if (possible.length === 1) return { table: possible[0]!.name, why: 'it is empty now' };
  if (tables.length === 0) return { problem: 'this proxy has no stick table: give another proxy of the mesh' };
  if (possible.length === 0)
    return { problem: `no table of this proxy names servers (${there}): give the right one by --table` };
  const names = possible.map(({ name }) => name).join(', ');
  return { problem: `more than one table may be the one (${names}): give the right one by --table` };
}
