// The compiled part of reading dumps (`assembly/`), one instance a key table: WebAssembly, because
// JavaScript takes twice as long, and longer still until it is warm.

import { existsSync, readFileSync } from 'node:fs';
import type { Label } from '../domain/entry.ts';
import { inMemory } from './memory.ts';

/**
 * What the last `readLines` read, line by line; the arrays are the instance's own and change with
 * the next call.
 */
export interface LineBatch {
  readonly count: number;
  /** The row of its key, -1 where the key is not there and was not to be added. */
  readonly rows: Int32Array;
  readonly expiries: Int32Array;
  /** The tail's number, see `labelOfTail`. */
  readonly tails: Int32Array;
  /** How many bytes the key has as the dump spells it. */
  readonly lengths: Int32Array;
}

/** What to read next, and how; see `assembly/lines.ts`. */
export interface LoadedPiece {
  /** Where to begin, and how many bytes were loaded in all. */
  readonly offset: number;
  readonly length: number;
  /** How many bytes come before the key in each line. */
  readonly keyOffset: number;
  /** The order in which rows are expected, and the place in it of the next one. */
  readonly order: number;
  readonly expectedPlace: number;
  readonly admitsNewKeys: boolean;
}

export interface CompiledLines {
  readonly keyCount: number;
  /** The key as the dump spells it: the instance's own memory, true until the next call. */
  keyBytes(row: number): Uint8Array;
  /** How many bytes the key really has, behind its spelling. */
  decodedLength(row: number): number;
  /** The row of `bytes[start..end)`; -1 where it is not there. */
  find(bytes: Uint8Array, start: number, end: number): number;
  add(bytes: Uint8Array, start: number, end: number): number;
  hashOf(bytes: Uint8Array, start: number, end: number): number;
  /** Takes `bytes[start..end)` in, for `readLines`. */
  load(bytes: Uint8Array, start: number, end: number): void;
  /** Reads lines of what was loaded. */
  readLines(piece: LoadedPiece): LineBatch;
  /**
   * More about the last `readLines`: how many bytes were read, the place of the row that is
   * expected next, how many rows were not expected, and the largest expiry in milliseconds.
   */
  readonly position: number;
  readonly expectedPlace: number;
  readonly missed: number;
  readonly maxExpiresInMs: number;
  /** Orders of rows, from 1 on, that dumps came in; 0 is that of the rows themselves. */
  readonly orderCount: number;
  /** Begins another one: its number, 0 where there are enough. */
  startOrder(): number;
  /** Adds the rows of the last batch. */
  rememberOrder(order: number, count: number): void;
  /**
   * Teaches the tail of an entry's line, which follows the expiry, and the label that it means.
   * Returns false if the tail was known already, or there is no room for it.
   */
  learnTail(tail: Uint8Array, label: Label): boolean;
  labelOfTail(number: number): Label;
}

/** What the lines of a batch have, by its place in memory. */
const FIELDS = ['rows', 'expiries', 'tails', 'lengths'] as const;

type Exports = { readonly [field in `${(typeof FIELDS)[number] | 'secrets'}Address`]: () => number } & {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly position: { readonly value: number };
  readonly expected: { readonly value: number };
  readonly maxExpiry: { readonly value: number };
  readonly missed: { readonly value: number };
  readonly orderCount: () => number;
  readonly startOrder: () => number;
  readonly extendOrder: (order: number, rowsAt: number, count: number) => void;
  readonly keyCount: () => number;
  readonly keyAddress: (row: number) => number;
  readonly keyLength: (row: number) => number;
  readonly decodedLength: (row: number) => number;
  readonly reserveLines: (bytes: number) => number;
  readonly reserveKey: (bytes: number) => number;
  readonly find: (at: number, length: number) => number;
  readonly add: (at: number, length: number) => number;
  readonly hashOf: (at: number, length: number) => number;
  readonly learnTail: (at: number, length: number) => number;
  readonly readLines: (
    start: number,
    end: number,
    keyOffset: number,
    order: number,
    guess: number,
    admits: boolean,
  ) => number;
};

/**
 * Node has WebAssembly, but its types do not; the types of browsers would bring `window` and more.
 */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: object };
};

/**
 * What the instance needs memory for, in words for people. An instance that gets no memory traps,
 * and stays as it was.
 */
const KEYS = 'the keys of its dump beside those of the others';

const SECRETS = 128;
const MAX_LINES = 4_096;
const SHORT_KEY = 256;

let compiled: object | null = null;

/**
 * `seed` is the secret of the hash: names of conferences come from users, who must not be able to
 * choose keys that collide.
 */
export function createCompiledLines(seed: number): CompiledLines {
  compiled ??= new WebAssembly.Module(readFileSync(moduleUrl()));
  const wasm = instanceOf(compiled);
  const labels: Label[] = [];
  let memory = new Uint8Array(0);
  let batch: Omit<LineBatch, 'count'>;
  let textAt = 0;

  /**
   * The instance's memory. A memory that has grown is a new buffer for JavaScript, and of the
   * former one nothing is left.
   */
  function look(): Uint8Array {
    if (memory.length > 0) return memory;
    const { buffer } = wasm.memory;
    memory = new Uint8Array(buffer);
    const [rows, expiries, tails, lengths] = FIELDS.map(
      (name) => new Int32Array(buffer, wasm[`${name}Address`](), MAX_LINES),
    ) as [Int32Array, Int32Array, Int32Array, Int32Array];
    batch = { rows, expiries, tails, lengths };
    return memory;
  }

  function put(bytes: Uint8Array, reserve: (bytes: number) => number): number {
    const at = inMemory(KEYS, () => reserve(bytes.length));
    look().set(bytes, at);
    return at;
  }

  /** Where a key's bytes are for the call to come. */
  function placeKey(bytes: Uint8Array, start: number, end: number): number {
    // A view of a short key takes longer than its copy.
    if (end - start > SHORT_KEY) return put(bytes.subarray(start, end), wasm.reserveKey);
    const at = inMemory(KEYS, () => wasm.reserveKey(end - start));
    const to = look();
    for (let byte = start; byte < end; byte++) to[at + byte - start] = bytes[byte]!;
    return at;
  }

  new Int32Array(wasm.memory.buffer, wasm.secretsAddress(), SECRETS).set(secretsOf(seed));
  return {
    get keyCount() {
      return wasm.keyCount();
    },
    keyBytes(row) {
      const at = wasm.keyAddress(row);
      return look().subarray(at, at + wasm.keyLength(row));
    },
    decodedLength: wasm.decodedLength,
    find: (bytes, start, end) => wasm.find(placeKey(bytes, start, end), end - start),
    add: (bytes, start, end) => wasm.add(placeKey(bytes, start, end), end - start),
    hashOf: (bytes, start, end) => wasm.hashOf(placeKey(bytes, start, end), end - start),
    load(bytes, start, end) {
      textAt = put(bytes.subarray(start, end), wasm.reserveLines);
    },
    readLines({ offset, length, keyOffset, order, expectedPlace, admitsNewKeys }) {
      look();
      const count = wasm.readLines(textAt + offset, textAt + length, keyOffset, order, expectedPlace, admitsNewKeys);
      return { ...batch, count };
    },
    get position() {
      return wasm.position.value - textAt;
    },
    get expectedPlace() {
      return wasm.expected.value;
    },
    get missed() {
      return wasm.missed.value;
    },
    get orderCount() {
      return wasm.orderCount();
    },
    startOrder: wasm.startOrder,
    rememberOrder: (order, count) => inMemory(KEYS, () => wasm.extendOrder(order, wasm.rowsAddress(), count)),
    get maxExpiresInMs() {
      return wasm.maxExpiry.value;
    },
    learnTail(tail, label) {
      const at = put(tail, wasm.reserveKey);
      const number = inMemory(KEYS, () => wasm.learnTail(at, tail.length));
      if (number === 0 || labels[number] !== undefined) return false;
      labels[number] = label;
      return true;
    },
    labelOfTail: (number) => labels[number]!,
  };
}

/**
 * V8 maps all that the memory may grow to at once, and more with its trap handler: a limit of
 * address space may forbid that.
 */
function instanceOf(module: object): Exports {
  try {
    return new WebAssembly.Instance(module).exports as Exports;
  } catch (cause) {
    const remedy = 'raise `ulimit -v` to 6 GB and set NODE_OPTIONS=--disable-wasm-trap-handler';
    throw new Error(`there are too few addresses for the memory of WebAssembly: ${remedy}`, { cause });
  }
}

/** `npm run build` puts it into dist: beside the program that is built, for the sources as well. */
function moduleUrl(): URL {
  const places = ['../lines.wasm', '../../dist/lines.wasm'].map((path) => new URL(path, import.meta.url));
  const url = places.find((place) => existsSync(place));
  if (url === undefined) throw new Error('lines.wasm is missing beside the program: run npm run build');
  return url;
}

/** Numbers that look random (splitmix32). */
function secretsOf(seed: number): Int32Array {
  return Int32Array.from({ length: SECRETS }, (_, n) => scatter(Math.imul(seed ^ (seed >>> 16), 0x9e3779b1) + n));
}

function scatter(seed: number): number {
  let x = (seed + 0x9e3779b9) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
