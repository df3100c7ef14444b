// Back to what one run found: every proxy to the entry it had, as far as the runtime API can say
// it.

import type { EntryState, PlannedConference, Refusal, Step } from '../domain/plan.ts';
import type { PlanningModel } from './planning-model.ts';
import { unseenHarm } from './steps.ts';

/**
 * What a journal says of one conference: the entries that the run found, and by proxy the shard
 * where it left them; `null`: no entry.
 */
export interface RecordedConference {
  readonly key: string;
  readonly conference: string;
  readonly before: Readonly<Record<string, EntryState>>;
  readonly target: Readonly<Record<string, string | null>>;
}

/**
 * The way back, only where the entries still lead where the run left them or found them. What
 * somebody changed since then stays. On each proxy whose route differs from before, the entry is
 * replaced by one to its earlier shard, or removed if there was none. A server key cannot be
 * written, so a restored entry has only an id until the next request.
 */
export function planUndo(
  recorded: RecordedConference,
  entries: ReadonlyMap<string, EntryState>,
  model: PlanningModel,
): PlannedConference | Refusal {
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
    entries,
    model,
  );
}

export function planRestore(
  conference: PlannedConference,
  entries: ReadonlyMap<string, EntryState>,
  model: PlanningModel,
): PlannedConference | Refusal {
  const steps: Step[] = [];
  for (const [proxy, shard] of Object.entries(conference.target)) {
    const entry = entries.get(proxy) ?? null;
    const unseen = unseenHarm(proxy, model);
    if (shard === null) {
      if (entry !== null && unseen) return { reason: unseen.refusal, key: conference.key, because: unseen.because };
      if (entry !== null) steps.push({ phase: 0, kind: 'remove', proxy, expect: entry, serverId: 0 });
      continue;
    }
    if (model.shardOf(entry, proxy) === shard) continue;
    if (unseen) return { reason: unseen.refusal, key: conference.key, because: unseen.because };
    const serverId = model.idOf(shard, proxy);
    if (serverId === null)
      return {
        reason: 'id-drift',
        key: conference.key,
        because: `${proxy} has no server id that means ${shard} and nothing else`,
      };
    steps.push({ phase: 0, kind: 'replace', proxy, expect: entry, serverId });
  }
  return { ...conference, before: Object.fromEntries(entries), steps };
}
