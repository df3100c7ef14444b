// What there ought to be, by Consul or a file: whether it is known, the maps, and the live release.

import { unservedLiveReleases } from '../analysis/live-release.ts';
import { isUnused, mapDrift } from '../analysis/map-drift.ts';
import type { CheckItem, CheckItemId } from '../domain/checklist.ts';
import type { ProxyView, ReleaseMaps } from '../domain/view.ts';
import { type Checked, type CheckFacts, notChecked, silenceGaps } from './check-facts.ts';
import { counted, itemOf } from './item.ts';

const IDS = ['discovery', 'maps', 'live-release'] as const satisfies readonly CheckItemId[];

export function wantedItems(facts: CheckFacts): readonly Checked[] {
  const { discovery } = facts.sources;
  if (facts.report.run.source !== null) return IDS.map((id) => notChecked(id, 'saved dumps hold no maps'));
  if (discovery === 'none') return IDS.map((id) => notChecked(id, 'there is no `discovery:` section'));
  return [
    discovery === 'maps'
      ? notChecked('discovery', 'the `discovery:` section names no Consul and no file')
      : discoveryItem(facts),
    isUnusedIn(facts, 'live') && isUnusedIn(facts, 'tenant') ? notChecked('maps', UNUSED) : mapsItem(facts),
    isUnusedIn(facts, 'live') ? notChecked('live-release', UNUSED) : liveItem(facts),
  ];
}

const UNUSED = 'no proxy has such maps, and `discovery.file` names neither a live release nor pins';

function isUnusedIn({ report: { proxies, catalogue } }: CheckFacts, name: keyof ReleaseMaps): boolean {
  return isUnused(proxies, name, catalogue ?? null);
}

/** An answer of before that stands in for one that failed is evidence, and is said. */
function discoveryItem({ report: { catalogue } }: CheckFacts): CheckItem {
  const troubles = catalogue?.troubles ?? [];
  const where = (datacenter: string | null) => (datacenter === null ? '' : ` in ${datacenter}`);
  const open = troubles.filter(({ answerFromMs }) => answerFromMs === null);
  const old = troubles.filter(({ answerFromMs }) => answerFromMs !== null);
  const words = ({ part, datacenter, message }: (typeof troubles)[number]) => `${part}${where(datacenter)}: ${message}`;
  return itemOf('discovery', {
    fails: [],
    gaps: catalogue === undefined ? ['the source of what there ought to be said nothing'] : open.map(words),
    holds: [
      `${catalogue?.source ?? ''} says which ${[...(catalogue?.speaksOf ?? [])].join(', ')} there ought to be`,
      ...old.map((trouble) => `a last good answer stands in for ${words(trouble)}`),
    ],
    remedy: open[0]?.remedy ?? 'See the notes.',
  });
}

type AskedView = ProxyView & { readonly maps: ReleaseMaps };

/** A map that could not be read is unknown; one that is not there is wrong. */
function mapsItem(facts: CheckFacts): CheckItem {
  const { proxies, catalogue } = facts.report;
  const asked = proxies.filter((view): view is AskedView => view.maps !== undefined);
  const unread = asked.flatMap(({ name, maps }) =>
    [maps.live, maps.tenant].flatMap((map) =>
      map.kind === 'unknown' && !map.isAbsent ? [`a map of ${name}: ${map.why}`] : [],
    ),
  );
  const readable = asked.filter(({ maps }) => [maps.live, maps.tenant].every(isKnown));
  const unasked = proxies.filter(({ maps, status }) => maps === undefined && status !== 'unreachable');
  return itemOf('maps', {
    fails: mapDrift(readable, catalogue ?? null).map(({ because }) => because),
    gaps: [...silenceGaps(facts), ...unasked.map(({ name }) => `the maps of ${name}`), ...unread],
    holds: [
      `live release and tenant pins are alike on ${counted(readable.length, 'proxy', 'proxies')}${catalogue ? `, and as ${catalogue.source} says` : ''}`,
    ],
    remedy: 'Make the maps alike ("show map" on each proxy): a new conference starts on another shard there.',
    gapRemedy: 'Check `discovery.maps`, and look at `reachable` first.',
  });
}

function isKnown(map: ReleaseMaps['live']): boolean {
  return map.kind === 'read' || map.isAbsent;
}

/** Every live release has a usable server on every proxy, before it is set live. */
function liveItem(facts: CheckFacts): CheckItem {
  const { proxies, catalogue } = facts.report;
  const lives = [
    ...new Set([
      ...(catalogue?.liveReleases ?? []).map(({ release }) => release),
      ...proxies.flatMap(({ maps }) => (maps?.live.kind === 'read' ? [...maps.live.entries.values()] : [])),
    ]),
  ].sort();
  return itemOf('live-release', {
    fails: unservedLiveReleases(proxies, catalogue ?? null).map(({ because }) => because),
    gaps: [...silenceGaps(facts), ...(lives.length === 0 ? ['which release is live'] : [])],
    holds: [`${lives.join(', ')} has a usable server on every proxy`],
    remedy: 'Roll the release out to every proxy before it is set live: new conferences there are answered 503.',
    gapRemedy: 'Check `discovery.maps.live`, and look at `reachable` first.',
  });
}
