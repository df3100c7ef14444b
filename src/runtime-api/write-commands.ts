// Every command a healer can send. A `WriteCommand` is made here and nowhere else; each names one
// key, escaped, and nothing optional.

import { escapeKey } from './escape.ts';
import { MAX_LINE_BYTES, tableWord } from './read-commands.ts';

/** A line for the runtime API that writes, its line feed included; one character a byte. */
type WriteCommand = string & { readonly writeCommand: unique symbol };

/** The commands of one line; each brings one answer, in order. */
export interface WriteLine {
  readonly commands: readonly string[];
}

export function spellLine({ commands }: WriteLine): WriteCommand {
  return `${commands.join(';')}\n` as WriteCommand;
}

export function halvesOf({ commands }: WriteLine): readonly WriteLine[] {
  const middle = Math.ceil(commands.length / 2);
  return [{ commands: commands.slice(0, middle) }, { commands: commands.slice(middle) }];
}

/**
 * `set table T key K data.server_id N` for each entry. HAProxy then sends the entry, with the key
 * it has, to its peers (2.6 to 3.4). Ids have 32 bits; HAProxy cuts larger ones without an error.
 */
export function setServerIds(
  table: string,
  entries: readonly { readonly key: string; readonly serverId: number }[],
): readonly WriteLine[] {
  return lines(entries.map((entry) => setServerId(table, entry.key, entry.serverId)));
}

/**
 * The command as it goes out, one character a byte, without its line feed. It must be made safe to
 * print before a person is shown it.
 */
export function setServerId(table: string, key: string, serverId: number): string {
  if (!Number.isInteger(serverId) || serverId < 1 || serverId > 0x7fffffff)
    throw new RangeError(`no server id: ${serverId}`);
  return `set table ${tableWord(table)} key ${wordOf(key)} data.server_id ${serverId}`;
}

/** `clear table T key K` for each key. It changes this proxy only; peers are not sent anything. */
export function clearKeys(table: string, keys: readonly string[]): readonly WriteLine[] {
  return lines(keys.map((key) => clearKey(table, key)));
}

export function clearKey(table: string, key: string): string {
  return `clear table ${tableWord(table)} key ${wordOf(key)}`;
}

/**
 * The key as a word. Throws for a key that has none: `clear table T` alone would empty the table.
 */
function wordOf(key: string): string {
  const word = escapeKey(key);
  if (typeof word !== 'string') throw new RangeError(`a key that no command can name: ${word.problem}`);
  return word;
}

function lines(commands: readonly string[]): readonly WriteLine[] {
  const batches: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const command of commands) {
    if (bytes + command.length + 1 > MAX_LINE_BYTES) {
      batches.push([]);
      bytes = 0;
    }
    batches[batches.length - 1]!.push(command);
    bytes += command.length + 1;
  }
  return batches.map((batch) => ({ commands: batch }));
}
