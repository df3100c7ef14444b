// The reading half of the runtime API over one transport: state, dump, single keys. It holds nothing that could send a writing command.

import type { EntrySink } from '../domain/entry.ts';
import { decodeKey } from '../domain/key.ts';
import type { Trouble } from '../domain/proxy.ts';
import { ProtocolError, TransportError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import { keyAnswerTrouble, LEVEL_TROUBLE, notStateTrouble } from './answer-trouble.ts';
import { parseKeyAnswers } from './parse-key-answers.ts';
import { canSeeEntries, type ProxyState, parseState } from './parse-state.ts';
import { createTableParser, type TableAnswer } from './parse-table.ts';
import {
  isLineTooLong,
  MAX_LINE_BYTES,
  type ReadCommand,
  showKeys,
  showLevel,
  showLongerKey,
  showState,
  showTable,
} from './read-commands.ts';

/** What is seen of a conversation while it runs: `bytes` so far, and the raw chunks for whoever keeps them. */
export interface Watcher {
  readonly onBytes?: (bytes: number) => void;
  readonly onChunk?: (chunk: Uint8Array) => void | Promise<void>;
}

/** An answer, and what broke it off when something did: the entries before that are true all the same. */
export interface Dump extends TableAnswer {
  readonly brokenBy: Trouble | null;
}

/**
 * Asks one proxy. Rejects with `TransportError` or `ProtocolError`; each call is one or a few conversations with a deadline each.
 * No command ever names a key on a socket at level user.
 */
export interface TableReader {
  state(signal: AbortSignal, watcher?: Watcher): Promise<ProxyState>;
  /** Hands every entry to `sink`. Whether the dump was whole is in the answer. */
  dump(sink: EntrySink, signal: AbortSignal, watcher?: Watcher): Promise<Dump>;
  /** Hands the entries of these keys to `sink`; the keys that no command to this proxy can name come back. What the sink had before a rejection is true. */
  entries(keys: readonly string[], sink: EntrySink, signal: AbortSignal): Promise<readonly string[]>;
  /** Whether this key fills the table's key length. */
  fillsKeyLength(key: string, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/** About what an entry takes in a dump, with names of ordinary length (2.6 to 3.4). */
const ENTRY_BYTES = 120;

export function createTableReader(transport: Transport, table: string, timeoutMs: number): TableReader {
  let seesEntries: boolean | null = null;
  let used = 0;
  /** The longest line that this proxy has not refused, as far as is known. */
  let lineBytes = MAX_LINE_BYTES;

  async function askText(command: ReadCommand, signal: AbortSignal, onChunk?: Watcher['onChunk']): Promise<string> {
    const chunks: Buffer[] = [];
    await transport.ask(
      command,
      (chunk) => {
        chunks.push(Buffer.from(chunk));
        return onChunk?.(chunk);
      },
      { timeoutMs, signal, isRepeatable: true },
    );
    return Buffer.concat(chunks).toString('latin1');
  }

  /**
   * On 3.0.11 a `show table T key K` at level user leaks a reference to the entry, which then neither expires nor can be cleared: the level
   * is asked for, where no dump has shown it, before a key is.
   */
  async function requireLevel(signal: AbortSignal): Promise<void> {
    if (seesEntries === null) {
      const level = canSeeEntries(await askText(showLevel(), signal));
      if (typeof level !== 'boolean') throw new ProtocolError(notStateTrouble(level.problem, level.remark));
      seesEntries = level;
    }
    if (!seesEntries) throw new ProtocolError(LEVEL_TROUBLE);
  }

  return {
    async state(signal, watcher) {
      const state = parseState(await askText(showState(), signal, watcher?.onChunk), table);
      if ('problem' in state) throw new ProtocolError(notStateTrouble(state.problem, state.remark));
      used = state.tables.find(({ name }) => name === table)?.used ?? 0;
      return state;
    },
    async dump(sink, signal, watcher) {
      const parser = createTableParser(sink);
      let brokenBy: Trouble | null = null;
      try {
        await transport.ask(
          showTable(table),
          (chunk) => {
            parser.push(chunk);
            watcher?.onBytes?.(parser.bytes);
            return watcher?.onChunk?.(chunk);
          },
          { timeoutMs, signal, expectedBytes: used * ENTRY_BYTES, isRepeatable: true },
        );
      } catch (error) {
        if (!(error instanceof TransportError) || parser.bytes === 0) throw error;
        brokenBy = { code: error.code, message: error.message, remedy: error.remedy };
      }
      const answer = parser.end();
      if (answer.outcome === 'denied') seesEntries = false;
      else if (answer.outcome === 'complete' || answer.entries > 0) seesEntries = true;
      // An answer says itself when it is complete: what breaks a conversation after that has broken nothing.
      return { ...answer, brokenBy: answer.outcome === 'complete' ? null : brokenBy };
    },
    async entries(keys, sink, signal) {
      const { batches, inexpressible } = showKeys(table, keys, lineBytes);
      const left = [...inexpressible];
      const queue = [...batches];
      if (batches.length > 0) await requireLevel(signal);
      for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
        const text = await askText(batch.command, signal);
        if (isLineTooLong(text)) {
          lineBytes = Math.floor(batch.command.length / 2);
          const shorter = showKeys(table, [...batch.keys, ...queue.flatMap((each) => each.keys)], lineBytes);
          queue.splice(0, queue.length, ...shorter.batches);
          left.push(...shorter.inexpressible);
          continue;
        }
        const answers = parseKeyAnswers(text, batch.keys, sink);
        if (answers.outcome !== 'complete') throw new ProtocolError(keyAnswerTrouble(answers.outcome, answers.remark));
      }
      return left;
    },
    async fillsKeyLength(key, signal) {
      const command = showLongerKey(table, decodeKey(key));
      if (command === null) return false;
      await requireLevel(signal);
      const answer = await askText(command, signal);
      return answer.startsWith('# table: ') && answer.includes(`: key=${key} `);
    },
    close: () => transport.close(),
  };
}
