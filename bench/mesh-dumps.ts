// The mesh that is measured: which conferences there are, where each proxy sends them, and how a
// proxy dumps them. Deterministic throughout.

/** `differences` conferences are split, and as many are missing, each on one proxy. */
export interface MeshSize {
  readonly proxies: number;
  readonly entries: number;
  readonly differences: number;
  /**
   * In how many orders dumps come. `two`: half of the proxies run 2.6, half a later version; `own`:
   * no two alike, which no HAProxy does.
   */
  readonly orders: 'one' | 'two' | 'own';
}

/** The ids that shards have on every proxy, by number. */
export const shardIds = Array.from({ length: 24 }, (_, shard) => 101 + shard);
const SHARDS = shardIds.map((id, shard) => ({ id, address: `10.61.${shard}.7:443` }));
const EXPIRE_MS = 300_000;
const WORDS =
  'standup retro planning review support lunch board interview lesson choir demo launch budget office'.split(' ');

/** A number below 2^32 that looks random and is the same on every machine (splitmix32). */
function scatter(seed: number): number {
  let x = (seed + 0x9e3779b9) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/**
 * 20 to 80 characters, as a multi-tenant installation names its rooms; one in sixteen is a sentence
 * somebody typed.
 */
export function keyOf(entry: number): string {
  const random = scatter(entry);
  const tenant = `tenant${(random >>> 8) % 900}`;
  const room = `${WORDS[random % WORDS.length]}-${entry.toString(36)}`;
  const key = (random & 3) === 0 ? `${tenant}/${room}` : `${room}@conference.${tenant}.meet.example.com`;
  const length = random >>> 28 === 0 ? 50 + ((random >>> 16) % 31) : 20;
  return key.padStart(length, 'weekly-sync-of-everybody-');
}

/** The number of the shard that hosts a conference. */
export function homeOf(entry: number): number {
  return scatter(entry ^ 0x5eed) % SHARDS.length;
}

/** Where one proxy sends a conference: `null` for no entry there. */
function shardOf(entry: number, proxy: number, { proxies, entries, differences }: MeshSize): number | null {
  const shard = homeOf(entry);
  // Spread over the whole table, and over the proxies.
  const stride = Math.floor(entries / (2 * differences));
  const difference = entry % stride === 0 ? entry / stride : Number.POSITIVE_INFINITY;
  if (difference >= 2 * differences || Math.floor(difference / 2) % proxies !== proxy) return shard;
  return difference % 2 === 0 ? (shard + 1) % SHARDS.length : null;
}

/**
 * HAProxy 2.6 dumps in the order of the keys, 3.0 and later in the order of a hash that the table's
 * name seeds: alike on every proxy of one version (seen on 3.0, 3.2 and 3.4).
 */
export function isOld(proxy: number, { orders }: MeshSize): boolean {
  return orders === 'two' && proxy % 2 === 0;
}

/** Entry numbers in the order of the keys. */
export function orderByKey(entries: number): Uint32Array {
  const keys = Array.from({ length: entries }, (_, entry) => keyOf(entry));
  return Uint32Array.from(keys.keys()).sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
}

export function orderByChance(entries: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: entries }, (_, entry) => entry);
  for (let last = entries - 1; last > 0; last--) {
    const other = scatter(seed * 0x01000193 + last) % (last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** One proxy's dump, in pieces of about a megabyte. */
export function* dumpOf(proxy: number, size: MeshSize, order: Uint32Array): Generator<string> {
  let used = 0;
  for (let entry = 0; entry < size.entries; entry++) if (shardOf(entry, proxy, size) !== null) used++;
  let piece = `# table: nodes, type: string, size:${2 * size.entries}, used:${used}\n`;
  for (const entry of order) {
    const shard = shardOf(entry, proxy, size);
    if (shard === null) continue;
    const { id, address } = SHARDS[shard]!;
    // All proxies heard of the last touch within milliseconds, a second ago or more: none is so
    // young, or so near its end, that this would explain an absence.
    const expiresInMs = EXPIRE_MS - 1_000 - (scatter(entry ^ 0xa9e) % (EXPIRE_MS / 2)) - (scatter(entry + proxy) & 7);
    const pointer = `0x7f${scatter(entry ^ (proxy << 24))
      .toString(16)
      .padStart(8, '0')}40`;
    const sharding = isOld(proxy, size) ? '' : ' shard=0';
    piece += `${pointer}: key=${keyOf(entry)} use=0 exp=${expiresInMs}${sharding} server_id=${id} server_key=${address}\n`;
    if (piece.length < 1_000_000) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}\n`;
}

/** What the predecessor saved beside a dump: `show stat`, cut to the columns that anybody reads. */
export function statOf(): string {
  const servers = SHARDS.map(({ id, address }, shard) => `nodes,shard-${shard},UP,1,${id},2,${address},`);
  return `${['# pxname,svname,status,weight,sid,type,addr,', ...servers].join('\n')}\n\n`;
}
