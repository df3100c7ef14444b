// Readers of the configuration's values: a plain value becomes its meaning, or a problem.

import type { Endpoint } from '../domain/proxy.ts';
import { isProblem, type Problem } from '../input/complaint.ts';
import { parseDuration } from '../input/duration.ts';
import { parseEndpoint, parseHostPort } from '../input/endpoint.ts';
import { parseEndpointPattern } from '../input/endpoint-pattern.ts';
import { isEnvironmentName, isProxyName, isTableName } from '../input/names.ts';
import { nearestName } from '../input/nearest-name.ts';

interface Range {
  readonly min: number;
  readonly max: number;
}

type Via =
  | { readonly kind: 'socat' }
  | { readonly kind: 'streamlocal' }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** A text of one line that is not empty. */
export function readText(value: unknown): string | Problem {
  if (typeof value !== 'string') return { problem: 'expected a text' };
  if (value.trim() === '') return { problem: 'expected a text that is not empty' };
  return /[\x00-\x1f\x7f]/.test(value) ? { problem: 'expected a text of one line' } : value;
}

/** The name of a mesh; `input/names.ts` has the rule. */
export function readEnvironmentName(value: unknown): string | Problem {
  return typeof value === 'string' && isEnvironmentName(value)
    ? value
    : {
        problem: 'expected the name of a mesh: up to 100 letters, digits and . _ - that begin with a letter or a digit',
      };
}

/** Any text, also an empty one. */
export function readSecret(value: unknown): string | Problem {
  return typeof value === 'string' ? value : { problem: 'expected a text (put quotes around it)' };
}

/** A secret that is sent in a header. The HTTP client's own complaint would quote it. */
export function readToken(value: unknown): string | Problem {
  const token = readSecret(value);
  return isProblem(token) || /^[\x20-\x7e]*$/.test(token)
    ? token
    : { problem: 'expected a token of one line of printable ASCII' };
}

/** A whole number of at least `min`. A text of digits is one: environment variables are texts. */
export function wholeNumber(min: number): (value: unknown) => number | Problem {
  return (value) => {
    const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isSafeInteger(number) && number >= min
      ? number
      : { problem: `expected a whole number of at least ${min}` };
  };
}

/** A share between 0 and 1. */
export function readRatio(value: unknown): number | Problem {
  const number = typeof value === 'string' && /^\d*\.?\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= 1
    ? number
    : { problem: 'expected a ratio between 0 and 1' };
}

/** `true` or `false`, also as texts of environment variables. */
export function readTruth(value: unknown): boolean | Problem {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  return { problem: 'expected true or false' };
}

/** One of `words`. */
export function oneOf<const Word extends string>(...words: readonly Word[]): (value: unknown) => Word | Problem {
  return (value) => {
    const word = words.find((known) => known === value);
    if (word !== undefined) return word;
    const hint = typeof value === 'string' ? nearestName(value, words) : undefined;
    return { problem: `expected ${words.join(' or ')}`, hint };
  };
}

/** How many proxies there must be: `3`, `"3-5"` or `{min, max}`. */
export function readExpectation(value: unknown): Range | Problem {
  const problem = { problem: 'expected a number of at least 1, a range such as 3-5, or {min: 3, max: 5}' };
  let min: unknown = value;
  let max: unknown = value;
  if (typeof value === 'string') {
    const ends = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(value);
    if (!ends) return problem;
    [min, max] = [Number(ends[1]), Number(ends[2] ?? ends[1])];
  } else if (typeof value === 'object' && value !== null) {
    const ends = value as Readonly<Record<string, unknown>>;
    if (Object.keys(ends).sort().join() !== 'max,min') return problem;
    [min, max] = [ends.min, ends.max];
  }
  const count = wholeNumber(1);
  const [low, high] = [count(min), count(max)];
  return typeof low === 'number' && typeof high === 'number' && low <= high ? { min: low, max: high } : problem;
}

/** A duration of more than zero, in milliseconds. */
export function positiveDuration(value: unknown): number | Problem {
  const milliseconds = parseDuration(value);
  return milliseconds === 0 ? { problem: 'expected a duration longer than nothing' } : milliseconds;
}

/** The name of a stick table. */
export function readTableName(value: unknown): string | Problem {
  return typeof value === 'string' && isTableName(value)
    ? value
    : { problem: 'expected the name of a table: letters, digits and . _ : - only' };
}

export function readProxyName(value: unknown): string | Problem {
  return typeof value === 'string' && isProxyName(value)
    ? value
    : { problem: 'expected the name of a proxy: letters, digits and . _ : - only' };
}

/** A glob of backends: HAProxy's names with `*` and `?`. */
export function readBackendGlob(value: unknown): string | Problem {
  return typeof value === 'string' && /^[A-Za-z0-9_.:*?-]+$/.test(value)
    ? value
    : { problem: 'expected the name of a backend, * and ? standing for any letters' };
}

export function readEndpoint(value: unknown): Endpoint | Problem {
  return typeof value === 'string' ? parseEndpoint(value) : { problem: 'expected an endpoint as text' };
}

/** An endpoint pattern that holds no other words in braces than these. */
export function endpointPattern(...words: readonly string[]): (value: unknown) => string | Problem {
  return (value) => {
    if (typeof value !== 'string') return { problem: 'expected an endpoint as text' };
    const pattern = parseEndpointPattern(value, words);
    return isProblem(pattern) ? pattern : value;
  };
}

/** `all`, or names of Consul's datacenters. */
export function readDatacenters(value: unknown): 'all' | readonly string[] | Problem {
  if (value === 'all') return value;
  const isNamed = Array.isArray(value) && value.length > 0 && value.every((name) => !isProblem(readText(name)));
  return isNamed ? value : { problem: 'expected all, or a list of datacenters' };
}

/** A URL of http or https. */
export function readHttpUrl(value: unknown): string | Problem {
  const problem = { problem: 'expected a URL, as in http://127.0.0.1:8500' };
  if (typeof value !== 'string' || !/^https?:\/\//.test(value) || !URL.canParse(value)) return problem;
  const { username, password } = new URL(value);
  return username || password ? { problem: 'expected a URL without a user in it' } : value;
}

/** The URL of healing requests; `{host}` stands for the host of a proxy's endpoint. */
export function readProxyUrl(value: unknown): string | Problem {
  const problem = { problem: 'expected an http or https URL, which may hold {host}, as in http://{host}:8080/' };
  if (typeof value !== 'string') return problem;
  return isProblem(readHttpUrl(value.replaceAll('{host}', 'host.invalid'))) ? problem : value;
}

export function readHeaderName(value: unknown): string | Problem {
  return typeof value === 'string' && /^[A-Za-z0-9-]+$/.test(value)
    ? value
    : { problem: 'expected the name of an HTTP header, as in X-StickToken' };
}

export function readArn(value: unknown): string | Problem {
  return typeof value === 'string' && /^arn:[A-Za-z0-9_/:.@+=,-]+$/.test(value)
    ? value
    : { problem: 'expected the ARN of an action, as in arn:aws:sns:us-west-2:123456789012:oncall' };
}

/** How to get from a login on the proxy's host to its socket. `ssh.sudo` says whether with sudo. */
export function readVia(value: unknown): Via | Problem {
  if (value === 'socat') return { kind: 'socat' };
  if (value === 'streamlocal') return { kind: 'streamlocal' };
  if (typeof value === 'string' && value.startsWith('tcp:')) {
    const place = parseHostPort(value.slice('tcp:'.length), null);
    return 'problem' in place ? place : { kind: 'tcp', ...place };
  }
  const hint = typeof value === 'string' ? nearestName(value, ['socat', 'streamlocal']) : undefined;
  return { problem: 'expected socat, streamlocal or tcp:host:port', hint };
}

/** `null` for `none`. The path goes into a command of the login's shell. */
export function readLockFile(value: unknown): string | null | Problem {
  if (value === 'none') return null;
  return typeof value === 'string' && /^(?:\/[A-Za-z0-9_.-]+)+$/.test(value)
    ? value
    : { problem: 'expected an absolute path of letters, digits and . _ -, or none' };
}
