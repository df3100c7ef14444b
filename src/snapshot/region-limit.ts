// How many proxies of a region may dump at once. A proxy that dumps serves a little slower, so its
// neighbours, which could serve in its place, should not dump too.

import pLimit, { type LimitFunction } from 'p-limit';

export interface RegionLimit {
  /** The proxies in an order in which no region waits while another has several in line. */
  readonly order: readonly number[];
  /** Runs `dump` as soon as fewer than `perRegion` others of the proxy's region run. */
  take<T>(proxy: number, dump: () => Promise<T>): Promise<T>;
}

/**
 * `regions` are those of the proxies, `null` if not known: such a proxy does not count towards any
 * limit.
 */
export function limitByRegion(regions: readonly (string | null)[], perRegion: number): RegionLimit {
  const limits = new Map<string, LimitFunction>();
  const sizes = new Map<string, number>();
  const places = regions.map((region) => {
    if (region === null) return 0;
    const place = sizes.get(region) ?? 0;
    sizes.set(region, place + 1);
    return place;
  });
  return {
    order: [...regions.keys()].sort((one, other) => places[one]! - places[other]! || one - other),
    take(proxy, dump) {
      const region = regions[proxy] ?? null;
      if (region === null) return dump();
      const limit = limits.get(region) ?? pLimit(perRegion);
      limits.set(region, limit);
      return limit(dump);
    },
  };
}
