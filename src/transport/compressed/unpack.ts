// Reads the answer to a command that should compress it. The first bytes show whether it did, or
// printed something else.

import type { OnChunk } from '../conversation.ts';
import { type Inflater, inflate } from './inflate.ts';

/**
 * How an answer ended. `cut`: it was compressed and incomplete; what came has been handed on.
 * `short`: it is not compressed, and so short that it may be a refusal; nothing has been handed on.
 */
export type UnpackedEnd =
  | { readonly kind: 'whole' }
  | { readonly kind: 'cut' }
  | { readonly kind: 'short'; readonly text: Uint8Array };

/** The answer to one such command. */
export interface Unpacker {
  readonly take: OnChunk;
  /** To be called after the last chunk. */
  finish(): Promise<UnpackedEnd>;
  /** From now on nothing is handed on. */
  stop(): void;
}

/**
 * Bytes. A forced command or a restricted shell that refuses prints less; a dump that is worth
 * compressing is longer.
 */
const REFUSAL_BYTES = 1_024;

/**
 * A chunk belongs to the unpacker until the returned promise resolves. `place` names the far end in
 * messages.
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
