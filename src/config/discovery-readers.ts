// Values of the `discovery` section: keys of Consul's KV, and paths of HAProxy's maps.

import type { Problem } from '../input/complaint.ts';
import { readText } from './readers.ts';

/** A key or a prefix in Consul's KV, in which `{environment}` may stand. */
export function readKvPath(value: unknown): string | Problem {
  const text = readText(value);
  if (typeof text !== 'string') return text;
  const rest = text.replaceAll('{environment}', '');
  return text.startsWith('/') || /[{}?#]/.test(rest)
    ? { problem: 'expected a key of Consul without a slash in front, as in releases/{environment}/live' }
    : text;
}

/**
 * A map's name as HAProxy's configuration spells it, mostly a path. It goes into a command, so it
 * holds nothing that HAProxy's command line splits at.
 */
export function readMapPath(value: unknown): string | Problem {
  return typeof value === 'string' && /^[A-Za-z0-9_./:@+~-]+$/.test(value)
    ? value
    : { problem: "expected a map's path as HAProxy's configuration spells it: letters, digits and _ . / : @ + ~ -" };
}
