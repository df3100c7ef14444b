// Stand-ins for the shards: HTTP servers on addresses of their own that say who they are and
// remember who came.

import { createServer, type Server } from 'node:http';

/** One request as it reached a shard: which conference, and through which proxy. */
export interface ShardRequest {
  readonly conference: string;
  readonly proxy: string;
}

/**
 * `address` is `ip:port`, as `srvkey addr` spells it. `delayMs` holds back every answer that is
 * asked for after it was set. `neverIdle`: an answer that is due waits for the next request for the
 * same conference, so that one is always in flight; not for longer than another `delayMs`, since
 * the next may have gone elsewhere.
 */
export interface Shard {
  readonly address: string;
  delayMs: number;
  neverIdle: boolean;
  /** Where there is one, it says when a request is answered, whatever the delay. */
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
  const shard: Shard = { address: `${host}:${port}`, delayMs: 0, neverIdle: false, hold: null, requests: [] };
  const waiting = new Set<{ readonly conference: string; answer: () => void; isDue: boolean }>();
  // The lenient parser takes control bytes in header values, as HAProxy does: hostile names must
  // get through.
  const server: Server = createServer({ insecureHTTPParser: true, keepAliveTimeout: 60_000 }, (request, response) => {
    const conference = headerText(request.headers['x-sticktoken']);
    shard.requests.push({ conference, proxy: headerText(request.headers['x-proxy']) });
    const others = [...waiting].filter((each) => each.conference === conference);
    const each = {
      conference,
      isDue: false,
      answer: () => {
        waiting.delete(each);
        response.setHeader('X-Shard', shard.address);
        response.end(`${shard.address}\n`);
      },
    };
    waiting.add(each);
    if (shard.hold !== null) return void shard.hold(conference).then(each.answer);
    if (shard.delayMs === 0) return each.answer();
    for (const other of others) if (other.isDue) other.answer();
    let timer = setTimeout(() => {
      const isLast = ![...waiting].some((other) => other !== each && other.conference === conference);
      if (!shard.neverIdle || !isLast) return each.answer();
      each.isDue = true;
      timer = setTimeout(each.answer, shard.delayMs);
    }, shard.delayMs);
    response.on('close', () => {
      clearTimeout(timer);
      waiting.delete(each);
    });
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
