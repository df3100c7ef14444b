// Reads the answer to `show table T` straight from the chunks of a stream: its lines, and how it
// ended.

import { ProtocolError } from '../errors.ts';
import { MOST_DUMP_BYTES, MOST_LINE_BYTES, mostDumpLines } from './answer-limits.ts';
import { tooLargeTrouble } from './answer-trouble.ts';
import { createEntryReader } from './entry-line.ts';
import type { EntrySink } from './entry-sink.ts';
import { parseTableHeader, type TableHeader } from './table-header.ts';

/**
 * How an answer ended. `complete` is only what closes with an empty line and has nothing behind it:
 * a dump cut by `stats timeout` ends in a clean end of file, as often as not on a whole line (2.6
 * to 3.4).
 */
export type TableOutcome = 'complete' | 'truncated' | 'denied' | 'no-such-table' | 'not-haproxy';

export interface TableAnswer {
  readonly outcome: TableOutcome;
  readonly header: TableHeader | null;
  readonly entries: number;
  readonly bytes: number;
  readonly maxExpiresInMs: number;
  /**
   * Whether an entry says that it belongs to one peer (`shard=N`, 2.7 and later; 0 where `shards`
   * is not in use).
   */
  readonly isSpread: boolean;
  /**
   * Lines before, among or behind the entries that are none and not known, the ones behind the
   * closing empty line included: evidence that the answer cannot be trusted in full.
   */
  readonly unreadableLines: number;
  /**
   * The first line that is not an entry, for people: an error text, a help page, another program's
   * greeting.
   */
  readonly remark: string | null;
}

export interface TableParser {
  /**
   * Throws a `ProtocolError` where the dump crosses its limit: a line that no buffer of HAProxy's
   * holds, more lines than the table's own size allows, or more than is read of any table. Nothing
   * of such a dump counts.
   */
  push(chunk: Uint8Array): void;
  end(): TableAnswer;
  /** Bytes and lines so far. */
  readonly bytes: number;
  readonly lines: number;
}

const REMARK_CHARACTERS = 200;
const LF = 0x0a;

const SPREAD = / shard=[1-9]/;
const SPREAD_SHOWN = 64;

const HEADER = '# table: ';
const CONTENTS_DENIED = '# contents not dumped';
const COMMAND_DENIED = 'Permission denied';
const NO_SUCH_TABLE = 'No such table';

/**
 * Hands every entry to `sink` as soon as its line is whole; a line may be cut anywhere between two
 * chunks.
 */
export function createTableParser(sink: EntrySink): TableParser {
  const entryReader = createEntryReader(sink);
  const { lines } = sink;
  let carry = new Uint8Array(4096);
  let carried = 0;
  let bytes = 0;
  let unreadableLines = 0;
  let header: TableHeader | null = null;
  let remark: string | null = null;
  let contentsDenied = false;
  let closed = false;
  let textBehind = false;
  let otherLines = 0;
  let isSpread = false;

  function readLine(buffer: Uint8Array, start: number, end: number): void {
    requireLine(end - start);
    if (closed) {
      textBehind = true;
      addUnreadable(textOf(buffer.subarray(start, end)));
    } else if (start === end) {
      otherLines++;
      closed = header !== null;
    } else if (header === null) {
      const text = textOf(buffer.subarray(start, end), MOST_LINE_BYTES);
      header = parseTableHeader(text);
      if (header === null) addUnreadable(text.slice(0, REMARK_CHARACTERS));
    } else if (entryReader.read(buffer, start, end)) {
      lines?.learn(entryReader.entry, start, end);
      // The first lines of a dump are read here, and every line of a spread table shows it.
      isSpread ||= entriesRead() <= SPREAD_SHOWN && SPREAD.test(textOf(buffer.subarray(entryReader.entry.keyEnd, end)));
    } else {
      const text = textOf(buffer.subarray(start, end));
      if (entriesRead() === 0 && text.startsWith(CONTENTS_DENIED)) contentsDenied = true;
      else addUnreadable(text);
    }
  }

  /** The lines of a chunk that are whole; what is left of it is carried over. */
  function readLines(chunk: Uint8Array, from: number): void {
    let start = from;
    lines?.show(chunk);
    while (true) {
      if (lines !== undefined && header !== null && !closed) start = lines.read(start);
      const end = chunk.indexOf(LF, start);
      if (end < 0) {
        if (start < chunk.length) carryOver(chunk, start, chunk.length);
        return;
      }
      readLine(chunk, start, end);
      start = end + 1;
    }
  }

  function entriesRead(): number {
    return entryReader.entries + (lines?.entries ?? 0);
  }

  function addUnreadable(text: string): void {
    unreadableLines++;
    remark ??= text;
  }

  function requireLine(length: number): void {
    if (length > MOST_LINE_BYTES) throw tooLarge('one line of its dump', `${MOST_LINE_BYTES / 1_024} KB`);
  }

  function linesRead(): number {
    return entriesRead() + unreadableLines + otherLines;
  }

  function requireLimits(): void {
    if (bytes > MOST_DUMP_BYTES) throw tooLarge('its dump', `${MOST_DUMP_BYTES / 1_000_000} MB`);
    const most = mostDumpLines(header?.size ?? null);
    if (linesRead() <= most) return;
    const size = header === null ? 'no header' : `a table of size ${header.size.toLocaleString('en')}`;
    throw tooLarge(`its dump, of ${size},`, `${most.toLocaleString('en')} lines`);
  }

  /** Keeps the beginning of a line for the next chunk. */
  function carryOver(buffer: Uint8Array, start: number, end: number): void {
    const length = carried + end - start;
    requireLine(length);
    if (length > carry.length) {
      const grown = new Uint8Array(Math.max(carry.length * 2, length));
      grown.set(carry.subarray(0, carried));
      carry = grown;
    }
    carry.set(buffer.subarray(start, end), carried);
    carried = length;
  }

  /** Handles the rest behind the last line feed: the line was cut, also if it looks whole. */
  function readCutLine(): void {
    const text = textOf(carry.subarray(0, carried));
    if (closed) {
      textBehind = true;
      addUnreadable(text);
    } else if (header === null && !isBeginning(text)) addUnreadable(text);
    carried = 0;
  }

  function judge(): TableOutcome {
    if (contentsDenied && entriesRead() === 0) return 'denied';
    if (header !== null) return closed && !textBehind ? 'complete' : 'truncated';
    if (remark === null) return 'truncated';
    if (remark.startsWith(COMMAND_DENIED)) return 'denied';
    return remark.startsWith(NO_SUCH_TABLE) ? 'no-such-table' : 'not-haproxy';
  }

  return {
    get bytes() {
      return bytes;
    },
    get lines() {
      return linesRead();
    },
    push(chunk) {
      bytes += chunk.length;
      let start = 0;
      if (carried > 0) {
        const first = chunk.indexOf(LF);
        carryOver(chunk, 0, first < 0 ? chunk.length : first);
        if (first < 0) return requireLimits();
        readLine(carry, 0, carried);
        carried = 0;
        start = first + 1;
      }
      readLines(chunk, start);
      requireLimits();
    },
    end() {
      if (carried > 0) readCutLine();
      const maxExpiresInMs = Math.max(entryReader.maxExpiresInMs, lines?.maxExpiresInMs ?? 0);
      return {
        outcome: judge(),
        header,
        entries: entriesRead(),
        bytes,
        maxExpiresInMs,
        isSpread,
        unreadableLines,
        remark,
      };
    },
  };
}

/** Whether a cut line can be the beginning of a line that HAProxy answers with. */
function isBeginning(text: string): boolean {
  return [HEADER, COMMAND_DENIED, NO_SUCH_TABLE].some((known) => known.startsWith(text.slice(0, known.length)));
}

/** The beginning of a line, one character a byte. */
function textOf({ buffer, byteOffset, length }: Uint8Array, limit: number = REMARK_CHARACTERS): string {
  return Buffer.from(buffer, byteOffset, Math.min(length, limit)).toString('latin1');
}

function tooLarge(answer: string, most: string): ProtocolError {
  return new ProtocolError(tooLargeTrouble(answer, most));
}
