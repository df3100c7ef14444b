// The manifest of a folder of saved dumps: which proxies were read, when, and where the answers
// are.

import * as z from 'zod';
import { ConfigError } from '../../errors.ts';

export const MANIFEST = 'manifest.json';

const proxySchema = z.object({
  name: z.string(),
  region: z.string().nullable(),
  // A name inside the snapshot, never a way out of it.
  folder: z.string().regex(/^[A-Za-z0-9_%-][A-Za-z0-9_.%-]*$/),
  status: z.string(),
  haproxy: z.string().nullable(),
  keyLength: z.number().int().positive().nullable(),
  // Why it was not read in full. Not in snapshots that were taken before it was kept.
  because: z.string().max(2_000).optional(),
});

const manifestSchema = z.object({
  schema: z.literal('splitbrain/snapshot/1'),
  program: z.string(),
  environment: z.string(),
  table: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  // Not in snapshots that were taken before it was kept.
  expected: z.object({ min: z.number().int(), max: z.number().int() }).nullable().optional(),
  proxies: z.array(proxySchema),
});

/**
 * The manifest of a snapshot: `folder` holds a proxy's `state.txt.gz`, `table.txt.gz` and, where
 * they were read, `maps.txt.gz`: the answers byte for byte.
 */
export type Manifest = z.infer<typeof manifestSchema>;

/** Rejects a manifest that is not one with a `ConfigError` naming what is wrong where. */
export function parseManifest(text: string, path: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError([`${path}: this is not JSON: the snapshot is damaged`], { cause });
  }
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.map((issue) => `${path}: ${issue.path.join('.') || 'manifest'}: ${issue.message}`),
  );
}
