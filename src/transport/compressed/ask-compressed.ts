// One request through a command that compresses the answer, where the host runs that command.

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
 * `talk` opens a channel to that command and sends the request. Resolves with `false` where the
 * host did not run the command: then nothing was handed on, and the same may be asked uncompressed.
 * A host with a forced command may permit only the uncompressed one. A host that ignores the
 * command and answers uncompressed has answered: that is `true`. Rejects with `TransportError`, or
 * with the reader's error.
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
