// Environment variables in a text of the configuration: `${NAME}` is replaced, `$${` is a literal
// `${`.

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A text with its variables filled in. `missing` names variables that are not set; `malformed`: a
 * `${` is not followed by a name and `}`.
 */
export interface FilledText {
  readonly text: string;
  readonly missing: readonly string[];
  readonly malformed: boolean;
}

/** Fills in the variables of `text`. */
export function fillVariables(text: string, env: Environment): FilledText {
  const missing: string[] = [];
  let malformed = false;
  const filled = text.replace(/\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{/g, (matched, name: string | undefined) => {
    if (matched === '$${') return '${';
    if (name === undefined) {
      malformed = true;
      return matched;
    }
    const value = lookUp(env, name);
    if (value === undefined) missing.push(name);
    return value ?? matched;
  });
  return { text: filled, missing, malformed };
}

/**
 * The value of a variable; `undefined` where it is not set. Inherited names such as `constructor`
 * are not variables.
 */
export function lookUp(env: Environment, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}
