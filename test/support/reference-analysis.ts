// The judgement of a model mesh written down slowly and obviously: objects and loops, straight from the rule, to compare the fast one with.

import type { ModelEntry, ModelMesh, ModelServer } from './model-mesh.ts';

/** `key kind` for every finding of one look at proxies that were all read in full, sorted. */
export function referenceKinds(mesh: ModelMesh): string[] {
  return mesh
    .keys()
    .flatMap((key) => kindsOf(mesh, key).map((kind) => `${key} ${kind}`))
    .sort();
}

function kindsOf(mesh: ModelMesh, key: string): string[] {
  const held = mesh.names.flatMap((proxy) => {
    const entry = mesh.entry(proxy, key);
    return entry === null ? [] : [{ proxy, entry, ...resolve(entry, mesh.serversOf(proxy)) }];
  });
  if (held.length === 0) return [];
  const kinds: string[] = [];
  const shards = new Set(held.flatMap(({ shard }) => (shard === null ? [] : [shard.address])));
  if (shards.size > 1) kinds.push('split');
  else if (held.length < mesh.names.length) kinds.push('missing');
  if (
    held.some(
      ({ proxy, entry, byKey, byId }) =>
        byKey !== null && byId !== null && byKey.address !== byId.address && !drifts(mesh, proxy, entry, byKey),
    )
  )
    kinds.push('mixed');
  if (held.some(({ shard }) => shard === null || shard.state === 'down' || shard.state === 'maint'))
    kinds.push('orphaned');
  return kinds;
}

interface Resolved {
  readonly byKey: ModelServer | null;
  readonly byId: ModelServer | null;
  readonly shard: ModelServer | null;
}

function resolve({ serverId, serverKey }: ModelEntry, servers: readonly ModelServer[]): Resolved {
  const byKey = servers.find(({ address, name }) => serverKey === address || serverKey === name) ?? null;
  const byId = servers.find(({ id }) => id === serverId) ?? null;
  return { byKey, byId, shard: byKey ?? byId };
}

/** Some other proxy uses this id for the shard that the key names. */
function drifts(mesh: ModelMesh, proxy: string, { serverId }: ModelEntry, byKey: ModelServer): boolean {
  return mesh.names.some(
    (other) =>
      other !== proxy && mesh.serversOf(other).some(({ id, address }) => id === serverId && address === byKey.address),
  );
}
