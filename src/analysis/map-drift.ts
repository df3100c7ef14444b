// The maps by which proxies choose a release: against what there ought to be, and against each
// other.

import { type Catalogue, isWhole } from '../domain/discovery.ts';
import type { MeshFinding } from '../domain/finding.ts';
import type { ProxyView, ReleaseMaps } from '../domain/view.ts';
import { entriesOf } from './release-choice.ts';
import { fewOf } from './wanted-words.ts';

type Entries = ReadonlyMap<string, string>;
type MapName = keyof ReleaseMaps;

/** What a key of a map may be on a proxy; `null` stands for no such line. */
type Wanted = ReadonlyMap<string, ReadonlySet<string | null>>;

const WORDS: Readonly<Record<MapName, { readonly map: string; readonly setting: string }>> = {
  live: { map: 'the map of the live release', setting: 'discovery.maps.live' },
  tenant: { map: 'the map of tenant pins', setting: 'discovery.maps.tenant' },
};

/**
 * One finding for each proxy and map that differ from the catalogue, or, where that does not know
 * all, from what most proxies have. Where no value is that of most, one finding says who has which.
 */
export function mapDrift(views: readonly ProxyView[], catalogue: Catalogue | null): readonly MeshFinding[] {
  const asked = views.filter(({ maps }) => maps !== undefined);
  return [
    ...datacentersApart(catalogue),
    ...(['live', 'tenant'] as const).flatMap((name) => [
      ...(isUnused(asked, name, catalogue) ? [] : unreadMaps(asked, name)),
      ...driftOf({ name, catalogue, views: asked.filter((view) => entriesOf(view.maps![name]) !== null) }),
    ]),
  ];
}

const PARTS = { live: 'live', tenant: 'tenants' } as const;

/** Whether no proxy has the map, and what ought to be there does not speak of it. */
export function isUnused(
  views: readonly Pick<ProxyView, 'maps'>[],
  name: MapName,
  catalogue: Catalogue | null,
): boolean {
  const maps = views.flatMap(({ maps: its }) => its?.[name] ?? []);
  const isAbsent = maps.length > 0 && maps.every((map) => map.kind === 'unknown' && map.isAbsent);
  return catalogue !== null && !catalogue.speaksOf.has(PARTS[name]) && isAbsent;
}

function finding(proxy: string | null, because: string): MeshFinding {
  return { kind: 'map-drift', proxy, peer: null, because };
}

/** A map that no proxy has is a wrong setting, said once. */
function unreadMaps(asked: readonly ProxyView[], name: MapName): readonly MeshFinding[] {
  const { map, setting } = WORDS[name];
  const lacking = asked.flatMap((view) => {
    const its = view.maps![name];
    return its.kind === 'unknown' ? [{ view, ...its }] : [];
  });
  if (lacking.length > 1 && lacking.length === asked.length && lacking.every(({ isAbsent }) => isAbsent)) {
    return [finding(null, `no proxy has ${map}: check ${setting} (${lacking[0]!.why})`)];
  }
  return lacking.map(({ view, why }) => finding(view.name, `${map} is not known on ${view.name}: ${why}`));
}

interface Comparison {
  readonly name: MapName;
  readonly catalogue: Catalogue | null;
  /** Those whose map was read. */
  readonly views: readonly ProxyView[];
}

function driftOf({ name, catalogue, views }: Comparison): readonly MeshFinding[] {
  // Proxies with the same lines share one map, and one comparison.
  const memo = new Map<Wanted, Map<Entries, readonly string[]>>();
  const differencesOf = (view: ProxyView, wanted: Wanted) => {
    const entries = entriesOf(view.maps![name])!;
    const known = memo.get(wanted) ?? new Map<Entries, readonly string[]>();
    memo.set(wanted, known);
    const differences = known.get(entries) ?? compare(entries, wanted, name);
    known.set(entries, differences);
    return differences;
  };
  if (catalogue !== null && isWhole(catalogue, PARTS[name])) {
    const wantedFor = createWanted(catalogue, name);
    return views.flatMap((view) => {
      // An empty map of the live release is said elsewhere.
      const differences = differencesOf(view, wantedFor(view.region));
      const said = `${WORDS[name].map} on ${view.name} differs from ${catalogue.source}: ${fewOf(differences)}`;
      return differences.length === 0 ? [] : [finding(view.name, said)];
    });
  }
  if (new Set(views.map((view) => entriesOf(view.maps![name]))).size < 2) return [];
  const { wanted, open } = mostCommon(views, name);
  const apart = open.length === 0 ? [] : [finding(null, `${WORDS[name].map} differs: ${fewOf(open)}`)];
  return [
    ...apart,
    ...views.flatMap((view) => {
      const differences = differencesOf(view, wanted);
      const said = `${WORDS[name].map} on ${view.name} differs from that of most proxies: ${fewOf(differences)}`;
      return differences.length === 0 ? [] : [finding(view.name, said)];
    }),
  ];
}

function compare(entries: Entries, wanted: Wanted, name: MapName): readonly string[] {
  const differences: string[] = [];
  for (const [key, values] of wanted) {
    const has = entries.get(key) ?? null;
    if (values.has(has) || (name === 'live' && entries.size === 0)) continue;
    const [should] = [...values];
    differences.push(differs({ key, has, should: should ?? null }));
  }
  for (const [key, has] of entries) if (!wanted.has(key)) differences.push(differs({ key, has, should: null }));
  return differences;
}

function differs({ key, has, should }: { key: string; has: string | null; should: string | null }): string {
  if (has === null) return `${key} is not there, ought to be ${should}`;
  return should === null ? `${key} is still ${has}` : `${key} is ${has}, ought to be ${should}`;
}

/**
 * What a proxy may have: what the datacenter of its region says, or, where none has its region's
 * name, what any says.
 */
function createWanted(catalogue: Catalogue, name: MapName): (region: string | null) => Wanted {
  const byDatacenter = new Map<string | null, Map<string, string>>();
  const of = (datacenter: string | null) => {
    const entries = byDatacenter.get(datacenter) ?? new Map<string, string>();
    byDatacenter.set(datacenter, entries);
    return entries;
  };
  // A datacenter of the environment has a live release; others are those of other environments.
  for (const { datacenter, release } of catalogue.liveReleases) {
    const entries = of(datacenter);
    if (name === 'live') entries.set('live', release);
  }
  if (name === 'tenant')
    for (const { datacenter, tenant, release } of catalogue.tenantPins) of(datacenter).set(tenant, release);
  const known = new Map<string, Wanted>();
  return (region) => {
    const own = [...byDatacenter].filter(([datacenter]) => isOf(datacenter, region));
    const choices = own.length > 0 ? own : [...byDatacenter];
    const words = JSON.stringify(choices.map(([datacenter]) => datacenter));
    const wanted = known.get(words) ?? allowedBy(choices.map(([, entries]) => entries));
    known.set(words, wanted);
    return wanted;
  };
}

/** Jitsi calls a datacenter `ENV-REGION`. */
function isOf(datacenter: string | null, region: string | null): boolean {
  return datacenter !== null && region !== null && (datacenter === region || datacenter.endsWith(`-${region}`));
}

function allowedBy(choices: readonly Entries[]): Wanted {
  const keys = new Set(choices.flatMap((entries) => [...entries.keys()]));
  return new Map([...keys].map((key) => [key, new Set(choices.map((entries) => entries.get(key) ?? null))]));
}

/**
 * By key the value that more than half of the proxies have. Where none is, every value is allowed,
 * and `open` says who has which.
 */
function mostCommon(
  views: readonly ProxyView[],
  name: MapName,
): { readonly wanted: Wanted; readonly open: readonly string[] } {
  const maps = views.map((view) => ({ view, entries: entriesOf(view.maps![name])! }));
  const wanted = new Map<string, Set<string | null>>();
  const open: string[] = [];
  // Keys of maps that several proxies have alike are looked at once.
  const keys = new Set([...new Set(maps.map(({ entries }) => entries))].flatMap((entries) => [...entries.keys()]));
  for (const key of keys) {
    const holders = new Map<string | null, string[]>();
    for (const { view, entries } of maps) {
      const value = entries.get(key) ?? null;
      holders.set(value, [...(holders.get(value) ?? []), view.name]);
    }
    const most = [...holders].find(([, names]) => names.length * 2 > maps.length);
    wanted.set(key, new Set(most ? [most[0]] : holders.keys()));
    if (most) continue;
    const said = [...holders].map(([value, names]) => `${value ?? 'not there'} on ${names.join(', ')}`);
    open.push(`${key} is ${said.join(' and ')}`);
  }
  return { wanted, open };
}

function datacentersApart(catalogue: Catalogue | null): readonly MeshFinding[] {
  if (catalogue === null) return [];
  const live = new Map<string, string[]>();
  for (const { datacenter, release } of catalogue.liveReleases) {
    live.set(release, [...(live.get(release) ?? []), datacenter ?? catalogue.source]);
  }
  if (live.size < 2) return [];
  const said = [...live].map(([release, datacenters]) => `${release} in ${datacenters.join(', ')}`);
  return [finding(null, `the datacenters of ${catalogue.source} name different live releases: ${said.join('; ')}`)];
}
