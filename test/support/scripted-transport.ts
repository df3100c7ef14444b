// A transport that answers from a script: no socket, every chunk from one memory that is
// overwritten after the call.

import type { Transport } from '../../src/transport/transport.ts';

export interface ScriptedTransport extends Transport {
  /** The requests in their order. */
  readonly requests: readonly string[];
}

/**
 * What to do for a request: chunks to hand over (a text is cut into chunks of 1000 bytes), and an
 * error to end with, if any.
 */
export interface ScriptedAnswer {
  readonly chunks: string | readonly Uint8Array[];
  readonly error?: unknown;
}

export function scriptedTransport(answer: (request: string) => string | ScriptedAnswer): ScriptedTransport {
  const requests: string[] = [];
  return {
    requests,
    async ask(request, onChunk, { signal }) {
      signal.throwIfAborted();
      requests.push(request);
      const scripted = answer(request);
      const { chunks, error } = typeof scripted === 'string' ? { chunks: scripted } : { error: undefined, ...scripted };
      for (const chunk of typeof chunks === 'string' ? cut(chunks) : chunks) {
        const memory = Buffer.from(chunk);
        await onChunk(memory);
        memory.fill(0x3f);
      }
      if (error !== undefined) throw error;
    },
    async close() {},
  };
}

function* cut(text: string): Generator<Uint8Array> {
  for (let at = 0; at < text.length; at += 1000) yield Buffer.from(text.slice(at, at + 1000), 'latin1');
}
