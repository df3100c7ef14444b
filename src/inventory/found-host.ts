// A host as an inventory outside this program names it, and the proxy that it becomes.

import { isProblem, quote } from '../config/complaint.ts';
import { parseEndpointPattern } from '../config/endpoint-pattern.ts';
import { isHost, isProxyName } from '../config/names.ts';
import type { ProxyTarget } from '../domain/proxy.ts';
import { ConfigError } from '../errors.ts';

/** `where` tells a person which part of the inventory names it. */
export interface FoundHost {
  readonly name: string;
  readonly host: string;
  readonly region: string | null;
  readonly where: string;
}

/**
 * Puts every host into the endpoint pattern. Names and hosts come from outside and end up in logins, so those that
 * could be anything else than a name are refused. Throws ConfigError with every complaint.
 */
export function toTargets(found: readonly FoundHost[], pattern: string): readonly ProxyTarget[] {
  const fill = parseEndpointPattern(pattern);
  if (isProblem(fill)) throw new ConfigError([`proxies: ${fill.problem}`]);
  const complaints = found.flatMap(({ name, host, region, where }) => [
    ...(isHost(host) ? [] : [`${where}: ${quote(host)} is neither a host name nor an address`]),
    ...(host === name || isProxyName(name) ? [] : [`${where}: ${quote(name)} cannot be the name of a proxy`]),
    ...(region === null || /^[\x21-\x7e]+$/.test(region) ? [] : [`${where}: ${quote(region)} cannot be a region`]),
  ]);
  if (complaints.length > 0) throw new ConfigError(complaints);
  return found.map(({ name, host, region }) => ({ name, endpoint: fill(host), region }));
}
