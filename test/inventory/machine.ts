// The machine that an inventory is read on, as far as a test does not say otherwise: no files, no
// programs, nobody answers.

import { ConfigError } from '../../src/errors.ts';
import type { InventoryContext } from '../../src/inventory/inventory-context.ts';

export function machine(
  more: Partial<InventoryContext> & { readonly files?: Readonly<Record<string, string | null>> } = {},
) {
  const { files = {}, ...rest } = more;
  return {
    /** `null` is a folder. */
    readFile: (path: string) => {
      const text = files[path];
      if (typeof text === 'string') return text;
      throw Object.assign(new Error(path), { code: text === null ? 'EISDIR' : 'ENOENT' });
    },
    // An empty PATH would mean the system's own folders.
    env: { PATH: '/nowhere' },
    readMembers: async () => ({ code: 'refused', message: 'nobody answers', remedy: 'ask somebody' }) as const,
    signal: new AbortController().signal,
    timeoutMs: 60_000,
    ...rest,
  } satisfies InventoryContext;
}

/** What a ConfigError complains of; anything else fails the test. */
export async function complaintsOf(asked: Promise<unknown>): Promise<readonly string[]> {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ConfigError) return error.complaints;
  throw error ?? new Error('nothing was refused');
}
