// A URL pattern is a web address with words in braces, as in http://{host}:6000/signal/census.

import { isProblem, type Problem } from './complaint.ts';
import { isHost } from './names.ts';

/** What may stand in braces; `meta.KEY` is any key of a registration's metadata. */
export type UrlWord = 'host' | 'name' | 'port' | `meta.${string}`;

export interface UrlPattern {
  /** Each word of the pattern once. */
  readonly words: readonly UrlWord[];
  /**
   * Puts one value for each word (IPv6 without brackets) into its part of the URL. No value can
   * move the borders of host, port and path.
   */
  fill(valueFor: (word: UrlWord) => string): string | Problem;
}

const WORDS = /\{([^{}]*)\}/g;
const EXAMPLE = 'http://{host}:6000/signal/census';

/** Reads a pattern that holds at least one word, `{name}` or `{meta.KEY}` for instance. */
export function parseUrlPattern(text: string): UrlPattern | Problem {
  const [, scheme = '', authority = '', path = ''] = /^(https?:\/\/)([^/?#]*)([^#]*)$/i.exec(text) ?? [];
  if (authority === '') return { problem: `expected a URL for each shard, as in ${EXAMPLE}` };
  const words = [...new Set([...text.matchAll(WORDS)].map((match) => match[1] as UrlWord))];
  if (!words.every((word) => /^(?:host|name|port|meta\.[\w.-]+)$/.test(word)) || /[{}]/.test(text.replace(WORDS, ''))) {
    return { problem: 'expected nothing but {host}, {name}, {port} or {meta.KEY} in braces' };
  }
  if (words.length === 0) return { problem: `expected a URL that holds {host}, as in ${EXAMPLE}` };
  if (authority.includes('@')) return { problem: 'expected a URL without a user in it' };
  const place = /^((?:\[[^\]]*\]|[^:[\]{}]|\{[^{}]*\})+)(?::(\d+|\{[^{}]*\}))?$/.exec(authority);
  if (place === null) return { problem: `expected host:port after ${scheme}, as in ${EXAMPLE}` };
  const [, host = '', port] = place;
  const pattern: UrlPattern = {
    words,
    fill(valueFor) {
      const put = (part: string, spell = (value: string) => value) =>
        part.replace(WORDS, (_, word) => spell(valueFor(word as UrlWord)));
      const filledHost = put(host).replace(/^\[(.*)\]$/, '$1');
      if (!isHost(filledHost)) return { problem: 'expected a host name or an address' };
      const filledPort = port === undefined ? null : put(port);
      if (
        filledPort !== null &&
        !(/^\d{1,5}$/.test(filledPort) && Number(filledPort) > 0 && Number(filledPort) < 65_536)
      ) {
        return { problem: 'expected a port between 1 and 65535' };
      }
      const shownHost = filledHost.includes(':') ? `[${filledHost}]` : filledHost;
      const url = `${scheme}${shownHost}${filledPort === null ? '' : `:${filledPort}`}${put(path, encodeURIComponent)}`;
      return URL.canParse(url) ? url : { problem: 'expected values that fit into the URL' };
    },
  };
  const tried = pattern.fill((word) => (port === `{${word}}` ? '1' : 'shard'));
  return isProblem(tried) ? { ...tried, problem: `${tried.problem} in the URL, as in ${EXAMPLE}` } : pattern;
}
