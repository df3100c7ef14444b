// Every command a reader can send. A `ReadCommand` is made here only, and none of them changes
// anything.

import { escapeBytes, escapeKey } from './escape.ts';

/** A line for the runtime API that only reads, its line feed included; one character a byte. */
export type ReadCommand = string & { readonly readCommand: unique symbol };

/**
 * The longest line. HAProxy 3.2+ refuses a line of `tune.bufsize` (16,384 bytes by default) and
 * runs nothing of it; 2.6 closes the connection without an answer.
 */
export const MAX_LINE_BYTES = 15_000;

/** Whether an answer is that refusal: one sentence, and no empty line behind it (3.2 and later). */
export function isLineTooLong(answer: string): boolean {
  return answer.indexOf('\n') === answer.length - 1 && answer.includes('too big for the buffer');
}

/**
 * Everything about a proxy but its entries: version, servers of all backends, headers of all
 * tables, the servers' checks, peers.
 */
export function showState(): ReadCommand {
  return line(['show info', 'show servers state', 'show table', SERVER_STATS, 'show peers']);
}

/** Of all proxies (-1) the servers (type 4), all of them (-1). */
const SERVER_STATS = 'show stat -1 4 -1';

/** Which process answers. */
export function showProcess(): ReadCommand {
  return line(['show info']);
}

/** What the maps hold now; the files are as HAProxy's configuration names them. */
export function showMaps(files: readonly string[]): ReadCommand {
  const odd = files.find((file) => !/^[A-Za-z0-9_./:@+~-]+$/.test(file));
  if (odd !== undefined) throw new RangeError(`a map cannot be named ${JSON.stringify(odd)}`);
  return line(files.map((file) => `show map ${file}`));
}

/** Which process answers, and the members of its mesh. */
export function showMembers(): ReadCommand {
  return line(['show info', 'show peers']);
}

/** What this socket may do: `user`, `operator` or `admin`. */
export function showLevel(): ReadCommand {
  return line(['show cli level']);
}

/** The dump. */
export function showTable(table: string): ReadCommand {
  return line([`show table ${tableWord(table)}`]);
}

/** One batch of keys: the command, and the keys in the order in which the answers come. */
export interface KeyBatch {
  readonly command: ReadCommand;
  readonly keys: readonly string[];
}

/**
 * What is asked in front of the keys of every line: which process answers, and what its servers are
 * now.
 */
export type KeyPreface = 'none' | 'process' | 'process and servers';

const PREFACES: Readonly<Record<KeyPreface, readonly string[]>> = {
  none: [],
  process: ['show info'],
  'process and servers': ['show info', 'show servers state'],
};

/**
 * `show table T key K` for each key, in as few lines of `maxBytes` as fit, each behind the preface.
 * `inexpressible` are the keys that no command can name.
 */
export function showKeys(
  table: string,
  keys: readonly string[],
  { maxBytes = MAX_LINE_BYTES, preface = 'none' }: { readonly maxBytes?: number; readonly preface?: KeyPreface } = {},
): { readonly batches: readonly KeyBatch[]; readonly inexpressible: readonly string[] } {
  const prefix = `show table ${tableWord(table)} key `;
  const before = PREFACES[preface];
  const beforeBytes = before.reduce((sum, command) => sum + command.length + 1, 0);
  const batches: KeyBatch[] = [];
  const inexpressible: string[] = [];
  let commands: string[] = [];
  let batch: string[] = [];
  let bytes = beforeBytes;
  const flush = () => {
    if (batch.length > 0 || (keys.length === 0 && before.length > 0))
      batches.push({ command: line([...before, ...commands]), keys: batch });
    commands = [];
    batch = [];
    bytes = beforeBytes;
  };
  for (const key of keys) {
    const word = escapeKey(key);
    if (typeof word !== 'string') {
      inexpressible.push(key);
      continue;
    }
    const command = prefix + word;
    if (beforeBytes + command.length + 1 > maxBytes) {
      inexpressible.push(key);
      continue;
    }
    if (bytes + command.length + 1 > maxBytes) flush();
    commands.push(command);
    batch.push(key);
    bytes += command.length + 1;
  }
  flush();
  return { batches, inexpressible };
}

/**
 * Asks for a key that is one byte longer than one the table holds. HAProxy cuts keys in commands at
 * the table's `len` (2.6 to 3.4), so it finds the shorter one exactly when that one fills the
 * table's key length.
 */
export function showLongerKey(table: string, keyBytes: Uint8Array): ReadCommand | null {
  const longer = new Uint8Array(keyBytes.length + 1);
  longer.set(keyBytes);
  longer[keyBytes.length] = 0x78;
  const word = escapeBytes(longer);
  return typeof word === 'string' ? line([`show table ${tableWord(table)} key ${word}`]) : null;
}

export function tableWord(table: string): string {
  const word = escapeBytes(Buffer.from(table, 'utf8'));
  if (typeof word !== 'string') throw new RangeError(`a table cannot be named ${JSON.stringify(table)}`);
  // These bytes are what HAProxy allows in a name; without backslashes a person can read the
  // command.
  return /^[A-Za-z0-9_.:-]+$/.test(table) ? table : word;
}

function line(commands: readonly string[]): ReadCommand {
  return `${commands.join(';')}\n` as ReadCommand;
}
