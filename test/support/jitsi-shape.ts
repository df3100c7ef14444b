// A mesh in the shape of Jitsi's real configuration: a table's backend without servers, every shard
// in every release (its own or as a fallback), a backend for each shard, and the maps that choose
// the release.

import type { Scratch } from '../../lab/scratch.ts';

/** `ENV-REGION-sNN` of the `n`th shard; its server has the id `n` + 11 everywhere. */
export const shardName = (n: number): string => `lab-west-s${n + 1}`;

export interface JitsiShape {
  readonly live: string;
  readonly tenant: string;
  /** Rewrites one proxy's configuration of the laboratory's layout `jitsi`. */
  configure(proxy: number, text: string): string;
}

/** The first shard is of release 1, the others are of release 2. */
export function jitsiShape(
  { file }: Scratch,
  change: (proxy: number, text: string) => string = (_, text) => text,
): JitsiShape {
  const live = file('live.map', 'live release-1\n');
  const tenant = file('tenant.map', 'acme release-2\n');
  const serverIn = (release: number) => (_: string, number: string) => {
    const isOwn = (number === '1') === (release === 1);
    return `${release}-${isOwn ? '' : 'fallback-'}${shardName(Number(number) - 1)}`;
  };
  const configure = (proxy: number, text: string) => {
    const [head, second] = text.split('\nbackend release-2') as [string, string];
    const routing = [
      `  http-request set-header X-Pinned %[req.hdr(X-StickToken),field(1,/),map(${tenant},none)]`,
      '  use_backend %[req.hdr(X-Pinned)] if !{ req.hdr(X-Pinned) none }',
      `  use_backend %[str(live),map(${live})]`,
    ];
    const addresses = [...head.matchAll(/^ +server shard-(\d+) (\S+)/gm)];
    const whole = [
      head
        .replace(/^ +use_backend .*\n +default_backend release-1/m, routing.join('\n'))
        .replace(/\bshard-(\d+)/g, serverIn(1)),
      '\nbackend release-2',
      second.replace(/\br2-shard-(\d+)/g, serverIn(2)),
      ...addresses.flatMap(([, number, address]) => {
        const name = shardName(Number(number) - 1);
        return [`backend ${name}\n`, `  server shard-${name} ${address}\n`];
      }),
    ].join('');
    return change(proxy, whole);
  };
  return { live, tenant, configure };
}
