// A first configuration as text, with a comment for each choice. What a proxy says of itself is
// quoted. Pure.

/** What is known of the mesh from one of its proxies. */
export interface FirstFacts {
  readonly version: string;
  /** `2026-11-28` */
  readonly date: string;
  readonly environment: string;
  readonly table: string;
  /** Why this table. */
  readonly tableWhy: string;
  /** The backends that its entries lead to; empty where no entry says it. */
  readonly backends: readonly string[];
  readonly asked: { readonly name: string; readonly endpoint: string; readonly haproxy: string | null };
  /** The other members, by its peers section. */
  readonly others: readonly { readonly name: string; readonly address: string | null }[];
  /**
   * The pattern that leads to all of them; `null` where there is none, and `patternWhy` says why.
   */
  readonly pattern: string | null;
  readonly patternWhy: string;
}

export function firstConfiguration(facts: FirstFacts): string {
  const { environment, table, tableWhy, asked, version, date } = facts;
  const haproxy = asked.haproxy === null ? '' : `, HAProxy ${inComment(asked.haproxy)}`;
  return `# Written by splitbrain init ${version} on ${date}
# from ${inComment(asked.endpoint)}${haproxy}.

# The name of this mesh. It stands in reports, metrics, alarms and journals.
environment: ${inValue(environment)}

# The stick table that keeps conferences on their shards: ${inComment(tableWhy)}.
table: ${inValue(table)}

# The backends whose servers count are those that the table's entries lead to.
# ${backendsNow(facts.backends)}
# backends: ["release-*"]

proxies:
${proxiesSection(facts)}
  # How many there must be. Fewer make the view incomplete, more refuse every heal.
  expect: ${facts.others.length + 1}

# With this section, \`monitor --heal\` and \`remediate --heal\` may heal without asking.
# heal: { maxConferences: 200 }
`;
}

function backendsNow(backends: readonly string[]): string {
  if (backends.length === 0) return 'No entry says now which these are. This line would name them:';
  return `Now these are ${backends.map(inComment).join(', ')}. This line would name them:`;
}

function proxiesSection({ asked, others, pattern, patternWhy }: FirstFacts): string {
  if (pattern !== null) {
    return `  # Each run asks this proxy who belongs to the mesh. It listed ${others.map(({ name }) => inComment(name)).join(', ')}.
  # With a second proxy in \`of\`, a run still knows the mesh while the first is down.
  peers:
    of: [${inValue(asked.endpoint)}]
    # The way to each of them; {host} is its address in the peers section.
    endpoint: ${inValue(pattern)}`;
  }
  const toFill = others.map(
    ({ name, address }) =>
      `    # - { name: ${inValue(name)}, endpoint: ${inValue(`ssh://USER@${address ?? 'HOST'}/run/haproxy/admin.sock`)} }\n`,
  );
  const remedy =
    others.length === 0
      ? ''
      : '\n  # Fill in the way to each, and take the # away: ssh://USER@HOST/SOCKET or tcp://HOST:PORT.';
  return `  # ${patternWhy}${remedy}
  list:
    - { name: ${inValue(asked.name)}, endpoint: ${inValue(asked.endpoint)} }
${toFill.join('')}`.trimEnd();
}

/**
 * In double quotes, where an escape means the same in JSON and in YAML, and no variable is filled
 * in.
 */
function inValue(text: string): string {
  return quoted(text.replace(/\$(?=\{)/g, '$$$$'));
}

/** A comment ends with its line: names without surprises stay bare, any other is quoted. */
function inComment(text: string): string {
  return /^[\w.:/@ +,~*-]*$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
