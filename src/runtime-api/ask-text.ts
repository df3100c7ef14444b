// Asks one question whose answer is read as one text.

import { TransportError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import type { TextLimit } from './answer-limits.ts';
import { withSoFar } from './answer-trouble.ts';
import type { ReadCommand } from './read-commands.ts';
import { createTextAnswer } from './text-answer.ts';

/** `asked` is what messages call the command: a command can name keys, which are private. */
export type Question = readonly [command: ReadCommand, asked: string, limit: TextLimit];

export interface TextOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Gets each chunk of the answer too. */
  readonly onChunk?: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
  /** Asks in a new conversation: an open one stays with its process when HAProxy is reloaded. */
  readonly isNew?: boolean;
}

/**
 * The answer, one character a byte. Rejects with `TransportError`, or with `ProtocolError` where
 * the answer crosses its limit.
 */
export async function askForText(
  transport: Transport,
  [command, asked, limit]: Question,
  { timeoutMs, signal, onChunk, isNew = false }: TextOptions,
): Promise<string> {
  const answer = createTextAnswer(limit);
  const take = (chunk: Uint8Array) => {
    answer.push(chunk);
    return onChunk?.(chunk);
  };
  try {
    await transport.ask(command, take, { timeoutMs, signal, isRepeatable: true, isNew });
  } catch (error) {
    throw error instanceof TransportError ? withSoFar(error, { asked }) : error;
  }
  return answer.text();
}
