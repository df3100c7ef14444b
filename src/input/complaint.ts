// A complaint is one thing that is wrong with the configuration: its place, what is wrong, and what
// was probably meant.

/** Names of mappings and indexes of lists, from the top of the file. */
export type Path = readonly (string | number)[];

/**
 * What is wrong with the value at `path`. Where `text` begins with "expected", the found value
 * follows. `text` quotes no value, because values can be secrets from environment variables; a hint
 * is shown only where the value holds no variable.
 */
export interface Complaint {
  readonly path: Path;
  readonly text: string;
  /** What was probably meant, in the spelling of the file. */
  readonly hint?: string | undefined;
  /** The place in the text, where the complaint is about syntax and not about a value. */
  readonly offset?: number;
}

/** Why a value cannot be used. The reader of one value does not know its path. */
export interface Problem {
  readonly problem: string;
  readonly hint?: string | undefined;
}

/** Whether a reader refused the value. */
export function isProblem<T>(value: T | Problem): value is Problem {
  return typeof value === 'object' && value !== null && 'problem' in value;
}

/**
 * `proxies.list[2].name`; `(file)` is the top of the file. Names with other characters than
 * letters, digits, `_` and `-` are quoted, so that a complaint stays one line.
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
 * The text in quotes, on one line, shortened. What stands in the place of a password
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
