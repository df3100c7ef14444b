// Sentences without which a report could be misread.

import type { ProxyView } from '../domain/view.ts';
import { spreadOver } from './spread.ts';

export interface NotedFacts {
  readonly views: readonly ProxyView[];
  readonly expected: { readonly min: number; readonly max: number } | null;
  /** Whether the run read saved dumps. */
  readonly saved: boolean;
  readonly unknownRoutes: number;
  readonly keyLength: number | null;
}

export function notesOf(facts: NotedFacts): readonly string[] {
  return [
    ...expectation(facts),
    ...oneProxy(facts),
    ...oneLook(facts),
    ...unknownRoutes(facts),
    ...keyLength(facts),
    ...addresses(facts),
    ...duplicates(facts),
    ...spreadTable(facts),
  ];
}

function expectation({ views, expected }: NotedFacts): readonly string[] {
  if (expected === null || (views.length >= expected.min && views.length <= expected.max)) return [];
  const range = expected.min === expected.max ? `${expected.min}` : `${expected.min} to ${expected.max}`;
  return [`The inventory lists ${views.length} proxies, but ${range} are expected.`];
}

function oneProxy({ views, saved }: NotedFacts): readonly string[] {
  if (views.length !== 1) return [];
  const more = saved ? 'save the dumps of all' : 'name all of them (--proxy again, or more under proxies:)';
  return [`One proxy alone cannot disagree with another: where the mesh has more, ${more}.`];
}

function oneLook({ saved }: NotedFacts): readonly string[] {
  return saved
    ? [
        'Saved dumps are one look: nothing could be confirmed, and what was changing just then may look like a disagreement.',
      ]
    : [];
}

function unknownRoutes({ unknownRoutes: count }: NotedFacts): readonly string[] {
  if (count === 0) return [];
  return [
    `${count} conferences have an entry whose route is not known: what it names means several shards in the backends of its proxy, or no server address is known there. Name the backends that the table serves by \`backends:\`.`,
  ];
}

function keyLength({ saved, keyLength: known }: NotedFacts): readonly string[] {
  return saved && known === null
    ? [
        "Ambiguous keys were not judged: dumps do not tell the length of the table's keys. Set `keyLength:` to judge them.",
      ]
    : [];
}

function addresses({ views }: NotedFacts): readonly string[] {
  const without = views.filter(
    ({ status, servers }) => status === 'ok' && servers.every(({ address }) => address === null),
  );
  return without.length === 0
    ? []
    : [
        `No server addresses are known of ${without.map(({ name }) => name).join(', ')}: entries there are taken at their server key's word where that is an address.`,
      ];
}

function duplicates({ views }: NotedFacts): readonly string[] {
  const count = views.reduce((sum, { table }) => sum + (table?.duplicates ?? 0), 0);
  return count === 0 ? [] : [`${count} lines repeat a key of the same dump.`];
}

function spreadTable({ views }: NotedFacts): readonly string[] {
  const spreading = spreadOver(views).map(({ name }) => name);
  return spreading.length === 0
    ? []
    : [
        `${spreading.join(', ')} spreads the table over its peers (\`shards\` in the peers section): what a proxy lacks is not called missing, and nothing is healed.`,
      ];
}
