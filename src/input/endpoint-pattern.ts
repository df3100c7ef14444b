// An endpoint pattern is an endpoint with words in braces, as in ssh://{user}@{host}/run/a.sock. It
// says how to reach the hosts of an inventory.

import { type Endpoint, spellEndpoint } from '../domain/proxy.ts';
import type { Problem } from './complaint.ts';
import { isProblem } from './complaint.ts';
import { parseEndpoint } from './endpoint.ts';

/** What may stand in braces; `meta.KEY` is any key of a registration's metadata. */
export type PatternWord = 'host' | 'name' | 'port' | 'user' | `meta.${string}`;

/** A pattern that was read. */
export interface EndpointPattern {
  /** Each word of the pattern once. */
  readonly words: readonly PatternWord[];
  /**
   * Puts one value for each word (IPv6 without brackets) into the parts of the endpoint, never into
   * its text. The result is an endpoint of the same form, or a problem.
   */
  fill(valueFor: (word: PatternWord) => string): Endpoint | Problem;
}

const WORDS = /\{([^{}]*)\}/g;

/**
 * Reads a pattern that may hold the words of `known` (`meta.` stands for every `meta.KEY`), and
 * must hold `{host}` or `{name}`.
 */
export function parseEndpointPattern(
  text: string,
  known: readonly string[] = ['host', 'name', 'port', 'user', 'meta.'],
): EndpointPattern | Problem {
  const words = [...new Set([...text.matchAll(WORDS)].map((match) => match[1] as PatternWord))];
  const isKnown = (word: string) =>
    (word !== 'meta.' && known.includes(word)) || (/^meta\.[\w.-]+$/.test(word) && known.includes('meta.'));
  if (!words.every(isKnown) || /[{}]/.test(text.replace(WORDS, ''))) {
    const list = known.map((word) => (word === 'meta.' ? '{meta.KEY}' : `{${word}}`));
    return { problem: `expected nothing but ${list.slice(0, -1).join(', ')} or ${list.at(-1)} in braces` };
  }
  if (!words.includes('host') && !words.includes('name')) {
    return { problem: 'expected an endpoint that holds {host}, as in ssh://ubuntu@{host}/var/run/haproxy/admin.sock' };
  }
  // While the pattern is read, a number stands for the port, and a valid name for each other word.
  const port = text.startsWith('unix:') ? null : (/:\{([^{}]+)\}(?=\/|$)/.exec(text)?.[1] ?? null);
  const pattern = parseEndpoint(
    (port === null ? text : text.replace(`:{${port}}`, ':1')).replace(WORDS, (_, word) => standIn(words.indexOf(word))),
  );
  if (isProblem(pattern)) {
    const shown = pattern.hint?.replace(STAND_IN, (_, index) => `{${words[Number(index)]}}`);
    return { ...pattern, hint: port === null ? shown : shown?.replace(/:1(?=\/|$)/, `:{${port}}`) };
  }
  if (pattern.kind === 'ssh' && pattern.user.includes(standIn(words.indexOf('host')))) {
    return { problem: 'expected {host} where the host belongs, not in the user' };
  }
  const fill = (valueFor: (word: PatternWord) => string): Endpoint | Problem => {
    const put = (part: string) => part.replace(STAND_IN, (_, index) => valueFor(words[Number(index)]!));
    const parts = Object.entries(pattern).map(([part, value]) => {
      if (part === 'port' && port !== null) return [part, Number(valueFor(port as PatternWord))];
      return [part, typeof value === 'string' && part !== 'kind' ? put(value) : value];
    });
    const filled = Object.fromEntries(parts) as Endpoint;
    const again = parseEndpoint(spellEndpoint(filled));
    if (isProblem(again)) return again;
    return spellEndpoint(again) === spellEndpoint(filled)
      ? again
      : { problem: 'expected values that fit into the endpoint' };
  };
  return { words, fill };
}

/** A valid name of a host or a user that no machine has (RFC 2606 keeps `.invalid` free). */
function standIn(index: number): string {
  return `word${index}.inventory.invalid`;
}

const STAND_IN = /word(\d+)\.inventory\.invalid/g;
