// The refusal of a shard that a proxy cannot be told by an id.

/** No server id on the proxy means this shard and no other. */
export function refuseWithoutId(
  shard: string,
  proxy: string,
): { readonly refusal: 'id-drift'; readonly because: string } {
  return { refusal: 'id-drift', because: `${proxy} has no server id that means ${shard} and nothing else` };
}
