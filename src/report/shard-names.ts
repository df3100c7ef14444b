// Sentences name shards by address; people know them by name.

/** `ip:port`, IPv6 in brackets, not as a part of a longer word. */
const ADDRESS = /(?<![\w.:[(])(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}(?!\w|\.\d)/g;

/** What people call the shard of an address; `null` where nobody calls it anything. */
export type NameOf = (address: string) => string | null;

/** Puts the name of each shard before its address, as in `lab-west-s3 (10.0.0.9:443)`. */
export function nameShards(sentence: string, nameOf: NameOf): string {
  return sentence.replace(ADDRESS, (address) => {
    const name = nameOf(address);
    return name === null || name === address ? address : `${name} (${address})`;
  });
}

/** The names that a report gives its shards. */
export function namesIn(shards: readonly { readonly address: string; readonly name: string | null }[]): NameOf {
  const names = new Map(shards.map(({ address, name }) => [address, name]));
  return (address) => names.get(address) ?? null;
}
