// What to do next, one line per cause, for a person on call. The facts are HAProxy's (2.6 to 3.4).

import type { Cause, FindingKind, MeshFinding, MeshFindingKind } from '../domain/finding.ts';
import type { Tally } from '../domain/run-report.ts';
import { enumerate, type Page } from './page.ts';

/** The most names in a sentence: more do not help to decide where to log in. */
const namesShown = 3;

/** A sentence or two, with the proxies that mesh findings name. */
export function nextStep(tally: Tally, meshFindings: readonly MeshFinding[], page: Page): string {
  if (tally.cause !== null) return byCause(tally.cause, meshFindings, page);
  return byKind(tally.kind, meshFindings, page);
}

function byCause(cause: Cause, meshFindings: readonly MeshFinding[], page: Page): string {
  const at = (kind: MeshFindingKind, otherwise: string) => places(kind, meshFindings, page) ?? otherwise;
  switch (cause) {
    case 'peer-link-down':
      return `Check the peers port and the firewall between ${at('peer-down', 'the proxies named under Mesh')}; "show peers" must say ESTA on both ends. A link that is back repairs only what is touched afterwards.`;
    case 'peer-deaf':
      return `Declare the table alike on both ends (type, len, size, store) and reload: see ${at('peer-deaf', 'Mesh')}. If it is declared alike, restart the link: "shutdown sessions" of the peer, or a reload.`;
    case 'peer-unknown':
      return `List every proxy in the "peers" section of every other and reload: see ${at('peer-unknown', 'Mesh')}.`;
    case 'id-drift':
      return `Give each server an explicit "id", the same on every proxy, and reload: see ${at('id-drift', 'Mesh')}.`;
    case 'server-drift':
      return `Make the server lists alike: see ${at('server-drift', 'Mesh')}. A proxy that lacks a shard sends its conferences elsewhere and tells the others.`;
    case 'emptied':
      return 'Fill it from the others before it takes traffic (`splitbrain fill`), or wait: entries come back as conferences are touched. A proxy that finds no peer in its first 5 s never asks for the old ones again.';
    case 'state-drift':
      return `Give the shard the same state on every proxy ("set server BACKEND/SERVER state ready" or "maint"): see ${at('state-drift', 'Mesh')}.`;
    case 'shard-down':
      return `Find out why the shard is down, or take it out on every proxy alike: see ${at('state-drift', 'Mesh')}.`;
    case 'map-drift':
      return `Make the maps of live release and tenant pins alike ("show map" on each proxy): see ${at('map-drift', 'Mesh')}. A new conference starts on another shard there.`;
    case 'in-flight':
      return 'Nothing yet: run this again in a minute.';
    case 'unknown':
      return 'Run this again in a few minutes: first requests at the same instant part a conference in a healthy mesh too, and its next request settles it. What stays needs a look at the proxies named here.';
  }
}

function byKind(kind: FindingKind, meshFindings: readonly MeshFinding[], page: Page): string {
  switch (kind) {
    case 'split':
    case 'missing':
      return byCause('unknown', meshFindings, page);
    case 'mixed':
      return meshFindings.some((finding) => finding.kind === 'id-drift')
        ? `Server ids drift (see ${places('id-drift', meshFindings, page) ?? 'Mesh'}), or somebody ran "set table ... data.server_id": HAProxy routes by server_key.`
        : 'Somebody ran "set table ... data.server_id": HAProxy still routes by server_key, so this reads healed and is not.';
    case 'orphaned':
      return 'Their next request is placed anew, on any shard: check the servers on the proxies named here ("show servers state").';
    case 'duplicated':
      return 'HAProxy before 3.3 can hold one key twice: upgrade; meanwhile "clear table ... key ..." on that proxy, as often as it is there, lets the others teach it again.';
    case 'misplaced':
      return 'Whoever joins now lands alone, and the others reload at their next poll: heal, which leads every proxy to where the people are.';
    case 'scattered':
      return 'Clients ask every two minutes which shard serves their room, and these did not come together: heal leads every proxy to the shard with most people.';
    case 'ambiguous':
      return 'Longer names were cut to this key: raise "len" of the stick table, on every proxy alike.';
  }
}

/** The proxies, or pairs of proxies, that findings of this kind name; `null` where none does. */
function places(kind: MeshFindingKind, meshFindings: readonly MeshFinding[], page: Page): string | null {
  const named = new Set<string>();
  for (const finding of meshFindings) {
    if (finding.kind !== kind || finding.proxy === null) continue;
    // Both ends of a link report it: they are one pair.
    const ends = finding.peer === null ? [finding.proxy] : [finding.proxy, finding.peer].sort();
    named.add(ends.map((name) => page.name(name)).join(' and '));
  }
  return named.size === 0 ? null : enumerate([...named], namesShown);
}
