// The reading half of the runtime API over one transport: state, dump, single keys. It holds nothing that could send a writing command.

import type { EntrySink } from '../domain/entry.ts';
import { conferenceOf, decodeKey } from '../domain/key.ts';
import type { Trouble } from '../domain/proxy.ts';
import { ProtocolError, TransportError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import { parseKeyAnswers } from './parse-key-answers.ts';
import { type ProxyState, parseState } from './parse-state.ts';
import { createTableParser, type TableAnswer } from './parse-table.ts';
import { type ReadCommand, showKeys, showLongerKey, showState, showTable } from './read-commands.ts';

/** What is seen of a conversation while it runs: `bytes` so far, and the raw chunks for whoever keeps them. */
export interface Watcher {
  readonly onBytes?: (bytes: number) => void;
  readonly onChunk?: (chunk: Uint8Array) => void | Promise<void>;
}

/** An answer, and what broke it off when something did: the entries before that are true all the same. */
export interface Dump extends TableAnswer {
  readonly brokenBy: Trouble | null;
}

/** Asks one proxy. Rejects with `TransportError` or `ProtocolError`; each call is one or a few conversations with a deadline each. */
export interface TableReader {
  state(signal: AbortSignal, watcher?: Watcher): Promise<ProxyState>;
  /** Hands every entry to `sink`. Whether the dump was whole is in the answer. */
  dump(sink: EntrySink, signal: AbortSignal, watcher?: Watcher): Promise<Dump>;
  /** Hands the entries of these keys to `sink`; the keys that no command can name come back. */
  entries(keys: readonly string[], sink: EntrySink, signal: AbortSignal): Promise<readonly string[]>;
  /** Whether this key fills the table's key length. */
  fillsKeyLength(key: string, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

export function createTableReader(transport: Transport, table: string, timeoutMs: number): TableReader {
  async function askText(command: ReadCommand, signal: AbortSignal, onChunk?: Watcher['onChunk']): Promise<string> {
    const chunks: Buffer[] = [];
    await transport.ask(
      command,
      (chunk) => {
        chunks.push(Buffer.from(chunk));
        return onChunk?.(chunk);
      },
      { timeoutMs, signal },
    );
    return Buffer.concat(chunks).toString('latin1');
  }

  return {
    async state(signal, watcher) {
      const state = parseState(await askText(showState(), signal, watcher?.onChunk), table);
      if ('problem' in state) throw new ProtocolError(notStateTrouble(state.problem, state.remark));
      return state;
    },
    async dump(sink, signal, watcher) {
      const parser = createTableParser(sink);
      try {
        await transport.ask(
          showTable(table),
          (chunk) => {
            parser.push(chunk);
            watcher?.onBytes?.(parser.bytes);
            return watcher?.onChunk?.(chunk);
          },
          { timeoutMs, signal },
        );
      } catch (error) {
        if (!(error instanceof TransportError) || parser.bytes === 0) throw error;
        return { ...parser.end(), brokenBy: { code: error.code, message: error.message, remedy: error.remedy } };
      }
      return { ...parser.end(), brokenBy: null };
    },
    async entries(keys, sink, signal) {
      const { batches, inexpressible } = showKeys(table, keys);
      for (const batch of batches) {
        const answers = parseKeyAnswers(await askText(batch.command, signal), batch.keys, sink);
        if (answers.outcome !== 'complete') throw new ProtocolError(keyAnswerTrouble(answers.outcome, answers.remark));
      }
      return inexpressible;
    },
    async fillsKeyLength(key, signal) {
      const command = showLongerKey(table, decodeKey(key));
      if (command === null) return false;
      const answer = await askText(command, signal);
      return answer.startsWith('# table: ') && answer.includes(`: key=${key} `);
    },
    close: () => transport.close(),
  };
}

function notStateTrouble(problem: 'not-haproxy' | 'truncated', remark: string): Trouble {
  if (problem === 'truncated') {
    return {
      code: 'closed-early',
      message: 'the connection was closed before the answer was complete',
      remedy:
        'look at the proxy: it may be reloading, out of connections on its stats socket, or `stats timeout` is very short',
    };
  }
  return {
    code: 'not-haproxy',
    message: `this is not HAProxy's stats socket: it answered ${JSON.stringify(conferenceOf(remark).slice(0, 80))}`,
    remedy: 'check the endpoint: it must be a `stats socket` of HAProxy, not an HTTP frontend or another program',
  };
}

function keyAnswerTrouble(outcome: 'truncated' | 'denied' | 'no-such-table' | 'not-haproxy', remark: string): Trouble {
  switch (outcome) {
    case 'truncated':
      return notStateTrouble('truncated', remark);
    case 'denied':
      return {
        code: 'level',
        message: 'the stats socket lost its level during the run',
        remedy: 'give the socket `level operator`',
      };
    case 'no-such-table':
      return {
        code: 'no-such-table',
        message: 'the table disappeared during the run',
        remedy: 'look at the proxy: it was reloaded with another configuration',
      };
    case 'not-haproxy':
      return notStateTrouble('not-haproxy', remark);
  }
}
