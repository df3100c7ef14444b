// An endpoint pattern is an endpoint with `{host}` in it: how to reach the hosts that an inventory names.

import type { Endpoint } from '../domain/proxy.ts';
import type { Problem } from './complaint.ts';
import { isProblem } from './complaint.ts';
import { parseEndpoint } from './endpoint.ts';

/** Stands for the host while a pattern is read: a valid host name that nobody has (RFC 2606 keeps `.invalid` free). */
const STAND_IN = 'host-of-the-inventory.invalid';

/** Puts one host (IPv6 without brackets) into a pattern that was read. The host has passed `isHost`. */
export type FillHost = (host: string) => Endpoint;

/** Reads a pattern. The host goes into the parts of the endpoint, not into its text, so that an IPv6 address needs no brackets. */
export function parseEndpointPattern(text: string): FillHost | Problem {
  if (!text.includes('{host}')) {
    return { problem: 'expected an endpoint that holds {host}, as in ssh://ubuntu@{host}/var/run/haproxy/admin.sock' };
  }
  const pattern = parseEndpoint(text.replaceAll('{host}', STAND_IN));
  if (isProblem(pattern)) return { ...pattern, hint: pattern.hint?.replaceAll(STAND_IN, '{host}') };
  if (pattern.kind === 'ssh' && pattern.user.includes(STAND_IN)) {
    return { problem: 'expected {host} where the host belongs, not in the user' };
  }
  return (host) => {
    const put = (part: string) => part.replaceAll(STAND_IN, host);
    switch (pattern.kind) {
      case 'unix':
        return { ...pattern, path: put(pattern.path) };
      case 'tcp':
        return { ...pattern, host: put(pattern.host) };
      case 'ssh':
        return { ...pattern, host: put(pattern.host), path: put(pattern.path) };
    }
  };
}
