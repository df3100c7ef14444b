// The rows of Consul's KV, cut out of the answer while it comes. A row is a flat object of half a
// megabyte at most, nearly all of it one text in base64, which is never made a JavaScript text of
// its own kind: it is cut out and decoded alone. Pure.

import { ByteQueue } from './byte-queue.ts';
import { ObjectEnd } from './object-end.ts';

/**
 * Consul refuses values over 512 KB (`kv_max_value_size`), which base64 makes a third longer: ten
 * times as much is no report.
 */
const MOST_ROW = 1 << 23;

const VALUE = Buffer.from('"Value"');
const COLON = 0x3a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;

/** `value` is `null` where the key has none, and `undefined` where it is not base64. */
export interface KvRow {
  readonly key: string;
  readonly value: Buffer | null | undefined;
}

export class KvRows {
  readonly #onRow: (row: KvRow) => void;
  readonly #queue = new ByteQueue();
  readonly #end = new ObjectEnd();
  #state: 'before' | 'row' | 'comma' | 'behind' = 'before';
  #wrong: string | null = null;

  constructor(onRow: (row: KvRow) => void) {
    this.#onRow = onRow;
  }

  /** `false` where nothing that follows can change what `end` says. */
  write(chunk: Uint8Array): boolean {
    if (this.#wrong !== null) return false;
    this.#queue.append(chunk);
    const { bytes } = this.#queue;
    let at = 0;
    while (at < bytes.length && this.#wrong === null) {
      const byte = bytes[at]!;
      if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) at++;
      else if (byte === OPEN && this.#state === 'row') {
        const end = this.#end.find(bytes, at);
        if (end < 0) break;
        this.#readRow(bytes.subarray(at, end));
        at = end;
        this.#state = 'comma';
      } else {
        this.#step(byte);
        at++;
      }
    }
    this.#queue.drop(at);
    if (this.#queue.bytes.length > MOST_ROW) this.#wrong ??= `has a row of more than ${MOST_ROW} bytes`;
    return this.#wrong === null;
  }

  /** What is wrong with the answer, as it stands behind its place; `null`: it is whole. */
  end(): string | null {
    return this.#wrong ?? (this.#state === 'behind' ? null : 'is cut off');
  }

  #step(byte: number): void {
    if (byte === OPEN_LIST && this.#state === 'before') this.#state = 'row';
    else if (byte === COMMA && this.#state === 'comma') this.#state = 'row';
    else if (byte === CLOSE_LIST && (this.#state === 'row' || this.#state === 'comma')) this.#state = 'behind';
    else this.#wrong = "is not Consul's list of keys";
  }

  #readRow(row: Buffer): void {
    const start = valueStart(row);
    // A value in base64 has no escapes, so that the next quote ends it.
    const end = start < 0 ? -1 : row.indexOf(QUOTE, start);
    const text = end < 0 ? row.toString() : row.toString('utf8', 0, start) + row.toString('utf8', end);
    const fields = parse(text);
    if (typeof fields?.Key !== 'string' || (fields.Value !== null && fields.Value !== '')) {
      this.#wrong = "is not Consul's list of keys";
      return;
    }
    this.#onRow({ key: fields.Key, value: fields.Value === null ? null : decode(row.toString('latin1', start, end)) });
  }
}

/** Where the text of the value begins; -1: it has none. Some Consul agents write spaces. */
function valueStart(row: Buffer): number {
  let at = row.indexOf(VALUE) + VALUE.length;
  if (at < VALUE.length) return -1;
  while (row[at] === COLON || row[at] === 0x20) at++;
  return row[at] === QUOTE ? at + 1 : -1;
}

function parse(text: string): { readonly Key?: unknown; readonly Value?: unknown } | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Node skips what is not base64; the length shows that it did. */
function decode(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  return text.length % 4 === 0 && bytes.length === (text.length / 4) * 3 - padding ? bytes : undefined;
}
