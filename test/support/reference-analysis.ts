// The judgement of a model mesh written down slowly and obviously: objects and loops, straight from
// the rule, to compare the fast one with.

import type { ModelEntry, ModelMesh, ModelServer } from './model-mesh.ts';

/**
 * How much of a proxy is known: its dump in full, the part of it that came, or none of it; and
 * whether its servers are. Where nothing is said, everything is.
 */
export interface Told {
  readonly dump: 'full' | 'part' | 'none';
  readonly servers: boolean;
}

export type Known = Readonly<Record<string, Told>>;

const EVERYTHING: Told = { dump: 'full', servers: true };

/** `key kind` for every finding of one look, sorted. */
export function referenceKinds(mesh: ModelMesh, known: Known = {}): string[] {
  return mesh
    .keys()
    .flatMap((key) => kindsOf(mesh, key, known).map((kind) => `${key} ${kind}`))
    .sort();
}

/**
 * How many conferences have entries whose key and id disagree, all of them because other proxies
 * use that id for the key's shard.
 */
export function referenceMixedByDrift(mesh: ModelMesh): number {
  return mesh.keys().filter((key) => {
    const mixed = heldOf(mesh, key, {}).filter(isMixed);
    return mixed.length > 0 && mixed.every((held) => drifts(mesh, held, {}));
  }).length;
}

interface Held {
  readonly proxy: string;
  readonly entry: ModelEntry;
  readonly byKey: ModelServer | null;
  readonly byId: ModelServer | null;
  /** `unknown`: without the proxy's servers nobody can say. */
  readonly shard: ModelServer | 'nowhere' | 'unknown';
}

function heldOf(mesh: ModelMesh, key: string, known: Known): readonly Held[] {
  return mesh.names.flatMap((proxy) => {
    const entry = mesh.entry(proxy, key);
    const { dump, servers } = known[proxy] ?? EVERYTHING;
    if (entry === null || dump === 'none') return [];
    return [{ proxy, entry, ...(servers ? resolve(entry, mesh.serversOf(proxy)) : atItsWord(entry)) }];
  });
}

function kindsOf(mesh: ModelMesh, key: string, known: Known): string[] {
  const held = heldOf(mesh, key, known);
  if (held.length === 0) return [];
  const full = mesh.names.filter((proxy) => (known[proxy] ?? EVERYTHING).dump === 'full');
  const kinds: string[] = [];
  const followed = held.flatMap(({ shard }) =>
    typeof shard !== 'string' && takesRequests(shard) ? [shard.address] : [],
  );
  const notFollowed = held.some(({ shard }) => shard === 'nowhere' || (shard !== 'unknown' && !takesRequests(shard)));
  if (new Set(followed).size > 1 || (followed.length > 0 && notFollowed)) kinds.push('split');
  else if (full.some((proxy) => mesh.entry(proxy, key) === null)) kinds.push('missing');
  if (held.some((each) => isMixed(each) && !drifts(mesh, each, known))) kinds.push('mixed');
  if (held.every(({ shard }) => shard === 'nowhere' || (shard !== 'unknown' && !takesRequests(shard))))
    kinds.push('orphaned');
  return kinds;
}

function takesRequests({ state }: ModelServer): boolean {
  return state === 'up' || state === 'drain';
}

type Resolved = Pick<Held, 'byKey' | 'byId' | 'shard'>;

function resolve({ serverId, serverKey }: ModelEntry, servers: readonly ModelServer[]): Resolved {
  const byKey = servers.find(({ address, name }) => serverKey === address || serverKey === name) ?? null;
  const byId = servers.find(({ id }) => id === serverId) ?? null;
  return { byKey, byId, shard: byKey ?? byId ?? 'nowhere' };
}

/**
 * Without servers a key that is an address is the shard; a name or an id is nothing that could be
 * looked up.
 */
function atItsWord({ serverKey }: ModelEntry): Resolved {
  const isAddress = serverKey !== null && /^[0-9.]+:[0-9]+$/.test(serverKey);
  const byKey = isAddress ? { id: 0, name: '', address: serverKey, state: 'up' as const } : null;
  return { byKey, byId: null, shard: byKey ?? 'unknown' };
}

function isMixed({ byKey, byId }: Held): boolean {
  return byKey !== null && byId !== null && byKey.address !== byId.address;
}

/** Some other proxy uses this id for the shard that the key names. */
function drifts(mesh: ModelMesh, { proxy, entry, byKey }: Held, known: Known): boolean {
  return mesh.names.some(
    (other) =>
      other !== proxy &&
      (known[other] ?? EVERYTHING).servers &&
      mesh.serversOf(other).some(({ id, address }) => id === entry.serverId && address === byKey?.address),
  );
}

/**
 * What one proxy said of one conference in one look; `shard` is `null` where its dump did not show
 * the conference.
 */
export interface Word {
  readonly dump: Told['dump'];
  readonly shard: number | null;
  readonly mixed: boolean;
  readonly orphaned: boolean;
}

/**
 * The kinds that two looks at one conference confirm, sorted: what those show who said the same in
 * both.
 */
export function referenceConfirmed(before: readonly Word[], after: readonly Word[]): string[] {
  const spoke = ({ dump, shard }: Word) => dump === 'full' || (dump === 'part' && shard !== null);
  const steady = (kind: string) =>
    after.filter((now, proxy) => {
      const earlier = before[proxy]!;
      if (!spoke(now) || !spoke(earlier) || earlier.shard !== now.shard) return false;
      if (kind === 'mixed') return earlier.mixed === now.mixed;
      return kind === 'missing' || earlier.orphaned === now.orphaned;
    });
  const [first, last] = [kindsSaid(before), kindsSaid(after)];
  const both = ['split', 'mixed', 'orphaned'].filter(
    (kind) => first.includes(kind) && last.includes(kind) && kindsSaid(steady(kind)).includes(kind),
  );
  // A split covers that somebody lacks the entry.
  const couldLack = [first, last].every((kinds) => kinds.includes('missing') || kinds.includes('split'));
  const lacks = couldLack && !both.includes('split') && kindsSaid(steady('missing')).includes('missing');
  return [...both, ...(lacks ? ['missing'] : [])].sort();
}

function kindsSaid(words: readonly Word[]): string[] {
  const held = words.filter(({ dump, shard }) => dump !== 'none' && shard !== null);
  const lacking = words.some(({ dump, shard }) => dump === 'full' && shard === null);
  const followed = held.filter(({ orphaned }) => !orphaned).map(({ shard }) => shard);
  const split = new Set(followed).size > 1 || (followed.length > 0 && followed.length < held.length);
  return [
    ...(split ? ['split'] : held.length > 0 && lacking ? ['missing'] : []),
    ...(held.some(({ mixed }) => mixed) ? ['mixed'] : []),
    ...(held.length > 0 && followed.length === 0 ? ['orphaned'] : []),
  ];
}
