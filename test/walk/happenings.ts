// What happens to a mesh: requests, links, states, hands, and processes. Each says in a few words
// what it did.

import type { Mesh } from '../../lab/mesh/mesh.ts';
import type { Random } from './random.ts';

export interface Place {
  readonly mesh: Mesh;
  readonly random: Random;
  readonly conferences: readonly string[];
  readonly layout: 'simple' | 'jitsi';
  /** Whether no link is cut. */
  isWhole: boolean;
}

type Happening = (place: Place) => Promise<string>;

const spelled = (conference: string) => conference.replaceAll('/', '\\/');

const request: Happening = async ({ mesh, random, conferences, layout }) => {
  const proxy = random.below(mesh.proxies.length);
  const conference = random.pick(conferences);
  const forceShard = random.chance(0.3) ? { forceShard: random.below(mesh.shards.length) } : {};
  const release = layout === 'jitsi' && random.chance(0.3) ? { release: 'release-2' as const } : {};
  const { shard } = await mesh.request(proxy, conference, { ...forceShard, ...release });
  return `request for ${conference} at ${proxy} -> ${shard}`;
};

const crossing: Happening = async ({ mesh, random, conferences }) => {
  const conference = random.pick(conferences);
  await mesh.whileHeld(async () => {
    await Promise.all(
      mesh.proxies.map((_, proxy) => mesh.request(proxy, conference, { forceShard: proxy % mesh.shards.length })),
    );
  });
  return `crossed requests for ${conference}`;
};

function pairOf({ mesh, random }: Place): readonly [number, number] {
  const one = random.below(mesh.proxies.length);
  return [one, (one + 1 + random.below(mesh.proxies.length - 1)) % mesh.proxies.length];
}

const cut: Happening = async (place) => {
  const [one, other] = pairOf(place);
  await place.mesh.cut(one, other);
  place.isWhole = false;
  await place.mesh.untilPeers(one, other, 'down');
  return `cut ${one} ${other}`;
};

const restore: Happening = async (place) => {
  const { mesh } = place;
  place.isWhole = true;
  for (const one of mesh.proxies.keys())
    for (const other of mesh.proxies.keys()) if (one < other) await mesh.restore(one, other);
  return 'restored all links';
};

const state: Happening = async ({ mesh, random, layout }) => {
  const shard = 1 + random.below(mesh.shards.length);
  const to = random.pick(['maint', 'drain', 'ready', 'ready'] as const);
  const proxies = random.chance(0.5) ? [...mesh.proxies.keys()] : [random.below(mesh.proxies.length)];
  const servers =
    layout === 'simple' ? [`nodes/shard-${shard}`] : [`release-1/shard-${shard}`, `release-2/r2-shard-${shard}`];
  const chosen = random.chance(0.8) ? servers : servers.slice(0, 1);
  for (const proxy of proxies)
    for (const server of chosen) await mesh.command(proxy, `set server ${server} state ${to}`);
  return `${chosen.join(', ')} ${to} on ${proxies.join(', ')}`;
};

const allReady: Happening = async ({ mesh, layout }) => {
  for (const proxy of mesh.proxies.keys())
    for (const shard of mesh.shards.keys())
      for (const server of layout === 'simple'
        ? [`nodes/shard-${shard + 1}`]
        : [`release-1/shard-${shard + 1}`, `release-2/r2-shard-${shard + 1}`])
        await mesh.command(proxy, `set server ${server} state ready`);
  return 'all ready';
};

const clear: Happening = async ({ mesh, random, conferences }) => {
  const proxy = random.below(mesh.proxies.length);
  const conference = random.pick(conferences);
  await mesh.command(proxy, `clear table nodes key ${spelled(conference)}`);
  return `clear ${conference} at ${proxy}`;
};

const hand: Happening = async ({ mesh, random, conferences }) => {
  const proxy = random.below(mesh.proxies.length);
  const conference = random.pick(conferences);
  const id = random.chance(0.1) ? 99 : 11 + random.below(mesh.shards.length);
  await mesh.command(proxy, `set table nodes key ${spelled(conference)} data.server_id ${id}`);
  return `set ${conference} at ${proxy} to id ${id}`;
};

const restart: Happening = async ({ mesh, random }) => {
  const proxy = random.below(mesh.proxies.length);
  await mesh.kill(proxy);
  await mesh.start(proxy);
  return `restarted ${proxy}`;
};

/** Requests are the most frequent of all; a restart is rare. */
export const happenings: readonly Happening[] = [
  ...Array.from({ length: 8 }, () => request),
  crossing,
  crossing,
  cut,
  restore,
  restore,
  state,
  allReady,
  clear,
  hand,
  restart,
];
