// Writes what a run read into a folder: compressed while it streams, and visible under its name
// only when it is whole.

import { createWriteStream, lstatSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ProxyView } from '../../domain/view.ts';
import { ConfigError } from '../../errors.ts';
import type { Keeper, Kept, Member } from '../collect.ts';
import { MANIFEST, type Manifest } from './manifest.ts';

export interface ArchiveWriter extends Keeper {
  /** Gives the folder its name. */
  commit(facts: Omit<Manifest, 'schema' | 'proxies'>, views: readonly ProxyView[]): Promise<void>;
  /** Removes what was written so far. */
  discard(): Promise<void>;
}

/** Conferences are named in it. */
const OWNER_ONLY = 0o600;

/**
 * Refuses a name that exists already, also as a link to nothing. So a snapshot never mixes with
 * another one, and is never written elsewhere.
 */
export async function createArchive(folder: string, members: readonly Member[]): Promise<ArchiveWriter> {
  const target = resolve(folder);
  if (isTaken(target))
    throw new ConfigError([`${folder}: there is something under this name already; name a folder that does not exist`]);
  const folders = foldersOf(members.map(({ target: { name } }) => name));
  let partial: string;
  try {
    await mkdir(dirname(target), { recursive: true });
    // Other users may not enter this folder, so they cannot put a link into it.
    partial = await mkdtemp(`${target}.partial-`);
    for (const each of folders) await mkdir(join(partial, each));
  } catch (cause) {
    throw new ConfigError([`${folder}: cannot be written: ${(cause as Error).message}`], { cause });
  }
  return {
    state: (proxy) => keepIn(join(partial, folders[proxy]!, 'state.txt.gz')),
    table: (proxy) => keepIn(join(partial, folders[proxy]!, 'table.txt.gz')),
    maps: (proxy) => keepIn(join(partial, folders[proxy]!, 'maps.txt.gz')),
    async commit(facts, views) {
      const proxies = views.map(({ name, region, status, trouble, haproxy, table }, proxy) => ({
        name,
        region,
        folder: folders[proxy]!,
        status,
        haproxy,
        keyLength: table?.keyLength ?? null,
        ...(trouble !== null && { because: trouble.message.slice(0, 2_000) }),
      }));
      const manifest: Manifest = { schema: 'splitbrain/snapshot/1', ...facts, proxies };
      await writeFile(join(partial, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: OWNER_ONLY });
      await rename(partial, target);
    },
    discard: () => rm(partial, { recursive: true, force: true }),
  };
}

function isTaken(path: string): boolean {
  try {
    return lstatSync(path) !== undefined;
  } catch {
    // Not there, or not reachable: creating it reports why.
    return false;
  }
}

/**
 * A proxy's name as the name of a folder: letters, digits and `_.-` stay, other characters become
 * `%` and their UTF-8 bytes in hex. Names that differ stay different, also where the disk does not
 * tell `A` from `a`.
 */
export function foldersOf(names: readonly string[]): readonly string[] {
  const taken = new Set([MANIFEST]);
  return names.map((name) => {
    const plain = name.replace(/[^A-Za-z0-9_.-]/gu, percent).replace(/^\./, percent);
    let folder = plain === '' ? '%' : plain;
    // `%-` begins no escape, so that no other name can spell this.
    for (let n = 2; taken.has(folder.toLowerCase()); n++) folder = `${plain}%-${n}`;
    taken.add(folder.toLowerCase());
    return folder;
  });
}

function percent(character: string): string {
  return [...Buffer.from(character, 'utf8')]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}

/**
 * Level 1: on dump text it halves the time for a few percent of size, and the proxy must not wait
 * for us.
 */
function keepIn(path: string): Kept {
  const gzip = createGzip({ level: 1 });
  const stored = pipeline(gzip, createWriteStream(path, { mode: OWNER_ONLY }));
  let waiting: { resolve(): void; reject(reason: unknown): void } | null = null;
  gzip.on('drain', () => waiting?.resolve());
  stored.catch((reason) => waiting?.reject(reason));
  return {
    write(chunk) {
      // A full disk fails the first write. Later writes and `done` report the same error.
      if (gzip.destroyed) return stored;
      // The chunk is reused by its owner, so the compressor gets a copy.
      if (gzip.write(Buffer.from(chunk))) return;
      return new Promise<void>((resolve, reject) => {
        waiting = { resolve, reject };
      });
    },
    done() {
      gzip.end();
      return stored;
    },
  };
}
