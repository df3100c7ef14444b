// What is wrong with the mesh itself: proxies that could not be read, links that do not work, and
// differences between the proxies.

import type { MeshFinding, MeshFindingKind } from '../domain/finding.ts';
import { environmentLock, type SeenLock } from '../domain/lock.ts';
import type { ProxyView } from '../domain/view.ts';
import type { Discovered } from './discovered.ts';
import { doubtfulShards, idDrift, serverDrift, stateDrift } from './drift.ts';
import { linksOf } from './links.ts';
import { type UnreadPeer, unreadPeers } from './members.ts';
import { evidenceOf, type MeshContext } from './routed-grid.ts';
import { notSticky } from './sticky.ts';
import { isVersionUnknown } from './version.ts';

/**
 * From this share of its size on, a table is called nearly full: HAProxy then throws out old
 * entries, or refuses new ones (`nopurge`).
 */
const NEARLY_FULL = 0.9;

/** What the entries show beside what the proxies report of themselves. */
export interface EntryEvidence {
  /** Conferences whose `mixed` entries are all explained by ids that drift. */
  readonly mixedByDrift: number;
  /** Whether each proxy's process is younger than the table's expiry. */
  readonly restarted: readonly boolean[];
  /** Whether each proxy lost the table's entries, or never got them. */
  readonly emptied: readonly boolean[];
  /** Tables whose entries end after other times. */
  readonly expiryDrift: readonly MeshFinding[];
  /** Locks of people; each proxy that one keeps out says so itself. */
  readonly locks: readonly SeenLock[];
  /** What differs from what there ought to be; absent where discovery is not configured. */
  readonly discovered?: Discovered;
}

export function meshFindings(context: MeshContext, entries: EntryEvidence): readonly MeshFinding[] {
  const { views } = context;
  const { discovered } = entries;
  return [
    ...lockedEnvironment(entries.locks),
    ...(discovered?.first ?? []),
    ...views.flatMap(unread),
    ...views.filter((_, proxy) => context.serverless[proxy]).map(notSticky),
    ...peerFindings(views),
    ...unreadPeers(views).map(unreadPeer),
    ...idDrift(context, entries.mixedByDrift),
    ...serverDrift(context, discovered?.isCompared),
    ...(discovered?.others ?? []),
    ...stateDrift(context),
    ...doubtfulShards(context),
    ...tableDrift(views),
    ...entries.expiryDrift,
    ...versionSkew(views),
    ...views.filter(isVersionUnknown).map(versionUnknown),
    ...views.flatMap(nearlyFull),
    ...views
      .filter((_, proxy) => entries.restarted[proxy])
      .map((view) =>
        about(
          'restarted',
          view,
          `up for ${view.uptimeSeconds} s, less than the table's entries live: it may lack what was made before`,
        ),
      ),
    ...views
      .filter((_, proxy) => entries.emptied[proxy])
      .map((view) =>
        about(
          'emptied',
          view,
          `${view.table?.entries ?? 0} entries, far fewer than the others: it lost them, or never got them`,
        ),
      ),
  ];
}

function about(kind: MeshFindingKind, view: ProxyView, because: string): MeshFinding {
  return { kind, proxy: view.name, peer: null, because };
}

function unread(view: ProxyView): readonly MeshFinding[] {
  if (view.status === 'ok') return [];
  return [about(view.status, view, view.trouble?.message ?? 'not read')];
}

function lockedEnvironment(locks: readonly SeenLock[]): readonly MeshFinding[] {
  const lock = environmentLock(locks);
  return lock === undefined ? [] : [{ kind: 'locked', proxy: null, peer: null, because: lock.says }];
}

/**
 * One finding for each link, also if both ends report it. Protocol errors are counted by each end.
 */
function peerFindings(views: readonly ProxyView[]): readonly MeshFinding[] {
  const findings: MeshFinding[] = [];
  const linkBetween = linksOf(views);
  for (const [one, view] of views.entries()) {
    for (let other = one + 1; other < views.length; other++) {
      const peer = views[other]!;
      // Without the table there are no peers of it either.
      if (view.status === 'no-table' || peer.status === 'no-table') continue;
      const link = linkBetween(one, other);
      if (link === 'down') findings.push({ ...about('peer-down', view, endsOf(view, peer)), peer: peer.name });
      if (link === 'deaf') findings.push({ ...about('peer-deaf', view, deafEnds(view, peer)), peer: peer.name });
      if (link === 'unlisted') findings.push({ ...about('peer-unknown', view, unlisted(view, peer)), peer: peer.name });
    }
    const known = new Set(views.map(({ localPeer }) => localPeer));
    for (const { name, state, protocolErrors } of view.peers) {
      if (protocolErrors > 0)
        findings.push({
          ...about('peer-errors', view, `${protocolErrors} protocol errors with peer ${name}`),
          peer: proxyNamed(views, name),
        });
      if (state !== 'up' && state !== 'deaf' && !known.has(name))
        findings.push({
          ...about('peer-down', view, `its peer ${name} (none of the proxies read) is ${state}`),
          peer: name,
        });
    }
  }
  return findings;
}

function unreadPeer({ peer, connectedTo }: UnreadPeer): MeshFinding {
  const because = `${peer} is connected to ${connectedTo.join(', ')} and was not read: its table may say anything`;
  return { kind: 'peer-unread', proxy: connectedTo.length === 1 ? connectedTo[0]! : null, peer, because };
}

function endsOf(one: ProxyView, other: ProxyView): string {
  const say = (view: ProxyView, peer: ProxyView) => {
    const state = view.peers.find(({ name }) => name === peer.localPeer)?.state;
    return state === undefined ? [] : [`${view.name} says ${state === 'never' ? 'never up' : state}`];
  };
  return [...say(one, other), ...say(other, one)].join(', ');
}

function deafEnds(one: ProxyView, other: ProxyView): string {
  const says = (view: ProxyView, peer: ProxyView) =>
    view.peers.find(({ name }) => name === peer.localPeer)?.state === 'deaf' ? [view.name] : [];
  const by = [...says(one, other), ...says(other, one)].join(' and ');
  return `the link is up, and by ${by} nothing of this table arrives over it: compare the two tables' definitions (type, len, size, store)`;
}

function unlisted(one: ProxyView, other: ProxyView): string {
  const lacks = ([a, b]: readonly [ProxyView, ProxyView]) =>
    a.peersKnown && (b.localPeer === null || !a.peers.some(({ name }) => name === b.localPeer));
  const pairs = (
    [
      [one, other],
      [other, one],
    ] as const
  ).filter(lacks);
  return pairs
    .map(([a, b]) =>
      b.localPeer === null
        ? `${b.name} shares the table with no peers: ${b.peersRemark ?? 'no peers section shares it'}`
        : `${a.name} does not list ${b.localPeer} as a peer of this table`,
    )
    .join(', ');
}

function proxyNamed(views: readonly ProxyView[], localPeer: string): string {
  return views.find((view) => view.localPeer === localPeer)?.name ?? localPeer;
}

function tableDrift(views: readonly ProxyView[]): readonly MeshFinding[] {
  const properties: readonly Property[] = [
    { name: 'table type', of: (view) => view.table?.type },
    { name: 'table size', of: (view) => view.table?.size },
    { name: 'table key length', of: (view) => view.table?.keyLength },
  ];
  return properties.flatMap((property) => differing('table-drift', views, property));
}

function versionSkew(views: readonly ProxyView[]): readonly MeshFinding[] {
  return differing('version-skew', views, { name: 'HAProxy', of: (view) => view.haproxy });
}

function versionUnknown(view: ProxyView): MeshFinding {
  return about(
    'version-unknown',
    view,
    `HAProxy ${view.haproxy}: older than 2.4, or not readable; what it does with entries is not known`,
  );
}

/** What every proxy should have alike; nothing where it is not known of a proxy. */
interface Property {
  readonly name: string;
  readonly of: (view: ProxyView) => string | number | null | undefined;
}

/** One finding where the proxies of which the property is known do not all have it alike. */
function differing(kind: MeshFindingKind, views: readonly ProxyView[], property: Property): readonly MeshFinding[] {
  const groups = new Map<string | number, string[]>();
  for (const view of views) {
    const value = property.of(view);
    if (value === null || value === undefined) continue;
    groups.set(value, [...(groups.get(value) ?? []), view.name]);
  }
  if (groups.size < 2) return [];
  const because = `${property.name} is ${[...groups].map(([value, names]) => `${value} on ${names.join(', ')}`).join('; ')}`;
  return [{ kind, proxy: null, peer: null, because }];
}

function nearlyFull(view: ProxyView): readonly MeshFinding[] {
  if (
    view.table === null ||
    evidenceOf(view.status) === 'none' ||
    view.table.size === 0 ||
    view.table.used < view.table.size * NEARLY_FULL
  )
    return [];
  return [about('table-nearly-full', view, `${view.table.used} of ${view.table.size} entries are used`)];
}
