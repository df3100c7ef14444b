// Writes the dumps of a mesh in the predecessor's layout, or finds them there from an earlier run.

import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dumpOf, isOld, type MeshSize, orderByChance, orderByKey, statOf } from './mesh-dumps.ts';

/** Another number makes dumps of earlier versions of `mesh-dumps.ts` obsolete. */
const LAYOUT = 5;
/** A line is about 118 bytes; what is asked for beyond that is room to breathe. */
const BYTES_PER_ENTRY = 150;

export interface Dumps {
  readonly folder: string;
  /** The table files, without the small ones beside them. */
  readonly tables: readonly string[];
  readonly bytes: number;
}

/** Rejects where the disk has too little room, before anything is written. */
export async function generate(cache: string, size: MeshSize, say: (text: string) => void): Promise<Dumps> {
  const folder = join(cache, `${size.proxies}x${size.entries}-${size.orders}`);
  const mark = join(folder, 'complete.json');
  const wanted = JSON.stringify({ layout: LAYOUT, ...size });
  const names = Array.from({ length: size.proxies }, (_, proxy) => `hap-${String(proxy + 1).padStart(2, '0')}`);
  const tables = names.map((name) => join(folder, `haproxy-table-nodes-${name}`));
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    refuseSmallDisk(folder, size);
    say(`writing dumps of ${size.proxies} proxies with ${size.entries} entries each into ${folder}`);
    const byKey = orderByKey(size.entries);
    const byHash = orderByChance(size.entries, 1);
    for (const [proxy, table] of tables.entries()) {
      const order =
        size.orders === 'own' ? orderByChance(size.entries, proxy + 1) : isOld(proxy, size) ? byKey : byHash;
      await writePieces(table, dumpOf(proxy, size, order));
      await writeFile(join(folder, `haproxy-stat-${names[proxy]}`), statOf());
    }
    // Last, so that a run that was cut short leaves nothing that looks whole.
    await writeFile(mark, wanted);
  }
  return { folder, tables, bytes: tables.reduce((sum, table) => sum + statSync(table).size, 0) };
}

function refuseSmallDisk(folder: string, { proxies, entries }: MeshSize): void {
  const { bavail, bsize } = statfsSync(folder);
  const needed = proxies * entries * BYTES_PER_ENTRY;
  if (bavail * bsize < needed) {
    const [free, want] = [bavail * bsize, needed].map((bytes) => `${Math.ceil(bytes / 1e6)} MB`);
    throw new Error(`${folder}: ${want} are needed and ${free} free; try --small`);
  }
}

async function writePieces(path: string, pieces: Iterable<string>): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const piece of pieces) await file.write(piece, null, 'latin1');
  } finally {
    await file.close();
  }
}
