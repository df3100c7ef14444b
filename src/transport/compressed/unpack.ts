// Reads the answer to a command that was to compress it: the first bytes tell whether it did, or
// said something else instead.

import type { OnChunk } from '../conversation.ts';
import { type Inflater, inflate } from './inflate.ts';

/**
 * How an answer ended. `cut`: it was compressed and broke off; what there was has been handed on.
 * `short`: so little text, and not compressed, that it may be a refusal; nothing has been handed
 * on.
 */
export type UnpackedEnd =
  | { readonly kind: 'whole' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'short'; readonly text: Uint8Array };

export interface Unpacker {
  readonly take: OnChunk;
  /** After the last chunk. */
  finish(): Promise<UnpackedEnd>;
  /** Hands nothing on any more. */
  stop(): void;
}

/**
 * More than a forced command or a restricted shell has to say instead of running something, and
 * less than any dump that is worth it.
 */
const REFUSAL_BYTES = 1_024;

/**
 * Chunks taken stay the unpacker's until the returned promise resolves. `place` names the far end
 * in messages.
 */
export function unpack(onChunk: OnChunk, place: string): Unpacker {
  let begun: Buffer = Buffer.alloc(0);
  let decided: OnChunk | null = null;
  let inflater: Inflater | null = null;
  return {
    take(chunk) {
      if (decided) return decided(chunk);
      begun = Buffer.concat([begun, chunk]);
      // gzip's first two bytes (RFC 1952). No answer of HAProxy begins with them: they are not
      // ASCII.
      if (begun[0] === 0x1f && begun[1] === 0x8b) {
        inflater = inflate(onChunk, place);
        decided = inflater.take;
      } else if (begun.length > REFUSAL_BYTES) decided = onChunk;
      return decided?.(begun);
    },
    async finish() {
      if (inflater) return { kind: (await inflater.finish()) ? 'whole' : 'cut' };
      return decided ? { kind: 'whole' } : { kind: 'short', text: begun };
    },
    stop: () => inflater?.stop(),
  };
}
