// What became of each proxy between two looks: the same process, another one, gone or new. Pure.

import type { ProxyChange, ProxyFate, ProxyLife } from '../domain/comparison.ts';
import type { ProxyView } from '../domain/view.ts';

/** A proxy of one side or both; its column on each side, -1 where it has none. */
export interface ProxyPair {
  readonly before: number;
  readonly after: number;
  readonly fate: ProxyFate;
}

/**
 * Pairs the proxies by name. One process under two names is one proxy: names come from an inventory
 * and can change. In the order of BEFORE, then those that are new.
 */
export function pairProxies(before: readonly ProxyView[], after: readonly ProxyView[]): readonly ProxyPair[] {
  const byName = new Map(after.map(({ name }, proxy) => [name, proxy]));
  const byProcess = new Map(
    after.flatMap((view, proxy) => processOf(view).map((process) => [process, proxy] as const)),
  );
  const names = new Set(before.map(({ name }) => name));
  const pairs = before.map((view, proxy): ProxyPair => {
    const renamed = processOf(view).flatMap((process) => byProcess.get(process) ?? [])[0];
    const same = byName.get(view.name);
    if (same !== undefined) return { before: proxy, after: same, fate: fateOf(view, after[same]!) };
    if (renamed !== undefined && !names.has(after[renamed]!.name))
      return { before: proxy, after: renamed, fate: 'renamed' };
    return { before: proxy, after: -1, fate: 'gone' };
  });
  const paired = new Set(pairs.map((pair) => pair.after));
  const others = after.flatMap((_, proxy): ProxyPair[] =>
    paired.has(proxy) ? [] : [{ before: -1, after: proxy, fate: 'new' }],
  );
  return [...pairs, ...others];
}

/**
 * The process as no other one has it: process ids alone repeat in containers. HAProxy reports its
 * start time since 2.4.
 */
function processOf({ pid, startedAtSeconds, localPeer }: ProxyView): readonly string[] {
  return pid === null || startedAtSeconds === null || localPeer === null
    ? []
    : [`${pid} ${startedAtSeconds} ${localPeer}`];
}

/** A process that is up for less time than it was before is another one. */
function fateOf(before: ProxyView, after: ProxyView): ProxyFate {
  if (after.status === 'unreachable' || after.pid === null)
    return after.status === 'ok' || after.status === 'truncated' ? 'unknown' : 'unread';
  if (before.pid === null) return 'unknown';
  if (before.pid !== after.pid) return 'restarted';
  const [started, startedLater] = [before.startedAtSeconds, after.startedAtSeconds];
  if (started !== null && startedLater !== null) return started === startedLater ? 'same' : 'restarted';
  const [up, upLater] = [before.uptimeSeconds, after.uptimeSeconds];
  return up === null || upLater === null ? 'unknown' : upLater < up ? 'restarted' : 'same';
}

/** The pairs for a report. `emptied` is by pair. */
export function proxyChanges(
  pairs: readonly ProxyPair[],
  { before, after }: { readonly before: readonly ProxyView[]; readonly after: readonly ProxyView[] },
  emptied: readonly boolean[],
): readonly ProxyChange[] {
  return pairs.map((pair, n) => {
    const [former, later] = [before[pair.before], after[pair.after]];
    const name = (later ?? former)!.name;
    return {
      name,
      formerName: former !== undefined && former.name !== name ? former.name : null,
      fate: pair.fate,
      before: former === undefined ? null : lifeOf(former),
      after: later === undefined ? null : lifeOf(later),
      emptied: emptied[n]!,
    };
  });
}

function lifeOf({ status, trouble, haproxy, pid, startedAtSeconds, uptimeSeconds, table }: ProxyView): ProxyLife {
  return {
    status,
    trouble: trouble?.message ?? null,
    haproxy,
    pid,
    startedAtSeconds,
    uptimeSeconds,
    entries: table?.entries ?? null,
  };
}
