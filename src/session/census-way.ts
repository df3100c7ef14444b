// The way to the source of the census: from here, through the login at a proxy, or through that at
// a host of its own.

import type { CensusSettings } from '../domain/census.ts';
import { spellEndpoint } from '../domain/proxy.ts';
import type { Settings } from '../domain/settings.ts';
import { TransportError } from '../errors.ts';
import { onAbort } from '../transport/deadline.ts';
import type { Dial } from '../transport/dial.ts';
import { type Mesh, openTransports, type ProxyDial } from './mesh.ts';

/** `dialTo` is that of a `CensusContext`. */
export interface CensusWay {
  readonly dialTo: (region: string | null) => Dial | null;
  /** Ends a login that is the census's own; those at proxies belong to the mesh. */
  close(): Promise<void>;
}

/** How many proxies are tried for one connection: each may take its part of the time. */
const MOST_TRIED = 3;

export function openCensusWay(settings: Settings, { via, timeoutMs }: CensusSettings, mesh: Mesh): CensusWay {
  switch (via.kind) {
    case 'direct':
      return { dialTo: () => null, close: async () => {} };
    case 'proxy': {
      const dials = mesh.kind === 'live' ? mesh.dials : [];
      const dialTo = throughProxies(dials, timeoutMs / MOST_TRIED);
      return { dialTo, close: async () => {} };
    }
    case 'ssh': {
      const { user, host, port } = via;
      const endpoint = { kind: 'ssh', user, host, port, path: '/' } as const;
      const transport = openTransports(settings)({ name: host, region: null, endpoint });
      const { dial } = transport;
      if (dial === undefined) throw new Error(`${spellEndpoint(endpoint)} has no login`);
      return { dialTo: () => dial, close: () => transport.close() };
    }
  }
}

/**
 * Proxies of the region come first, and those that could not be reached last. Where `dials` is
 * empty every connection fails.
 */
export function throughProxies(dials: readonly ProxyDial[], tryMs: number): CensusWay['dialTo'] {
  const failed = new Set<string>();
  const rank = ({ proxy, region }: ProxyDial, wanted: string | null) =>
    Number(failed.has(proxy)) * 2 + Number(wanted !== null && region !== wanted);
  return (region) => async (host, port, signal) => {
    const nearest = dials.toSorted((a, b) => rank(a, region) - rank(b, region)).slice(0, MOST_TRIED);
    let first: unknown = new TransportError(NO_LOGIN);
    for (const [index, { proxy, dial }] of nearest.entries()) {
      const isLast = index === nearest.length - 1;
      try {
        const line = await (isLast
          ? dial(host, port, signal)
          : within(tryMs, signal, (limited) => dial(host, port, limited)));
        failed.delete(proxy);
        return line;
      } catch (error) {
        signal.throwIfAborted();
        failed.add(proxy);
        if (index === 0) first = error;
      }
    }
    throw first;
  };
}

const NO_LOGIN = {
  code: 'ssh',
  message: 'No proxy of the mesh is reached by SSH, so that the census has no way (census.via: proxy).',
  remedy: 'Set census.via to direct or to ssh://user@bastion.',
} as const;

async function within<T>(ms: number, signal: AbortSignal, act: (limited: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ms);
  const forget = onAbort([signal], (reason) => limit.abort(reason));
  try {
    return await act(limit.signal);
  } finally {
    clearTimeout(timer);
    forget();
  }
}
