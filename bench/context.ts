// What all measurements stand on: how large, how often, where to write, and the one live mesh that
// several of them look at.

import { fileURLToPath } from 'node:url';
import { makeScratch, type Scratch } from '../lab/scratch.ts';
import type { Flags } from './flags.ts';
import { type LiveMesh, startLiveMesh } from './live-mesh.ts';

export interface BenchContext {
  readonly small: boolean;
  readonly keep: boolean;
  /** A folder for dumps that later runs use again. */
  readonly cache: string;
  /** A folder that goes away with this process. */
  readonly scratch: Scratch;
  /** How often each contender runs: `usual`; a third of it at CI's size; or what a flag says. */
  runs(usual: number): number;
  /** Progress, for people. */
  say(text: string): void;
  /** Six full proxies; started by the first who asks. */
  liveMesh(): Promise<LiveMesh>;
  /** Ends what was started. Never rejects. */
  close(): Promise<void>;
}

export function prepareContext(flags: Flags): BenchContext {
  const scratch = makeScratch();
  const say = (text: string) => console.error(`bench: ${text}`);
  let mesh: Promise<LiveMesh> | null = null;
  return {
    small: flags.small,
    keep: flags.keep,
    cache: fileURLToPath(new URL('../.cache/bench', import.meta.url)),
    scratch,
    runs: (usual) => flags.runs ?? (flags.small ? Math.max(2, Math.ceil(usual / 3)) : usual),
    say,
    liveMesh() {
      mesh ??= startLiveMesh({ proxies: 6, entries: flags.small ? 50_000 : 200_000 }, say);
      return mesh;
    },
    async close() {
      await mesh?.then(
        (started) => started.stop(),
        () => {},
      );
      scratch.clear();
    },
  };
}
