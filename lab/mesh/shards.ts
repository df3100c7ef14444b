// Stand-ins for the shards: HTTP servers on addresses of their own that say who they are and
// remember who came.

import { createServer, type Server } from 'node:http';

/** One request as it reached a shard: which conference, and through which proxy. */
export interface ShardRequest {
  readonly conference: string;
  readonly proxy: string;
}

/** `address` is `ip:port`, as `srvkey addr` spells it. */
export interface Shard {
  readonly address: string;
  /** Where there is one, it says when a request is answered; without it, at once. */
  hold: ((conference: string) => Promise<void>) | null;
  readonly requests: ShardRequest[];
}

export interface RunningShard {
  readonly shard: Shard;
  stop(): Promise<void>;
}

/**
 * The text that a header's bytes spell in UTF-8; Node hands header values over as one character a
 * byte.
 */
function headerText(value: string | string[] | undefined): string {
  return Buffer.from(String(value ?? ''), 'latin1').toString('utf8');
}

/** Starts a shard; it answers 200 with its address in the header `X-Shard` and in the body. */
export async function startShard(host: string, port: number): Promise<RunningShard> {
  const shard: Shard = { address: `${host}:${port}`, hold: null, requests: [] };
  // The lenient parser takes control bytes in header values, as HAProxy does: hostile names must
  // get through.
  const server: Server = createServer({ insecureHTTPParser: true, keepAliveTimeout: 60_000 }, (request, response) => {
    const conference = headerText(request.headers['x-sticktoken']);
    shard.requests.push({ conference, proxy: headerText(request.headers['x-proxy']) });
    const answer = () => {
      response.setHeader('X-Shard', shard.address);
      response.end(`${shard.address}\n`);
    };
    if (shard.hold === null) answer();
    else void shard.hold(conference).then(answer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  return {
    shard,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
