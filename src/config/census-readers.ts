// How the values of the `census` section are read: plain value in, meaning or problem out.

import type { CensusSettings } from '../domain/census.ts';
import { isProblem, type Problem } from '../input/complaint.ts';
import { parseLogin } from '../input/endpoint.ts';
import { isHost } from '../input/names.ts';
import { parseUrlPattern } from '../input/url-pattern.ts';

const ENVIRONMENT = '{environment}';

/** A URL for each shard, with words in braces. */
export function readShardUrl(value: unknown): string | Problem {
  if (typeof value !== 'string') return { problem: 'expected a URL as text' };
  const pattern = parseUrlPattern(value);
  return isProblem(pattern) ? pattern : value;
}

/**
 * How the keys of reports begin, in Consul's KV. Without the slash at its end it would be that of
 * other environments too (`stage` of `stage-2`).
 */
export function readKeyPrefix(value: unknown): string | Problem {
  const problem = `expected how keys begin, as in signal-report/${ENVIRONMENT}/`;
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value.replaceAll(ENVIRONMENT, 'e'))) return { problem };
  if (/[{}]/.test(value.replaceAll(ENVIRONMENT, '')))
    return { problem: `expected nothing but ${ENVIRONMENT} in braces` };
  const right = `${value.replace(/^\/+|\/+$/g, '')}/`;
  return value === right ? value : { problem: `${problem}, with a slash at the end only`, hint: right };
}

/** The domain of the meetings; `conference.` stands in front of it in the addresses of rooms. */
export function readDomain(value: unknown): string | Problem {
  return typeof value === 'string' && isHost(value) && !value.includes(':')
    ? value.toLowerCase()
    : { problem: 'expected the domain of the meetings, as in meet.example' };
}

/** How the key of a room is made from its name. */
export function readKeyPattern(value: unknown): string | Problem {
  const problem = { problem: 'expected a text with {room}, and perhaps {tenant}, as in {tenant}/{room}' };
  if (typeof value !== 'string' || value.split('{room}').length !== 2 || value.split('{tenant}').length > 2)
    return problem;
  return /[{}]/.test(value.replace('{room}', '').replace('{tenant}', '')) ? problem : value;
}

/** `direct`, `proxy`, or `ssh://user@host[:port]`. */
export function readCensusVia(value: unknown): CensusSettings['via'] | Problem {
  if (value === 'direct' || value === 'proxy') return { kind: value };
  const problem = { problem: 'expected direct, proxy, or a host to go through as in ssh://user@bastion' };
  if (typeof value !== 'string' || !value.startsWith('ssh://')) return problem;
  const hop = parseLogin(value.slice('ssh://'.length).replace(/\/$/, ''));
  return isProblem(hop) ? { ...hop, hint: hop.hint && `ssh://${hop.hint}` } : { kind: 'ssh', ...hop };
}
