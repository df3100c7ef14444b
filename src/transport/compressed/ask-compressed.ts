// One conversation through a command that compresses the answer, where the host does as it is told.

import { TransportError } from '../../errors.ts';
import type { OnChunk } from '../conversation.ts';
import { unlessAborted } from '../deadline.ts';
import { isRefusal } from '../ssh/channel.ts';
import { type CommandEnd, commandTrouble, cutTrouble } from '../ssh/channel-trouble.ts';
import { unpack } from './unpack.ts';

/** Who takes the unpacked answer, and what ends it early. */
interface UnpackedReading {
  readonly onChunk: OnChunk;
  /** Names the far end in messages. */
  readonly place: string;
  readonly signal: AbortSignal;
}

/**
 * `talk` opens a channel to that command and holds the conversation. Resolves with `false` where
 * the host did not run it: nothing was handed on then, and the same may be asked in plain. A forced
 * command may let only that one pass; one that answers whatever it is told to run has answered.
 * Rejects with `TransportError`, or with what the reader threw.
 */
export async function askCompressed(
  talk: (onChunk: OnChunk) => Promise<CommandEnd>,
  { onChunk, place, signal }: UnpackedReading,
): Promise<boolean> {
  const unpacker = unpack(onChunk, place);
  try {
    const end = await talk(unpacker.take).catch(nullWhereRefused);
    if (end === null) return false;
    const trouble = commandTrouble(place, end);
    const got = await unlessAborted(unpacker.finish(), signal);
    if (got.kind === 'short') {
      if (trouble) return false;
      await unlessAborted(Promise.resolve(onChunk(got.text)), signal);
    }
    if (trouble) throw new TransportError(trouble);
    if (got.kind === 'cut') throw new TransportError(cutTrouble(place));
    return true;
  } finally {
    unpacker.stop();
  }
}

function nullWhereRefused(error: unknown): null {
  if (isRefusal(error)) return null;
  throw error;
}
