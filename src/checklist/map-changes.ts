// What changed in the maps by which proxies choose a release: the live release and the tenants'
// pins. Pure.

import type { MapChange } from '../domain/comparison.ts';
import type { MapView, ProxyView } from '../domain/view.ts';

const MAPS = ['live', 'tenant'] as const;
/** Among the values of a key: some proxies have no entry for it. */
const NO_ENTRY = '';

type MapName = (typeof MAPS)[number];

export interface MapComparison {
  readonly changes: readonly MapChange[];
  readonly notes: readonly string[];
}

/**
 * Compares what all proxies of a side have, key by key. A map that no proxy of a side told is not
 * compared, and that is noted, unless it is on neither side: then the mesh has no such map.
 */
export function mapChanges(before: readonly ProxyView[], after: readonly ProxyView[]): MapComparison {
  const compared = MAPS.map((map) => ({ map, was: valuesOf(before, map), is: valuesOf(after, map) }));
  return {
    changes: compared.flatMap(({ map, was, is }) => (was === null || is === null ? [] : changesIn(map, was, is))),
    notes: compared.flatMap(({ map, was, is }) => {
      if ((was === null) === (is === null)) return [];
      const side = was === null ? 'BEFORE' : 'AFTER';
      return [`The map of ${WORDS[map]} was not compared: ${side} does not hold it.`];
    }),
  };
}

const WORDS: Readonly<Record<MapName, string>> = { live: 'the live release', tenant: 'tenant pins' };

/** By key the values of all proxies; `null` where none told the map. */
function valuesOf(views: readonly ProxyView[], map: MapName): ReadonlyMap<string, ReadonlySet<string>> | null {
  const told = views.flatMap(({ maps }) => entriesOf(maps?.[map]));
  if (told.length === 0) return null;
  const values = new Map<string, Set<string>>();
  // Proxies that have a map alike share its entries.
  const distinct = new Set(told);
  const keys = new Set([...distinct].flatMap((entries) => [...entries.keys()]));
  for (const key of keys) values.set(key, new Set([...distinct].map((entries) => entries.get(key) ?? NO_ENTRY)));
  return values;
}

function entriesOf(view: MapView | undefined): readonly ReadonlyMap<string, string>[] {
  return view?.kind === 'read' ? [view.entries] : [];
}

type Values = ReadonlyMap<string, ReadonlySet<string>>;

function changesIn(map: MapName, was: Values, is: Values): readonly MapChange[] {
  const keys = [...new Set([...was.keys(), ...is.keys()])].sort();
  return keys.flatMap((key) => {
    const [before, after] = [[...(was.get(key) ?? [])].sort(), [...(is.get(key) ?? [])].sort()];
    return before.join('\n') === after.join('\n') ? [] : [{ map, key, before, after }];
  });
}
