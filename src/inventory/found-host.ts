// A host as an inventory outside this program names it, and how it becomes a proxy.

import type { ProxyTarget } from '../domain/proxy.ts';
import { ConfigError } from '../errors.ts';
import { isProblem, quote } from '../input/complaint.ts';
import { type PatternWord, parseEndpointPattern } from '../input/endpoint-pattern.ts';
import { isHost, isProxyName, isUserName } from '../input/names.ts';

/**
 * A host. `where` is the part of the inventory that names it, for people. Absent members are not in
 * the inventory.
 */
export interface FoundHost {
  readonly name: string;
  /** `null` where the inventory gives no usable host; then the pattern must not use `{host}`. */
  readonly host: string | null;
  readonly region: string | null;
  readonly where: string;
  readonly port?: string | undefined;
  readonly user?: string | undefined;
  readonly meta?: Readonly<Record<string, string>>;
}

/** The hosts of an inventory; `notes` are sentences for the report. */
export interface Found {
  readonly hosts: readonly FoundHost[];
  readonly notes: readonly string[];
}

/** The value of a pattern's word for this host; `undefined` where the inventory has none. */
export function valueFor(found: FoundHost, word: PatternWord): string | undefined {
  if (word === 'host') return found.host ?? undefined;
  if (word === 'name' || word === 'port' || word === 'user') return found[word];
  const key = word.slice('meta.'.length);
  return found.meta && Object.hasOwn(found.meta, key) ? found.meta[key] : undefined;
}

/**
 * Makes a proxy of every host by the endpoint pattern. Names and hosts go into logins, so anything
 * that is not a plain name is refused. Throws ConfigError with every complaint.
 */
export function toTargets(
  found: readonly FoundHost[],
  source: { readonly kind: string; readonly endpoint: string },
): readonly ProxyTarget[] {
  const pattern = parseEndpointPattern(source.endpoint);
  if (isProblem(pattern)) throw new ConfigError([`proxies.${source.kind}.endpoint: ${pattern.problem}`]);
  const complaints: string[] = [];
  const targets = found.flatMap((host): ProxyTarget[] => {
    const { name, region, where } = host;
    const said = complaintsOf(host);
    for (const word of pattern.words) {
      const value = valueFor(host, word);
      const trouble = value === undefined ? `gives no {${word}}: ${remedyFor(word, source.kind)}` : misfit(word, value);
      if (trouble !== null) said.push(`${where}: ${quote(name)} ${trouble}`);
    }
    if (said.length > 0) {
      complaints.push(...said);
      return [];
    }
    const endpoint = pattern.fill((word) => valueFor(host, word)!);
    if (!isProblem(endpoint)) return [{ name, endpoint, region }];
    complaints.push(`${where}: ${quote(name)} does not fit into proxies.${source.kind}.endpoint: ${endpoint.problem}`);
    return [];
  });
  if (complaints.length > 0) throw new ConfigError(complaints);
  return targets;
}

/**
 * Names and hosts are checked elsewhere. No value may hold a slash, so that the path of a pattern
 * stays in its folder.
 */
function misfit(word: PatternWord, value: string): string | null {
  switch (word) {
    case 'host':
    case 'name':
      return null;
    case 'port':
      return /^\d{1,5}$/.test(value) ? null : `gives the port ${quote(value)}, which is none`;
    case 'user':
      return isUserName(value) ? null : `gives the user ${quote(value)}, which is no login name`;
    default:
      return isProxyName(value) ? null : `gives {${word}} as ${quote(value)}, which cannot stand in an endpoint`;
  }
}

function complaintsOf({ name, host, region, where }: FoundHost): string[] {
  const isTemplate = host?.includes('{{') === true;
  return [
    ...(host === null || isHost(host)
      ? []
      : [
          isTemplate
            ? `${where}: ${quote(host)} is a template, which ansible-inventory does not fill in: write the address`
            : `${where}: ${quote(host)} is neither a host name nor an address`,
        ]),
    ...(host === name || isProxyName(name) ? [] : [`${where}: ${quote(name)} cannot be the name of a proxy`]),
    ...(region === null || /^[\x21-\x7e]+$/.test(region) ? [] : [`${where}: ${quote(region)} cannot be a region`]),
  ];
}

function remedyFor(word: PatternWord, kind: string): string {
  const other = `or write it into proxies.${kind}.endpoint instead of {${word}}`;
  switch (kind) {
    case 'ansible':
      return `set ansible_${word} for it, ${other}`;
    case 'consul':
      return word === 'port'
        ? `it is registered without a port: register it with one, ${other}`
        : `register it with this meta, ${other}`;
    case 'peers':
      return `its proxies give no address of it that leads there from here: use {name}, or proxies.list`;
    default:
      return `only JSON can: print {"name", "host", "${word}"}, ${other}`;
  }
}
