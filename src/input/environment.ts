// `${NAME}` in a text of the configuration takes an environment variable; `$${` is a literal `${`.

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `missing` names variables that are not set, `malformed` tells of a `${` that is followed by no
 * name and `}`.
 */
export interface FilledText {
  readonly text: string;
  readonly missing: readonly string[];
  readonly malformed: boolean;
}

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

/** A variable's value; only the environment's own names count, so that `constructor` is not one. */
export function lookUp(env: Environment, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}
