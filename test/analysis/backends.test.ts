// Which backends count: those that the entries' own pairs of id and key tell of.

import { describe, expect, test } from 'vitest';
import { markServing } from '../../src/analysis/backends.ts';
import type { Label } from '../../src/domain/entry.ts';
import type { Server } from '../../src/domain/server.ts';
import { drawMesh, viewsOf } from '../support/model-look.ts';

const shard = (n: number) => `10.0.0.${n}:443`;
const at = (backend: string, id: number, n: number, name = `s${n}`): Server => ({
  backend,
  id,
  name,
  address: shard(n),
  state: 'up',
});
const release = (backend: string, prefix: string): readonly Server[] =>
  [1, 2, 3].map((n) => at(backend, 10 + n, n, `${prefix}s${n}`));
/** One backend a shard, without an id of its own: Jitsi's. */
const perShard = [1, 2, 3].map((n) => at(`s${n}`, 1, n, `shard-s${n}`));
const jitsi = [...release('release-1', ''), ...release('release-2', 'r2-'), ...perShard];

function serving(
  proxies: readonly { readonly servers: readonly Server[]; readonly labels: readonly Label[] }[],
  globs: readonly string[] | null = null,
): readonly (readonly string[])[] {
  const drawn = viewsOf(drawMesh(Object.fromEntries(proxies.map((_, n) => [`p${n + 1}`, null]))));
  const views = drawn.map((view, proxy) => ({ ...view, servers: proxies[proxy]!.servers }));
  const marked = markServing(views, (proxy) => proxies[proxy]!.labels, globs);
  return marked.map(({ servers }) => [
    ...new Set(servers.filter(({ counts }) => counts).map(({ backend }) => backend)),
  ]);
}

const both = ['release-1', 'release-2'];
const keyed = (id: number, n: number): Label => ({ serverId: id, serverKey: shard(n) });

describe("a backend counts where it holds an entry's pair", () => {
  test.each<[string, readonly Label[], readonly string[]]>([
    ['an address and its id', [keyed(11, 1)], both],
    ["a name of one release is the other's shard too", [{ serverId: 12, serverKey: 'r2-s2' }], both],
    ['no key: the ids', [11, 12].map((serverId) => ({ serverId, serverKey: null })), both],
    ['no key, ids that a backend of one shard has too', [{ serverId: 1, serverKey: null }], ['s1', 's2', 's3']],
    ['ids that nobody has: the keys', [keyed(91, 1), keyed(92, 2)], both],
    ['neither id nor key of any server: all', [keyed(91, 9)], [...both, 's1', 's2', 's3']],
    ['no entry at all: all', [], [...both, 's1', 's2', 's3']],
    ['ids given anew, one of which fits a backend of one shard by chance', [keyed(1, 1), keyed(2, 2)], [...both, 's1']],
  ])('%s', (_, labels, wanted) => {
    expect(serving([{ servers: jitsi, labels }])).toEqual([wanted]);
  });

  test('the same shards under ids that HAProxy gave, in a backend that nothing sticks in', () => {
    const other = [1, 2, 3].map((n) => at('static', n, n));
    expect(serving([{ servers: [...other, ...release('nodes', '')], labels: [keyed(13, 3)] }])).toEqual([['nodes']]);
  });
});

test('a proxy whose entries tell nothing is taken to be as the others', () => {
  const drifted = [...release('release-1', '').map((each) => ({ ...each, id: each.id + 50 })), ...perShard];
  const proxies = [
    { servers: jitsi, labels: [keyed(11, 1)] },
    { servers: jitsi, labels: [] },
    { servers: drifted, labels: [keyed(11, 1)] },
  ];
  expect(serving(proxies)).toEqual([both, both, ['release-1']]);
});

test("one proxy of four does not decide for the others' backends", () => {
  const liar = [...jitsi, at('s1', 11, 1)];
  const proxies = [
    { servers: liar, labels: [keyed(11, 1)] },
    { servers: jitsi, labels: [keyed(11, 1)] },
    { servers: jitsi, labels: [keyed(11, 1)] },
    { servers: jitsi, labels: [] },
  ];
  expect(serving(proxies)).toEqual([[...both, 's1'], both, both, both]);
});

test('globs overrule what entries tell', () => {
  const proxies = [{ servers: jitsi, labels: [keyed(11, 1)] }];
  expect([serving(proxies, ['*-2']), serving(proxies, ['s?'])]).toEqual([[['release-2']], [['s1', 's2', 's3']]]);
});

test('a release that lacks the shard of the only entry on one of two proxies counts there too', () => {
  const lacking = jitsi.filter(({ backend, id }) => backend !== 'release-2' || id !== 11);
  const proxies = [
    { servers: jitsi, labels: [keyed(11, 1)] },
    { servers: lacking, labels: [keyed(11, 1)] },
  ];
  expect(serving(proxies)).toEqual([both, both]);
});
