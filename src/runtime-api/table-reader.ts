// The reading half of the runtime API over one transport: state, dump, single keys. It holds
// nothing that could send a writing command.

import pLimit from 'p-limit';
import { decodeKey } from '../domain/key.ts';
import type { Trouble } from '../domain/proxy.ts';
import type { Server } from '../domain/server.ts';
import { ProtocolError, TransportError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import {
  INFO_LIMIT,
  KEYS_LIMIT,
  LEVEL_LIMIT,
  MAPS_LIMIT,
  PREMISE_LIMIT,
  STATE_LIMIT,
  type TextLimit,
} from './answer-limits.ts';
import { keyAnswerTrouble, LEVEL_TROUBLE, notStateTrouble, reloadedTrouble, withSoFar } from './answer-trouble.ts';
import { askForText, type Question, type TextOptions } from './ask-text.ts';
import type { EntrySink } from './entry-sink.ts';
import { parseKeyAnswers } from './parse-key-answers.ts';
import {
  canSeeEntries,
  type ProcessId,
  type ProxyState,
  parseProcess,
  parseServersSection,
  parseState,
  sameProcess,
} from './parse-state.ts';
import { createTableParser, type TableAnswer } from './parse-table.ts';
import {
  isLineTooLong,
  type KeyBatch,
  type KeyPreface,
  MAX_LINE_BYTES,
  showKeys,
  showLevel,
  showLongerKey,
  showMaps,
  showProcess,
  showState,
  showTable,
} from './read-commands.ts';

/**
 * Follows a conversation while it runs: bytes and lines so far, and the raw chunks. An error thrown
 * here ends the conversation.
 */
export interface Watcher {
  readonly onRead?: (bytes: number, lines: number) => void;
  readonly onChunk?: (chunk: Uint8Array) => void | Promise<void>;
  /** A dump is ended once it has had so many lines; its answer is then one that was cut short. */
  readonly enoughLines?: number;
}

/**
 * An answer, and what broke it off when something did: the entries before that are true all the
 * same.
 */
export interface Dump extends TableAnswer {
  readonly brokenBy: Trouble | null;
}

/**
 * Asks one proxy. Rejects with `TransportError` or `ProtocolError`; each call is one or a few
 * conversations with a deadline each. No command ever names a key on a socket at level user. After
 * `state` the reader knows which process it reads: an open conversation stays with the old one when
 * HAProxy is reloaded, and that one drops its table while it ends (2.6 to 3.4). So keys are asked
 * for in new conversations, and another process is a `reloaded` proxy.
 */
export interface TableReader {
  state(signal: AbortSignal, watcher?: Watcher): Promise<ProxyState>;
  /** Hands every entry to `sink`. Whether the dump was whole is in the answer. */
  dump(sink: EntrySink, signal: AbortSignal, watcher?: Watcher): Promise<Dump>;
  /**
   * Hands the entries of these keys to `sink`; the keys that no command to this proxy can name come
   * back. What the sink had before a rejection is true.
   */
  entries(keys: readonly string[], sink: EntrySink, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * As `entries`, and resolves to the servers at that moment: a write is judged by both. Every key
   * must be one that a command can name.
   */
  premise(keys: readonly string[], sink: EntrySink, signal: AbortSignal): Promise<readonly Server[]>;
  /** Rejects as `reloaded` where another process answers now than the one whose state was read. */
  checkProcess(signal: AbortSignal): Promise<void>;
  /** What `parseMaps` reads: these map files. Absent for saved dumps that hold none. */
  maps?(files: readonly string[], signal: AbortSignal): Promise<string>;
  /** Whether it reads saved dumps, which never change. */
  readonly isSaved?: boolean;
  /** Whether this key fills the table's key length. */
  fillsKeyLength(key: string, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/** Lines that are asked at once: with a distant proxy a conversation is mostly waiting. */
const LINES_AT_ONCE = 8;

/** Ends a dump of which enough was read. */
const ENOUGH = new Error('enough was read');

/** About what an entry takes in a dump, with names of ordinary length (2.6 to 3.4). */
const ENTRY_BYTES = 120;

/** The keys to ask for, where their entries go, and what is asked in front of them. */
interface KeyQuestion {
  readonly keys: readonly string[];
  readonly sink: EntrySink;
  readonly preface: KeyPreface;
}

export function createTableReader(transport: Transport, table: string, timeoutMs: number): TableReader {
  let seesEntries: boolean | null = null;
  let used = 0;
  /** The process that is read, once its state was. */
  let known: ProcessId | null = null;
  /** The longest line that this proxy has not refused, as far as is known. */
  let lineBytes = MAX_LINE_BYTES;

  const askText = (question: Question, signal: AbortSignal, more: Pick<TextOptions, 'onChunk' | 'isNew'> = {}) =>
    askForText(transport, question, { ...more, timeoutMs, signal });

  /**
   * On 3.0.11 a `show table T key K` at level user leaks a reference to the entry, which then
   * neither expires nor can be cleared. So the level is asked for before any key, unless a dump has
   * shown it.
   */
  async function requireLevel(signal: AbortSignal): Promise<void> {
    if (seesEntries === null) {
      const level = canSeeEntries(await askText([showLevel(), 'show cli level', LEVEL_LIMIT], signal));
      if (typeof level !== 'boolean') throw new ProtocolError(notStateTrouble(level.problem, level.remark));
      seesEntries = level;
    }
    if (!seesEntries) throw new ProtocolError(LEVEL_TROUBLE);
  }

  /**
   * The rest of an answer that begins with `show info`, if the process is the one that is known.
   */
  function withoutProcess(text: string): string {
    const answer = parseProcess(text);
    if ('problem' in answer) throw new ProtocolError(notStateTrouble(answer.problem, answer.remark));
    if (known !== null && !sameProcess(known, answer.process))
      throw new ProtocolError(reloadedTrouble(known.pid, answer.process.pid));
    return answer.rest;
  }

  /** The servers of the last line's answer. */
  async function askKeys(
    { keys, sink, preface }: KeyQuestion,
    signal: AbortSignal,
  ): Promise<{ readonly left: readonly string[]; readonly servers: readonly Server[] }> {
    const { batches, inexpressible } = showKeys(table, keys, { maxBytes: lineBytes, preface });
    const left = [...inexpressible];
    let servers: readonly Server[] = [];
    if (batches.some((batch) => batch.keys.length > 0)) await requireLevel(signal);
    const limit = pLimit(LINES_AT_ONCE);
    const [first, ...others] = batches;
    if (first !== undefined) await askBatch(first, preface !== 'none');
    await Promise.all(others.map((batch) => limit(askBatch, batch, false)));

    async function askBatch(batch: KeyBatch, isNew: boolean): Promise<void> {
      let text = await askText([batch.command, `about ${batch.keys.length} of its keys`, limitOf(preface)], signal, {
        isNew,
      });
      if (isLineTooLong(text)) {
        lineBytes = Math.min(lineBytes, Math.floor(batch.command.length / 2));
        const shorter = showKeys(table, batch.keys, { maxBytes: lineBytes, preface });
        left.push(...shorter.inexpressible);
        for (const part of shorter.batches) await askBatch(part, false);
        return;
      }
      if (preface !== 'none') text = withoutProcess(text);
      if (preface === 'process and servers') {
        const section = parseServersSection(text);
        if ('problem' in section) throw new ProtocolError(notStateTrouble(section.problem, section.remark));
        servers = section.servers;
        text = section.rest;
      }
      const answers = parseKeyAnswers(text, batch.keys, sink);
      if (answers.outcome !== 'complete') throw new ProtocolError(keyAnswerTrouble(answers.outcome, answers.remark));
    }
    return { left, servers };
  }

  return {
    async state(signal, watcher) {
      const state = parseState(
        await askText([showState(), 'show info', STATE_LIMIT], signal, { onChunk: watcher?.onChunk }),
        table,
      );
      if ('problem' in state) throw new ProtocolError(notStateTrouble(state.problem, state.remark));
      used = state.tables.find(({ name }) => name === table)?.used ?? 0;
      known = { pid: state.pid, startedAtSeconds: state.startedAtSeconds };
      return state;
    },
    async dump(sink, signal, watcher) {
      const parser = createTableParser(sink);
      const { enoughLines = Number.POSITIVE_INFINITY } = watcher ?? {};
      let broken: TransportError | null = null;
      try {
        await transport.ask(
          showTable(table),
          (chunk) => {
            parser.push(chunk);
            watcher?.onRead?.(parser.bytes, parser.lines);
            if (parser.lines >= enoughLines) throw ENOUGH;
            return watcher?.onChunk?.(chunk);
          },
          { timeoutMs, signal, expectedBytes: used * ENTRY_BYTES, isRepeatable: true },
        );
      } catch (error) {
        if (error !== ENOUGH && !(error instanceof TransportError)) throw error;
        if (error instanceof TransportError) broken = error;
      }
      const { bytes } = parser;
      const answer = parser.end();
      const asked = `show table ${table}`;
      broken &&= withSoFar(broken, { asked, entries: answer.entries, entriesInTable: used });
      if (broken !== null && bytes === 0) throw broken;
      if (answer.outcome === 'denied') seesEntries = false;
      else if (answer.outcome === 'complete' || answer.entries > 0) seesEntries = true;
      // A complete answer shows that it is complete: an error after its end changes nothing.
      const brokenBy = broken && { code: broken.code, message: broken.message, remedy: broken.remedy };
      return { ...answer, brokenBy: answer.outcome === 'complete' ? null : brokenBy };
    },
    entries: async (keys, sink, signal) =>
      (await askKeys({ keys, sink, preface: known === null ? 'none' : 'process' }, signal)).left,
    async premise(keys, sink, signal) {
      const { servers, left } = await askKeys({ keys, sink, preface: 'process and servers' }, signal);
      if (left.length > 0) throw new RangeError(`keys that no command can name: ${left.length}`);
      return servers;
    },
    async checkProcess(signal) {
      if (known !== null)
        withoutProcess(await askText([showProcess(), 'show info', INFO_LIMIT], signal, { isNew: true }));
    },
    maps: (files, signal) => askText([showMaps(files), 'show map', MAPS_LIMIT], signal),
    async fillsKeyLength(key, signal) {
      const command = showLongerKey(table, decodeKey(key));
      if (command === null) return false;
      await requireLevel(signal);
      const answer = await askText([command, 'about 1 of its keys', KEYS_LIMIT], signal);
      return answer.startsWith('# table: ') && answer.includes(`: key=${key} `);
    },
    close: () => transport.close(),
  };
}

function limitOf(preface: KeyPreface): TextLimit {
  return preface === 'process and servers' ? PREMISE_LIMIT : KEYS_LIMIT;
}
