// The hosts on the way to proxies, as a configuration spells them: for all proxies, or by region or
// name.

import type { Hop, JumpRule } from '../domain/settings.ts';
import { isProblem, type Problem, quote } from '../input/complaint.ts';
import { parseLogin } from '../input/endpoint.ts';

/** The word for "no host on the way". */
const DIRECT = 'direct';

const FORMS = 'user@host[:port], several in the order of the way, or a mapping from region or name to such';

/**
 * `ubuntu@bastion`, `ubuntu@outer,ubuntu@inner` or a list of those: the way to every proxy. A
 * mapping has a pattern of regions or names (`*` and `?`), and a way, on each line.
 */
export function readJumps(value: unknown): readonly JumpRule[] | Problem {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const hops = readHops(value);
    return isProblem(hops) ? hops : [{ pattern: '*', hops }];
  }
  const rules: JumpRule[] = [];
  for (const [pattern, way] of Object.entries(value)) {
    const hops = readHops(way);
    if (isProblem(hops)) return { problem: `${hops.problem}, but not so at ${quote(pattern)}` };
    rules.push({ pattern, hops });
  }
  return rules.length === 0 ? { problem: `expected ${FORMS}` } : rules;
}

function readHops(value: unknown): readonly Hop[] | Problem {
  if (value === DIRECT) return [];
  const words = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(words) || words.length === 0) return { problem: `expected ${FORMS}` };
  const hops: Hop[] = [];
  for (const word of words as readonly unknown[]) {
    const hop = typeof word === 'string' ? parseLogin(word.trim()) : { problem: `expected ${FORMS}` };
    if (isProblem(hop)) return hop;
    hops.push(hop);
  }
  return hops;
}
