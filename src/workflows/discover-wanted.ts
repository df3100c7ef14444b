// Asks what there ought to be, beside the look: nobody waits for a source that is slow longer than
// for a proxy.

import { readFileSync } from 'node:fs';
import type { Catalogue } from '../domain/discovery.ts';
import type { MeshRun } from '../session/mesh.ts';

/** `catalogue` is `null` where no source is configured; `notes` are sentences for the report. */
export interface WantedMesh {
  readonly catalogue: Catalogue | null;
  readonly notes: readonly string[];
}

/**
 * `null` where discovery is not configured, or saved dumps are looked at. Rejects only when the
 * signal aborts.
 */
export async function discoverWanted({ mesh, settings, context }: MeshRun): Promise<WantedMesh | null> {
  if (settings.discovery === null || mesh.kind === 'saved') return null;
  const { discover } = await import('../discovery/discover.ts');
  const discovered = await discover(settings.discovery, {
    environment: settings.environment,
    stateFolder: settings.heal.journal,
    readFile: (path) => readFileSync(path, 'utf8'),
    now: () => context.clock.now(),
    timeoutMs: settings.collect.firstByteMs,
    signal: context.signal,
  });
  const { catalogue = null, notes = [] } = discovered ?? {};
  for (const trouble of catalogue?.troubles ?? []) {
    const { part, datacenter, answerFromMs } = trouble;
    context.log.warn('discovery-trouble', { part, datacenter, message: trouble.message, answerFromMs });
  }
  return { catalogue, notes };
}
