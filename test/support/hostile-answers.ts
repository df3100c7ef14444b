// What a hostile proxy may say: answers without end, and the memory that a run is given to bear
// them.

/**
 * For a run beside a hostile proxy. Node 20 maps 0.8 GB of addresses before it does anything, and
 * V8 maps for each of the two WebAssembly memories of a run all that it may grow to, 2 GB; with the
 * trap handler it would be 10 GB each, which are no memory either. What is left of the limit is 1.2
 * GB, of which JavaScript gets 0.4.
 */
export const HOSTILE_LIMITS = {
  addressSpaceKb: 6_000_000,
  env: { NODE_OPTIONS: '--disable-wasm-trap-handler --max-old-space-size=400' },
} as const;

const CHUNK_BYTES = 1 << 16;

/** The text over and over again. */
export function* endless(text: string): Generator<Uint8Array> {
  const chunk = Buffer.from(text.repeat(Math.ceil(CHUNK_BYTES / text.length)), 'latin1');
  for (;;) yield chunk;
}

/** `first`, then the text over and over again. */
export function* endlessBehind(first: string, text: string): Generator<Uint8Array> {
  yield Buffer.from(first, 'latin1');
  yield* endless(text);
}

/** A header, then lines that are never the same, `count` of them, and the end of a dump. */
export function* lines(
  header: string,
  line: (n: number) => string,
  count = Number.POSITIVE_INFINITY,
): Generator<Uint8Array> {
  yield Buffer.from(header, 'latin1');
  let chunk = '';
  for (let n = 0; n < count; n++) {
    chunk += line(n);
    if (chunk.length < CHUNK_BYTES) continue;
    yield Buffer.from(chunk, 'latin1');
    chunk = '';
  }
  yield Buffer.from(`${chunk}\n`, 'latin1');
}

export const tableHeader = (size: number): string => `# table: nodes, type: string, size:${size}, used:1\n`;

/** An entry as HAProxy 3.4 prints it. */
export const entryLine = (key: string, serverKey = '-'): string =>
  `0x7f3a5c010000: key=${key} use=0 exp=3598000 shard=0 server_id=11 server_key=${serverKey}\n`;

/** One byte, and no more before the reader goes away. */
export async function* oneByte(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('#');
  await new Promise(() => {});
}

/** A byte at a time, for ever. */
export async function* dripping(text: string): AsyncGenerator<Uint8Array> {
  for (let n = 0; ; n++) {
    yield Buffer.from(text[n % text.length]!, 'latin1');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
