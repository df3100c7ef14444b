// The flags of `compare`, and the two sides that they name.

import { ConfigError } from '../errors.ts';
import type { LiveFlags } from './look-flags.ts';

export interface CompareFlags extends LiveFlags {
  /** More folders of each side. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** The live mesh is AFTER. */
  readonly live?: boolean;
}

/** The folders of each side; `null` for the live mesh. */
export interface NamedSides {
  readonly before: readonly string[];
  readonly after: readonly string[] | null;
}

/**
 * The words come first on their side. Throws ConfigError with every complaint where a side is
 * missing, or AFTER is named twice over.
 */
export function namedSides(
  words: { readonly before: string | undefined; readonly after: string | undefined },
  flags: CompareFlags,
): NamedSides {
  const before = [...(words.before === undefined ? [] : [words.before]), ...(flags.before ?? [])];
  const after = [...(words.after === undefined ? [] : [words.after]), ...(flags.after ?? [])];
  const complaints: string[] = [];
  if (before.length === 0) complaints.push('which BEFORE? Name a snapshot, as in splitbrain compare BEFORE AFTER');
  if (flags.live === true && after.length > 0)
    complaints.push(`--live makes the live mesh AFTER: leave out ${after.join(', ')}, or --live`);
  if (flags.live !== true && after.length === 0)
    complaints.push('which AFTER? Name a second snapshot, or --live for the mesh as it is now');
  if (flags.live !== true && flags.proxy.length > 0)
    complaints.push('--proxy names a live mesh: it goes with --live, and AFTER is saved dumps');
  if (complaints.length > 0) throw new ConfigError(complaints);
  return { before, after: flags.live === true ? null : after };
}
