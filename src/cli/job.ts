// A command as a scheduler runs it: its flags, its interruption, and its exit code. Used by jobs/
// only.

import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { parseArgs } from 'node:util';
import { exitCodes, signalExitCodes } from '../domain/exit-codes.ts';
import { ConfigError } from '../errors.ts';
import { outliveReaders } from '../process/output.ts';
import { programVersion } from '../process/version.ts';
import type { LiveFlags } from '../session/look-flags.ts';
import type { Call } from '../session/mesh.ts';
import { endingOf } from './ending.ts';

/** The flags of a job beside `--config FILE` and `--out DIR`, as for `parseArgs`. */
type Words = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

/** The values that were given, by the same names. */
type Given<W extends Words> = { readonly [Name in keyof W]?: W[Name]['type'] extends 'boolean' ? boolean : string };

type StartJob<W extends Words> = (flags: LiveFlags, given: Given<W>, call: Call) => Promise<number>;

/**
 * Runs `command` once, and sets the exit code of the process. All files of the run go to DIR
 * (default `out`). Never rejects.
 */
export async function runJob<W extends Words>(command: string, words: W, start: StartJob<W>): Promise<void> {
  outliveReaders();
  const interrupted = new AbortController();
  setMaxListeners(0, interrupted.signal);
  // Schedulers end a job that takes too long by SIGTERM.
  let endedBy: 'SIGINT' | 'SIGTERM' | null = null;
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => {
      endedBy = name;
      interrupted.abort(new Error(name));
    });
  try {
    const { config, out, given } = readWords(words);
    const run = { id: randomUUID().slice(0, 8), command, version: programVersion() };
    const exitCode = await start({ config, out, proxy: [] }, given, { run, signal: interrupted.signal });
    process.exitCode = endedBy === null ? exitCode : signalExitCodes[endedBy];
  } catch (error) {
    const ending = endingOf(error, interrupted.signal.aborted);
    process.stderr.write(ending.text);
    const bySignal = ending.exitCode === exitCodes.crash && endedBy !== null;
    process.exitCode = bySignal ? signalExitCodes[endedBy!] : ending.exitCode;
  }
}

function readWords<W extends Words>(words: W) {
  try {
    const own = { config: { type: 'string' }, out: { type: 'string', default: 'out' } } as const;
    const { config, out, ...given } = parseArgs({ options: { ...words, ...own } }).values as Record<string, unknown>;
    if (typeof config === 'string') return { config, out: String(out), given: given as Given<W> };
  } catch (cause) {
    throw new ConfigError([(cause as Error).message], { cause });
  }
  throw new ConfigError(['--config FILE is missing: it says which mesh to look at']);
}
