// What the place we write to can show: how wide, in colour or not, Unicode or ASCII.

/** `width` is in columns. */
export interface Terminal {
  readonly width: number;
  readonly colour: boolean;
  readonly unicode: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const narrowest = 60;
const widest = 160;
/** A terminal that does not tell its width: what terminals have had since the VT100. */
const usualWidth = 80;
/** A pipe or file is read later, in an editor or a CI log: no reason to wrap early. */
const pipeWidth = 120;

/**
 * Judges `stream` by `env`: `NO_COLOR` (no-color.org) wins over `FORCE_COLOR`, which wins over
 * everything else.
 */
export function describeTerminal(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Environment,
): Terminal {
  return { width: widthOf(stream), colour: wantsColour(stream, env), unicode: speaksUnicode(env) };
}

function widthOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  if (stream.isTTY !== true) return pipeWidth;
  // A pseudo-terminal without a size says 0 columns.
  return Math.min(widest, Math.max(narrowest, stream.columns || usualWidth));
}

function wantsColour(stream: { readonly isTTY?: boolean }, env: Environment): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** POSIX: of `LC_ALL`, `LC_CTYPE` and `LANG` the first that is set and not empty decides. */
function speaksUnicode(env: Environment): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}
