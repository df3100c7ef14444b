// Reads one line of a program's output: a host, several hosts, or a name with its host and region.

import { isIP } from 'node:net';
import { quote } from '../input/complaint.ts';
import { isHost } from '../input/names.ts';
import type { FoundHost } from './found-host.ts';

type LineHost = Pick<FoundHost, 'name' | 'host' | 'region'>;

/**
 * What a word must be: an address, or a host name with dots. A `word` may be a name, a short host
 * name or a region.
 */
type Kind = 'address' | 'dotted' | 'word';

/**
 * The hosts of a line, or what is wrong with it. A line of addresses, or of names with dots, is a
 * list of hosts. In `name host [region]` the host is an address or has dots. An ambiguous line is
 * refused: a proxy must not be taken for a region.
 */
export function readHostLine(line: string): readonly LineHost[] | string {
  const words = line
    .replace(/(^|\s)#.*$/, '')
    .split(/\s+/)
    .filter(Boolean);
  const kinds = words.map(kindOf);
  const [name = '', host = '', region = null] = words;
  const areHosts = kinds.every((kind) => kind === 'address') || kinds.every((kind) => kind === 'dotted');
  if (words.length <= 1 || areHosts) return words.map((word) => ({ name: word, host: word, region: null }));
  const isNamed =
    words.length <= 3 &&
    kinds[0] !== 'address' &&
    (kinds[1] === 'address' || (kinds[0] === 'word' && kinds[1] === 'dotted')) &&
    (kinds[2] ?? 'word') === 'word';
  if (isNamed) return [{ name, host, region }];
  return `expected one host, several addresses, or "name address [region]", found ${quote(line.trim())}: write one host a line, or JSON`;
}

function kindOf(word: string): Kind {
  if (isIP(word) !== 0) return 'address';
  return word === 'localhost' || (word.includes('.') && isHost(word)) ? 'dotted' : 'word';
}
