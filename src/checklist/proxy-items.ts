// Which proxies there are, whether they answer, and what they run.

import { unreadPeers } from '../analysis/members.ts';
import { fewOf, loadedAgo } from '../analysis/wanted-words.ts';
import type { CheckItem } from '../domain/checklist.ts';
import { isWhole } from '../domain/discovery.ts';
import type { ProxyView } from '../domain/view.ts';
import {
  type Checked,
  type CheckFacts,
  findingsOf,
  hasState,
  notChecked,
  sentencesOf,
  silenceGaps,
} from './check-facts.ts';
import { counted, itemOf, valuesByName } from './item.ts';

export function proxyItems(facts: CheckFacts): readonly Checked[] {
  return [proxiesItem(facts), reachableItem(facts), locksItem(facts), versionItem(facts), loadedItem(facts)];
}

/** Number and names: by the configuration, by the proxies' own peers, and by discovery. */
function proxiesItem(facts: CheckFacts): CheckItem {
  const { proxies, expected } = facts.report;
  const names = proxies.map(({ name }) => name);
  const range =
    expected === null || expected.min === expected.max ? expected?.min : `${expected.min} to ${expected.max}`;
  const isNumber = expected === null || (proxies.length >= expected.min && proxies.length <= expected.max);
  const strangers = unreadPeers(proxies).map(({ peer }) => peer);
  const number = counted(proxies.length, 'proxy', 'proxies');
  return itemOf('proxies', {
    fails: [
      ...(isNumber ? [] : [`${number} (${names.join(', ')}), expected ${range}`]),
      ...sentencesOf(facts, 'peer-unread'),
      ...beyondCatalogue(facts),
    ],
    gaps: mayBeMore(facts) ? ['whether there are more: no number is expected'] : [],
    holds: [`${number}${expected === null ? ', and their peers name no other' : ', as expected'}: ${fewOf(names)}`],
    remedy:
      strangers.length > 0
        ? 'Add the peers that were not read to the inventory, or to `proxies.ignorePeers`.'
        : 'Correct the inventory, or `proxies.expect` (--expect), or find out where the others are.',
    gapRemedy: 'Say how many there must be: --expect NUMBER, or `proxies.expect`.',
  });
}

/**
 * Where nothing but the mesh names its proxies, and no number is expected, their own peers tell who
 * belongs to them. They do not know a new proxy yet that started before them, and tell nothing
 * where no table is shared.
 */
function mayBeMore({ report: { proxies, expected, catalogue }, rules, sources }: CheckFacts): boolean {
  if (expected !== null || proxies.length === 0 || catalogue?.speaksOf.has('proxies') === true) return false;
  if (sources.namesProxies) return false;
  const tellsPeers = !rules.withoutTable && proxies.some(({ peersKnown }) => peersKnown);
  return !tellsPeers || rules.profile === 'after-scale-up';
}

function beyondCatalogue({ report: { proxies, catalogue } }: CheckFacts): readonly string[] {
  if (catalogue === undefined || !catalogue.speaksOf.has('proxies')) return [];
  const called = new Set(proxies.flatMap(({ name, localPeer }) => [name, localPeer ?? name]));
  const wanted = new Set(catalogue.proxies.map(({ name }) => name));
  const lacking = catalogue.proxies.filter(({ name }) => !called.has(name));
  const surplus = isWhole(catalogue, 'proxies')
    ? proxies.filter(({ name, localPeer }) => !wanted.has(localPeer ?? name) && !wanted.has(name))
    : [];
  return [
    ...lacking.map(({ name }) => `${catalogue.source} has ${name}, which was not asked`),
    ...surplus.map(({ name }) => `${catalogue.source} does not have ${name}`),
  ];
}

function reachableItem({ report, rules }: CheckFacts): CheckItem {
  // A proxy without the table has answered.
  const unread = report.proxies.filter(({ status }) => !['ok', 'no-table', 'locked'].includes(status));
  const locked = report.proxies.filter(({ status }) => status === 'locked');
  const [first] = unread;
  const what = rules.withoutTable ? 'answered' : 'answered and could be read';
  return itemOf('reachable', {
    fails: unread.map(({ name, status, trouble }) => {
      const said = trouble?.message ?? status;
      return said.startsWith(name) ? said : `${name}: ${said}`;
    }),
    gaps: [
      ...(report.proxies.length === 0 ? ['there is no proxy'] : []),
      ...locked.map(({ name }) => `${name} is locked, and was not asked`),
    ],
    holds: [`all ${counted(report.proxies.length, 'proxy', 'proxies')} ${what}`],
    remedy: first?.trouble?.remedy || 'Name the proxies of the mesh.',
    gapRemedy: locked.length > 0 ? 'Look at `locks` first.' : 'Name the proxies of the mesh.',
  });
}

/** Who works there may be about to change what passes now. */
function locksItem({ report: { locks, proxies, run } }: CheckFacts): Checked {
  if (run.source !== null) return notChecked('locks', 'saved dumps have no locks');
  const inForce = locks.filter(({ state }) => state === 'in-force').map(({ says }) => says);
  const locked = proxies.filter(
    ({ name, status }) =>
      status === 'locked' && !locks.some(({ proxy, state }) => proxy === name && state === 'in-force'),
  );
  return itemOf('locks', {
    fails: [...inForce, ...locked.map(({ name, trouble }) => trouble?.message ?? `${name} is locked`)],
    gaps: locks.filter(({ state }) => state === 'unreadable').map(({ says }) => says),
    holds: [
      'nobody has locked the environment or a proxy',
      ...locks.filter(({ state }) => state === 'ignored').map(({ says }) => `ignored: ${says}`),
    ],
    remedy: 'Wait until it ends, or ask its owner. For your own work give --ignore-lock.',
  });
}

/** Old and new ones stand side by side while a fleet is replaced. */
function versionItem(facts: CheckFacts): CheckItem {
  const { report, rules } = facts;
  const known = report.proxies.filter(({ haproxy }) => haproxy !== null);
  const pairs = known.map(({ name, haproxy }) => [haproxy!, name] as const);
  const unlike = rules.haproxy === null ? [] : known.filter((view) => !beginsWith(view.haproxy!, rules.haproxy!));
  const isMixed = new Set(pairs.map(([version]) => version)).size > 1;
  const mayBeMixed = rules.profile === 'after-scale-up' || rules.haproxy !== null;
  return itemOf('version', {
    fails: [
      ...(unlike.length === 0
        ? []
        : [`expected ${rules.haproxy}: ${valuesByName(unlike.map(({ name, haproxy }) => [haproxy!, name] as const))}`]),
      ...(isMixed && !mayBeMixed ? [`HAProxy is ${valuesByName(pairs)}`] : []),
      ...sentencesOf(facts, 'version-unknown'),
    ],
    gaps: versionGaps(facts),
    holds: [isMixed ? `HAProxy is ${valuesByName(pairs)}` : `all run HAProxy ${pairs[0]?.[0] ?? ''}`],
    remedy: 'Bring every proxy to one version; --haproxy VERSION says which.',
    gapRemedy: 'Look at `reachable` first.',
  });
}

function versionGaps(facts: CheckFacts): readonly string[] {
  const versionless = facts.report.proxies.filter((view) => hasState(view) && view.haproxy === null);
  return [...silenceGaps(facts), ...versionless.map(({ name }) => `${name} did not tell its version`)];
}

/** `2.8` is the beginning of `2.8.3` and of `2.8`, not of `2.80`. */
function beginsWith(version: string, prefix: string): boolean {
  return version.startsWith(prefix) && !(/\d$/.test(prefix) && /^\d/.test(version.slice(prefix.length)));
}

/**
 * A process that is younger than the entries is no fault by itself: `entries` says what it holds.
 */
function loadedItem(facts: CheckFacts): CheckItem {
  const { report, rules } = facts;
  const known = report.proxies.filter(({ uptimeSeconds }) => uptimeSeconds !== null);
  const untold = report.proxies.filter((view) => hasState(view) && view.uptimeSeconds === null);
  const limitMs = rules.loadedWithinMs;
  const old = limitMs === null ? [] : known.filter(({ uptimeSeconds }) => uptimeSeconds! * 1000 > limitMs);
  const young = new Set(findingsOf(facts, 'restarted').map(({ proxy }) => proxy));
  const words = (view: ProxyView) => loadedAgo(view).replace('it loaded its configuration ', '');
  return itemOf('loaded', {
    fails: old.map((view) => `${view.name}: ${loadedAgo(view)}`),
    gaps: [...silenceGaps(facts), ...untold.map(({ name }) => `${name} did not tell since when it runs`)],
    holds: [
      `configuration loaded ${valuesByName(known.map((view) => [words(view), view.name] as const))}`,
      ...(young.size > 0 ? [`younger than entries live: ${fewOf([...young].map(String))}`] : []),
    ],
    remedy: 'Reload these proxies: they run an older configuration than you asked for.',
    gapRemedy: 'Look at `reachable` first.',
  });
}
