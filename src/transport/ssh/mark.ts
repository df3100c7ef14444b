// Separates what a host's login shell prints from what our command prints: the command begins with
// a mark. Shells read `.bashrc` for `ssh host command` too, and `~/.ssh/rc` may print.

import type { Trouble } from '../../domain/proxy.ts';
import type { OnChunk } from '../conversation.ts';
import type { Dialect } from '../transport.ts';

const MARK = 'splitbrain: the answer begins here';

const MARK_LINE = Buffer.from(`${MARK}\n`);

/** Bytes that are held while the mark is awaited. Shells print less. */
const MOST_BEFORE = 65_536;

/** The command with the mark in front, for any shell. */
export function marked(command: string): string {
  return `echo '${MARK}'; ${command}`;
}

/**
 * `take` holds what comes before the mark, and drops it when the mark comes. Where the host runs a
 * command of its own instead, everything is handed on: from `MOST_BEFORE` bytes on, or by `finish`.
 */
export interface MarkReader {
  readonly take: OnChunk;
  /** Whether the mark has come. */
  readonly isMarked: boolean;
  /**
   * To be called after the last chunk. `blamed` is what came instead of the mark, as far as it was
   * held; it has been handed on only if it may be an answer of HAProxy.
   */
  finish(): Promise<{ readonly isMarked: boolean; readonly blamed: string | null }>;
}

/**
 * Hands on what comes after the mark. `dialect` shows a forced command that leads to HAProxy
 * without our mark.
 */
export function afterMark(onChunk: OnChunk, { greeting, mayBeAnswer }: Dialect): MarkReader {
  let held: Buffer | null = Buffer.alloc(0);
  let isMarked = false;
  const pass = (bytes: Buffer) => {
    held = null;
    return bytes.length === 0 ? undefined : onChunk(bytes);
  };
  return {
    take(chunk) {
      if (held === null) return onChunk(chunk);
      held = Buffer.concat([held, chunk]);
      const at = held.indexOf(MARK_LINE);
      isMarked = at >= 0;
      if (isMarked) return pass(held.subarray(at + MARK_LINE.length));
      const isGreeting = held.length >= greeting.length && held.subarray(0, greeting.length).equals(greeting);
      if (isGreeting || held.length > MOST_BEFORE) return pass(held);
      return;
    },
    get isMarked() {
      return isMarked;
    },
    async finish() {
      if (held === null) return { isMarked, blamed: null };
      const bytes = held;
      const text = bytes.toString('latin1');
      if (text.trim() !== '' && !isGzip(text) && !mayBeAnswer(text)) return { isMarked, blamed: text };
      await pass(bytes);
      return { isMarked, blamed: null };
    },
  };
}

/** An answer that was compressed on the way. */
function isGzip(text: string): boolean {
  return text.startsWith('\x1f\x8b');
}

/** The shell printed something and did not run our command. */
export function shellTrouble(place: string, said: string): Trouble {
  const words = said.replace(/[^\x20-\x7e]+/g, ' ').trim();
  const quoted = JSON.stringify(words.length > 120 ? `${words.slice(0, 120)}...` : words);
  return {
    code: 'shell',
    message: `The login shell on the host of ${place} printed ${quoted} and did not run our command.`,
    remedy:
      "Let that user's shell run commands without a terminal (no `exit` in .bashrc, no menu, no nologin), or set ssh.via: streamlocal, which needs no shell.",
  };
}
