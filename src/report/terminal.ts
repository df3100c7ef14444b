// What the output can show: its width, colours, Unicode or ASCII.

/** What a terminal can show; `width` is in columns. */
export interface Terminal {
  readonly width: number;
  readonly colour: boolean;
  readonly unicode: boolean;
}

type TerminalVariables = Readonly<Record<string, string | undefined>>;

const narrowest = 60;
const widest = 160;
/** For a terminal that does not give its width: 80 columns, since the VT100. */
const usualWidth = 80;
/** For a pipe or a file, which is read later in an editor or a CI log. */
const pipeWidth = 120;

/**
 * Describes `stream` by `env`. `NO_COLOR` (no-color.org) overrides `FORCE_COLOR`, which overrides
 * all else.
 */
export function describeTerminal(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: TerminalVariables,
): Terminal {
  return { width: widthOf(stream), colour: wantsColour(stream, env), unicode: speaksUnicode(env) };
}

function widthOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  if (stream.isTTY !== true) return pipeWidth;
  // A pseudo-terminal without a size gives 0 columns.
  return Math.min(widest, Math.max(narrowest, stream.columns || usualWidth));
}

function wantsColour(stream: { readonly isTTY?: boolean }, env: TerminalVariables): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** By POSIX, the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set and not empty decides. */
function speaksUnicode(env: TerminalVariables): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
}
