// A complaint is one thing that is wrong with the configuration: where it stands, what is wrong,
// and what was probably meant.

/** Names of mappings and indexes of lists, from the top of the file. */
export type Path = readonly (string | number)[];

/**
 * What is wrong with the value at `path`. A `text` that begins with "expected" is followed by what
 * was found there. A text quotes no value, which may have come from an environment variable and be
 * a secret; a hint is shown only where it did not.
 */
export interface Complaint {
  readonly path: Path;
  readonly text: string;
  /** What was probably meant, as it would be written. */
  readonly hint?: string | undefined;
  /** Where the complaint is not about a value, but about a place in the text (syntax). */
  readonly offset?: number;
}

/** Why a value cannot be used; the reader of one value does not know where it stands. */
export interface Problem {
  readonly problem: string;
  readonly hint?: string | undefined;
}

export function isProblem<T>(value: T | Problem): value is Problem {
  return typeof value === 'object' && value !== null && 'problem' in value;
}

/**
 * `proxies.list[2].name`; the top of the file is `(file)`. Names that are no plain words are
 * quoted, so that a complaint stays one line.
 */
export function spellPath(path: Path): string {
  let spelled = '';
  for (const step of path) {
    if (typeof step === 'number') spelled += `[${step}]`;
    else if (!/^[A-Za-z_][\w-]*$/.test(step)) spelled += `[${quote(step)}]`;
    else spelled += spelled === '' ? step : `.${step}`;
  }
  return spelled || '(file)';
}

/**
 * The text between quotes, on one line, shortened; what stands where a password would
 * (`user:password@`) is left out.
 */
export function quote(text: string): string {
  const shown = text.replace(/:(?!\/\/).*@/gs, ':...@');
  const cut = shown.length > 80 ? `${shown.slice(0, 80)}...` : shown;
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (odd) => `\\u${odd.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** One line: `what is wrong, found "x" (did you mean "y"?)`. */
export function spellProblem(
  { text, hint }: { text: string; hint?: string | undefined },
  found: string | null,
): string {
  const said = found !== null && text.startsWith('expected') ? `${text}, found ${found}` : text;
  return hint === undefined ? said : `${said} (did you mean ${quote(hint)}?)`;
}
