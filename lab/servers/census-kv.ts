// A stand-in for the part of Consul that holds the shards' reports: `signal-report/ENV/SHARD`, as
// signal-sidecar writes it (docs/jitsi-facts.md, "Census").

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atExit } from '../at-exit.ts';
import type { Group } from '../mesh/people.ts';

export interface ReportingShard {
  /** As people call it: `ENV-REGION-sNN`. */
  readonly name: string;
  /** `address:port` of the groups that it reports. */
  readonly address: string;
}

export interface CensusKv {
  readonly url: string;
  /** Shards by name that write no report any more. */
  readonly silent: Set<string>;
  stop(): Promise<void>;
}

export interface CensusKvOptions {
  readonly environment: string;
  readonly domain: string;
  readonly shards: readonly ReportingShard[];
  readonly groups: () => readonly Group[];
}

/** The reports are as fresh as the answer. */
export async function startCensusKv({ environment, domain, shards, groups }: CensusKvOptions): Promise<CensusKv> {
  const silent = new Set<string>();
  const rooms = (address: string) =>
    groups()
      .filter(({ shard }) => shard === address)
      .map(({ conference, participants, createdAtMs }) => ({
        room_name: `${jidName(conference)}@conference.${domain}`,
        participants,
        ...(createdAtMs === null ? {} : { created_time: String(createdAtMs) }),
        leaked: false,
      }));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://consul');
    response.setHeader('content-type', 'application/json');
    if (pathname === '/v1/catalog/datacenters') {
      response.end(JSON.stringify([`${environment}-us`]));
      return;
    }
    if (!pathname.startsWith(`/v1/kv/signal-report/${environment}/`)) {
      response.writeHead(404).end();
      return;
    }
    const rows = shards
      .filter(({ name }) => !silent.has(name))
      .map(({ name, address }, index) => ({
        LockIndex: 0,
        Key: `signal-report/${environment}/${name}`,
        Flags: 0,
        Value: Buffer.from(
          JSON.stringify({ time: new Date().toISOString(), healthy: true, census: rooms(address) }),
        ).toString('base64'),
        CreateIndex: index + 1,
        ModifyIndex: index + 1,
      }));
    response.end(JSON.stringify(rows));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const forget = atExit(() => void server.close());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    silent,
    stop: async () => {
      forget();
      await close();
    },
  };
}

/** `tenant/room` is `[tenant]room` in prosody. */
function jidName(conference: string): string {
  const slash = conference.indexOf('/');
  return slash < 0 ? conference : `[${conference.slice(0, slash)}]${conference.slice(slash + 1)}`;
}
