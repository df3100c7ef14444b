// Makes a real split brain: cuts the links between sides, then sends real requests for one
// conference through each side.

import type { Landing, RequestOptions } from './http-request.ts';
import type { Waits } from './mesh-waits.ts';

/**
 * One side of a split: proxies by number, and the shard (from 0) that its requests name; without it
 * HAProxy chooses.
 */
export interface Side {
  readonly proxies: readonly number[];
  readonly shard?: number;
}

/** Where a participant of `conference` who came through `proxy` landed: a shard's `ip:port`. */
export interface Participant {
  readonly conference: string;
  readonly proxy: string;
  readonly shard: string;
}

interface Subject extends Pick<Waits, 'untilEntry'> {
  readonly proxies: readonly { readonly name: string }[];
  cut(i: number, j: number): Promise<void>;
  request(proxy: number, conference: string, options: RequestOptions): Promise<Landing>;
  /** The id under which the proxies know the shard at this address. */
  idOf(address: string): number;
}

/**
 * Each conference is requested at the first proxy of each side, in order; resolves when every proxy
 * of that side has learnt where it landed. The links stay cut.
 */
export async function splitMesh(
  mesh: Subject,
  conferences: readonly string[],
  sides: readonly Side[],
): Promise<Participant[]> {
  for (const [n, side] of sides.entries()) {
    const others = sides.slice(n + 1).flatMap((other) => other.proxies);
    for (const i of side.proxies) for (const j of others) await mesh.cut(i, j);
  }
  const participants: Participant[] = [];
  for (const conference of conferences) {
    for (const { proxies: members, shard: forceShard } of sides) {
      const entrance = members[0];
      if (entrance === undefined) throw new RangeError('a side without a proxy');
      const { shard, status } = await mesh.request(
        entrance,
        conference,
        forceShard === undefined ? {} : { forceShard },
      );
      if (shard === null) throw new Error(`no shard answered for ${conference}: status ${status}`);
      participants.push({ conference, proxy: mesh.proxies[entrance]!.name, shard });
      const id = mesh.idOf(shard);
      await Promise.all(members.map((i) => mesh.untilEntry(i, conference, (entry) => entry?.serverId === id)));
    }
  }
  return participants;
}
