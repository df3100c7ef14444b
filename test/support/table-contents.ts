// What the tables of a mesh hold, to compare before and after.

import type { Mesh } from '../../lab/mesh/mesh.ts';

/**
 * Every table as it is, without what time alone changes: pointers and expiries; sorted, since 3.0+
 * dumps in the order of buckets.
 */
export async function tableContents(mesh: Mesh): Promise<readonly (readonly string[])[]> {
  const dumps = await Promise.all(
    mesh.proxies.map(({ running }, proxy) => (running ? mesh.command(proxy, 'show table nodes') : '')),
  );
  return dumps.map((dump) =>
    dump
      .split('\n')
      .map((line) => line.replace(/^0x[0-9a-f]+: /, '').replace(/ exp=\d+/, ''))
      .sort(),
  );
}
