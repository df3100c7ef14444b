// Heals through the data plane: the proxy's own rule leads a request to the winner, and HAProxy
// stores the server that answered.

import { decodeKey } from '../domain/key.ts';
import type { DataPlaneSettings } from '../domain/plan.ts';
import type { WriteAnswer } from '../runtime-api/table-writer.ts';

/** Sends one request through one proxy for one conference. Never rejects because of a proxy. */
export type ShardRequest = (proxy: string, key: string, serverId: number) => Promise<WriteAnswer>;

/** Sends GET `url` and gives the status. Rejects with an `Error` if no complete answer came. */
export type RequestStatus = (url: string, headers: Readonly<Record<string, string>>) => Promise<number>;

/** `hostOf` gives the host of a proxy's endpoint, which replaces `{host}` in the URL. */
export function createShardRequest(
  settings: DataPlaneSettings,
  hostOf: (proxy: string) => string,
  requestStatus: RequestStatus,
): ShardRequest {
  return async (proxy, key, serverId) => {
    const url = settings.urls[proxy] ?? settings.url?.replaceAll('{host}', hostOf(proxy));
    if (url === undefined) return { outcome: 'rejected', answer: 'heal.dataPlane has no URL for this proxy' };
    const name = Buffer.from(decodeKey(key)).toString('latin1');
    try {
      const status = await requestStatus(url, {
        ...settings.headers,
        [settings.keyHeader]: name,
        [settings.shardHeader]: `${serverId}`,
      });
      // HAProxy stores the entry when a server answers. Its own errors are 5xx, and its access
      // control refuses with 4xx.
      return status < 400
        ? { outcome: 'accepted' }
        : { outcome: 'rejected', answer: `the request was answered with status ${status}` };
    } catch (error) {
      return { outcome: 'unknown', answer: `the request was not answered: ${(error as Error).message}` };
    }
  };
}
