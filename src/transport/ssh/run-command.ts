// A command that is no way to a socket: what it prints is all that counts.

import type { Wait } from '../deadline.ts';
import type { Printed, ShellCommand } from '../shell.ts';
import type { Dialect } from '../transport.ts';
import { converse, openChannel } from './channel.ts';
import { afterMark, marked } from './mark.ts';
import { wasRefused } from './process-channel.ts';
import type { Login } from './way.ts';

/** Bytes of the output that are kept. A command of this program prints far less. */
const MOST_BYTES = 8_192;

/** Where it runs, and for whom. */
export interface CommandPlace {
  readonly login: Login;
  /** Names the far end in messages. */
  readonly place: string;
  readonly dialect: Dialect;
  readonly wait: Wait;
}

/** `null` where another program answered: a forced command, or a shell that runs none. */
export async function runCommand(
  { command, input }: ShellCommand,
  { login, place, dialect, wait }: CommandPlace,
): Promise<Printed | 'refused' | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const mark = afterMark((chunk) => {
    if (!mark.isMarked || bytes >= MOST_BYTES) return;
    bytes += chunk.length;
    chunks.push(Buffer.from(chunk));
  }, dialect);
  const channel = await openChannel(login, { place, way: { kind: 'exec', command: marked(command) } }, wait.signal);
  const options = { onChunk: () => {}, login, signal: wait.signal, mark };
  const end = await converse(channel, Buffer.from(input), options);
  if (wasRefused(end, 'exec')) return 'refused';
  if (!end.isMarked) return null;
  const output = Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('utf8');
  return { output, complaint: end.stderr.trim().split('\n').at(-1)?.trim() ?? '' };
}
