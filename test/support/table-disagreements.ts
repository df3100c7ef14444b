// What is wrong in the tables of a laboratory mesh, read and compared without any code of the
// program: it judges the program.

import type { Mesh } from '../../lab/mesh/mesh.ts';
import { until } from '../../lab/until.ts';

export interface Disagreements {
  /** Keys (as dumps spell them) with two or more server keys. */
  readonly split: readonly string[];
  /** Keys that some tables lack and that are not split. */
  readonly missing: readonly string[];
}

export async function compareTables(mesh: Pick<Mesh, 'entries' | 'proxies'>): Promise<Disagreements> {
  const tables = await Promise.all(mesh.proxies.map((_, i) => mesh.entries(i)));
  const holders = new Map<string, (string | null)[]>();
  for (const { key, serverKey } of tables.flat()) holders.set(key, [...(holders.get(key) ?? []), serverKey]);
  const split = [...holders].filter(([, serverKeys]) => new Set(serverKeys).size > 1).map(([key]) => key);
  const missing = [...holders]
    .filter(([key, serverKeys]) => serverKeys.length < tables.length && !split.includes(key))
    .map(([key]) => key);
  return { split: split.sort(), missing: missing.sort() };
}

/** The same, once it stays the same: peers have nothing more to tell each other. */
export async function compareWhenStill(mesh: Pick<Mesh, 'entries' | 'proxies'>): Promise<Disagreements> {
  let last = '';
  let alike = 0;
  return until('the tables stand still', async () => {
    const now = await compareTables(mesh);
    const text = JSON.stringify(now);
    alike = text === last ? alike + 1 : 0;
    last = text;
    // 25 looks, 20 ms and more apart: half a second, against 0.4 to 7.5 ms that an update takes on
    // loopback.
    return alike >= 25 ? now : null;
  });
}
