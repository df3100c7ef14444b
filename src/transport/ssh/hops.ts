// The way to a proxy's host: which hosts to go through. Pure.

import { hostAndPort } from '../../domain/address.ts';
import { globPattern } from '../../domain/glob.ts';
import type { ProxyTarget } from '../../domain/proxy.ts';
import type { Hop, JumpRule } from '../../domain/settings.ts';

/**
 * The hosts on the way, the nearest first; empty where no rule matches the proxy's region or name.
 */
export function hopsTo({ name, region }: Pick<ProxyTarget, 'name' | 'region'>, rules: readonly JumpRule[]) {
  const matches = ({ pattern }: JumpRule) =>
    [region, name].some((word) => word !== null && globPattern(pattern).test(word));
  return rules.find(matches)?.hops ?? [];
}

/** `user@host:port`, as messages name an account at a host. */
export function spellHop({ user, host, port }: Hop): string {
  return `${user}@${hostAndPort(host, port)}`;
}
