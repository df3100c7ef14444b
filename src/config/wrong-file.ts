// What a file is that was given as the configuration by mistake.

/**
 * Words that begin a section of HAProxy's own configuration (2.6 to 3.4), at the start of a line.
 */
const HAPROXY_SECTION =
  /^(?:global|defaults|frontend|backend|listen|peers|resolvers|userlist|program|ring|cache|crt-store)(?:[ \t][^:\n]*)?$/m;

/**
 * What the file is, and what to give instead; `null` where it is a mapping as a configuration is,
 * or where the complaints about its YAML are more helpful. `tree` is `undefined` where the text is
 * not YAML.
 */
export function nameWrongFile(text: string, tree: unknown): string | null {
  if (typeof tree === 'object' && tree !== null && !Array.isArray(tree)) return nameMapping(tree);
  if (text.includes('\0')) return 'is a binary file: -c names a configuration in YAML';
  const lines = text.split(/\r?\n/).filter((line) => !/^\s*(?:#.*|---|\.\.\.)?\s*$/.test(line));
  const [first = ''] = lines;
  if (first === '') return 'is empty: a configuration has at least environment: and proxies:';
  if (first.startsWith('-----BEGIN ')) return 'is a key or a certificate: -c names a configuration in YAML';
  if (/^#!/.test(text)) return 'is a program: name it in proxies.command.run of a configuration';
  if (HAPROXY_SECTION.test(text)) {
    return "is HAProxy's own configuration: -c names a configuration of splitbrain; --proxy unix:///run/haproxy/admin.sock needs none";
  }
  if (/^\[[^\]:\s]+(?::\w+)?\]/.test(first)) {
    return 'is an inventory in INI: name it in proxies.ansible.inventory of a configuration';
  }
  if (Array.isArray(tree)) return 'is a list: a configuration is a mapping, with at least environment: and proxies:';
  if (tree === undefined) return null;
  return 'is plain text: a configuration is a mapping, with at least environment: and proxies:';
}

/** Files that this program writes, and Ansible's, are mappings too. */
function nameMapping(tree: object): string | null {
  const { schema, all } = tree as { readonly schema?: unknown; readonly all?: unknown };
  const written = typeof schema === 'string' ? /^splitbrain\/(\w+)\/\d+$/.exec(schema)?.[1] : undefined;
  if (written === 'plan') return 'is a plan: splitbrain apply FILE takes it; -c names the configuration';
  if (written !== undefined) return `is a ${written} that splitbrain wrote: -c names the configuration`;
  if (all !== undefined && !('environment' in tree) && !('proxies' in tree)) {
    return 'is an Ansible inventory: name it in proxies.ansible.inventory of a configuration';
  }
  return null;
}
