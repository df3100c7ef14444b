// Globs as people write them for names: `*` is any run of characters, `?` any one.

/** Matches whole names, as they are spelled. */
export function globPattern(glob: string): RegExp {
  const literal = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\*+/g, '.*').replaceAll('?', '.')}$`, 's');
}
