// The plan that puts back what one run changed, as far as commands of the runtime API can.

import type { EntryState, PlannedConference, Refusal, Step } from '../domain/plan.ts';
import { type ConferenceState, harmToUnreadPeer } from './simulated-mesh.ts';
import { refuseWithoutId } from './without-id.ts';

/** What a journal says of one conference. */
export interface RecordedConference {
  readonly key: string;
  readonly conference: string;
  /** The entries that the run found, by proxy. */
  readonly before: Readonly<Record<string, EntryState>>;
  /** The shard to which the run led each proxy; `null`: no entry. */
  readonly target: Readonly<Record<string, string | null>>;
}

/**
 * On each proxy whose route is not what the run found, the entry is replaced by one to its earlier
 * shard, or removed if there was none. No command can write a server key, so a restored entry has
 * only an id until the next request. Refuses a conference that somebody has changed since the run.
 */
export function planUndo(recorded: RecordedConference, state: ConferenceState): PlannedConference | Refusal {
  const { entries, model } = state;
  const proxies = model.proxies.filter((proxy) => Object.hasOwn(recorded.before, proxy));
  const target = Object.fromEntries(
    proxies.map((proxy) => [proxy, model.shardOf(recorded.before[proxy]!, proxy)] as const),
  );
  const refuse = (reason: Refusal['reason'], because: string): Refusal => ({ reason, key: recorded.key, because });
  const changed = proxies.find((proxy) => {
    const shard = model.shardOf(entries.get(proxy) ?? null, proxy);
    return shard !== target[proxy] && shard !== (recorded.target[proxy] ?? null);
  });
  if (changed !== undefined) {
    const shard = model.shardOf(entries.get(changed) ?? null, changed);
    return refuse(
      'entry-changed',
      `${changed} ${shard === null ? 'has no entry' : `leads to ${shard}`} now, and the run left it on ${recorded.target[changed] ?? 'no shard'}`,
    );
  }
  const lost = proxies.find((proxy) => recorded.before[proxy] !== null && target[proxy] === null);
  if (lost !== undefined) return refuse('unknown-shard', `${lost} no longer has the shard that the entry led to`);
  const gone = proxies.find(
    (proxy) => target[proxy] !== null && !model.directories.get(proxy)!.isServed(target[proxy]!),
  );
  if (gone !== undefined) return refuse('no-eligible-shard', `${target[gone]} no longer accepts traffic on ${gone}`);
  return planRestore(
    { ...recorded, kind: 'undo', winner: null, policy: 'restored', because: 'what the run found', target, steps: [] },
    state,
  );
}

/** The steps from what is there now to the conference's target on each proxy. */
export function planRestore(
  conference: PlannedConference,
  { entries, model }: ConferenceState,
): PlannedConference | Refusal {
  const { key } = conference;
  const steps: Step[] = [];
  for (const [proxy, shard] of Object.entries(conference.target)) {
    const expect = entries.get(proxy) ?? null;
    if (shard === null ? expect === null : model.shardOf(expect, proxy) === shard) continue;
    const harm = harmToUnreadPeer(proxy, model);
    if (harm) return { reason: harm.refusal, key, because: harm.because };
    if (shard === null) {
      steps.push({ phase: 0, kind: 'remove', proxy, expect, serverId: 0 });
      continue;
    }
    const serverId = model.idOf(shard, proxy);
    if (serverId === null) {
      const { refusal, because } = refuseWithoutId(shard, proxy);
      return { reason: refusal, key, because };
    }
    steps.push({ phase: 0, kind: 'replace', proxy, expect, serverId });
  }
  return { ...conference, before: Object.fromEntries(entries), steps };
}
