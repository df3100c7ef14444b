// Heals through the data plane: a request that the proxy's own rule leads to the winner, and whose
// answer HAProxy stores.

import { decodeKey } from '../domain/key.ts';
import type { DataPlaneSettings } from '../domain/plan.ts';
import type { WriteAnswer } from '../runtime-api/table-writer.ts';

/** One request through one proxy for one conference. Never rejects for a proxy's fault. */
export type ShardRequest = (proxy: string, key: string, serverId: number) => Promise<WriteAnswer>;

/**
 * Sends GET `url` with these headers and gives the status; rejects with an `Error` where no whole
 * answer came.
 */
export type RequestStatus = (url: string, headers: Readonly<Record<string, string>>) => Promise<number>;

/** `hostOf` gives the host of a proxy's endpoint, for `{host}` in the URL. */
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
      // HAProxy stores when a server's answer arrives; its own errors are 5xx, and a refusal by the
      // access control is 4xx.
      return status < 400
        ? { outcome: 'accepted' }
        : { outcome: 'rejected', answer: `the request was answered with status ${status}` };
    } catch (error) {
      return { outcome: 'unknown', answer: `the request was not answered: ${(error as Error).message}` };
    }
  };
}
