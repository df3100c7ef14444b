// Folders of saved dumps as a mesh.

import type { Inventory } from '../domain/proxy.ts';
import { openParts, type SavedParts } from '../snapshot/archive/parts.ts';
import type { Mesh } from './mesh.ts';

/** The mesh, and what its folders say of it. */
export interface OpenedParts {
  readonly mesh: Mesh;
  readonly parts: SavedParts;
}

/**
 * Throws ConfigError where the folders are not one mesh. `expected` of a configuration overrides
 * what the folders say.
 */
export function openSavedMesh(
  folders: readonly string[],
  table: string,
  expected: Inventory['expected'] | 'as-saved' = 'as-saved',
): OpenedParts {
  const parts = openParts(folders, table);
  const { members, takenAt, notes } = parts;
  const mesh: Mesh = {
    kind: 'saved',
    source: folders.join(','),
    members,
    expected: expected === 'as-saved' ? parts.expected : expected,
    // What one run read is as near together as a live look is.
    apartMs: folders.length > 1 && takenAt !== null ? takenAt.finishedAtMs - takenAt.startedAtMs : 0,
    notes,
  };
  return { mesh, parts };
}
