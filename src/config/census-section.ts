// Where the census comes from, from the `census` section.

import type { CensusSettings, CensusSource } from '../domain/census.ts';
import type { CensusSection } from './schema.ts';

/** `null` without the section, or without a source; `rules.ts` complains of a missing source. */
export function readCensusSection(section: CensusSection | undefined, environment: string): CensusSettings | null {
  if (section === undefined) return null;
  const source = sourceOf(section, environment);
  if (source === null) return null;
  const { domain, key: keyPattern, maxAge, settle, timeout, concurrency, maxBytes, via } = section;
  return {
    source,
    domain,
    keyPattern,
    maxAgeMs: maxAge,
    settleMs: settle,
    timeoutMs: timeout,
    concurrency,
    maxBytes,
    via,
  };
}

function sourceOf({ consul, sidecar, prosody }: CensusSection, environment: string): CensusSource | null {
  if (consul) {
    const { token, prefix, ...rest } = consul;
    return { kind: 'consul', ...rest, prefix: prefix.replaceAll('{environment}', environment), token: token || null };
  }
  if (sidecar) return { kind: 'sidecar', ...sidecar };
  return prosody ? { kind: 'prosody', ...prosody } : null;
}
