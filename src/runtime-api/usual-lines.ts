// Hands the lines of one dump to the compiled reader, piece by piece, and the entries that it read
// to a column.

import type { CompiledLines, LineBatch } from './compiled-lines.ts';
import type { UsualLines } from './entry-sink.ts';

/** What fits into the processor's cache is copied once from memory and then read from there. */
const PIECE_BYTES = 1 << 18;
/**
 * With less than this behind it a place is too near to a piece's end: a line may not be whole
 * there.
 */
const LEAST_BYTES = 1 << 14;
/** `0x`, eight to twenty-four digits, `: key=`. */
const [LEAST_KEY_OFFSET, MOST_KEY_OFFSET] = [16, 32];
/**
 * Tails that one dump may make known, and their bytes: half of the room for all
 * (`assembly/tails.ts`), and more than a mesh has servers.
 */
const [MOST_LEARNT, MOST_LEARNT_BYTES] = [2_048, 1 << 17];
/** Fewer unexpected rows than this do not show that the dump has another order. */
const LEAST_MISSED = 16;
/**
 * The fields behind the key, as every version prints them where the table holds a server and
 * nothing else; `shard` from 2.9 on.
 */
const FIELDS = /^ use=\d{1,9} exp=\d{1,9}((?: shard=\d{1,9})? server_id=(\d{1,9}) server_key=([!-~]+))$/;

/**
 * `take` gets what was read, in the order of the dump; without `admitsNewKeys`, keys that are not
 * there have no row.
 */
export function createUsualLines(
  compiled: CompiledLines,
  admitsNewKeys: boolean,
  take: (batch: LineBatch) => void,
): UsualLines {
  let shown: Uint8Array = new Uint8Array(0);
  let pieceStart = 0;
  let pieceEnd = 0;
  let keyOffset = 0;
  let order = 0;
  let expectedPlace = 0;
  /** The order that this dump's rows are remembered as, 0 for none. */
  let remembered = 0;
  let learnt = 0;
  let learntBytes = 0;
  let entries = 0;
  let maxExpiresInMs = 0;

  /** Whether another piece brought more than what is left of this one. */
  const isSpent = (at: number) =>
    at < pieceStart || at >= pieceEnd || (pieceEnd < shown.length && pieceEnd - at < LEAST_BYTES);

  /**
   * Where most rows were not expected, another order is tried, and when all have been, this dump's
   * own is remembered for those to come.
   */
  function chooseOrder(count: number): void {
    const { missed } = compiled;
    if (remembered > 0) compiled.rememberOrder(remembered, count);
    if (missed < LEAST_MISSED || missed * 2 < count) return;
    if (order === compiled.orderCount && remembered === 0) {
      remembered = compiled.startOrder();
      if (remembered > 0) compiled.rememberOrder(remembered, count);
    }
    order = order < compiled.orderCount ? order + 1 : 0;
    expectedPlace = 0;
  }

  return {
    get entries() {
      return entries;
    },
    get maxExpiresInMs() {
      return maxExpiresInMs;
    },
    show(bytes) {
      shown = bytes;
      pieceStart = pieceEnd = 0;
    },
    read(start) {
      if (keyOffset === 0) return start;
      let at = start;
      while (at < shown.length) {
        if (isSpent(at)) {
          pieceStart = at;
          pieceEnd = Math.min(shown.length, at + PIECE_BYTES);
          compiled.load(shown, pieceStart, pieceEnd);
        }
        const batch = compiled.readLines({
          offset: at - pieceStart,
          length: pieceEnd - pieceStart,
          keyOffset,
          order,
          expectedPlace,
          admitsNewKeys,
        });
        if (batch.count === 0 && !isSpent(at)) return at;
        at = pieceStart + compiled.position;
        expectedPlace = compiled.expectedPlace;
        entries += batch.count;
        maxExpiresInMs = Math.max(maxExpiresInMs, compiled.maxExpiresInMs);
        take(batch);
        // Memory may grow by it, and what the batch shows be gone.
        chooseOrder(batch.count);
      }
      return at;
    },
    learn({ bytes, keyStart, keyEnd }, start, end) {
      const offset = keyStart - start;
      keyOffset = offset >= LEAST_KEY_OFFSET && offset <= MOST_KEY_OFFSET ? offset : 0;
      const fields = FIELDS.exec(Buffer.from(bytes.buffer, bytes.byteOffset + keyEnd, end - keyEnd).toString('latin1'));
      if (!fields) return;
      const [, tail, serverId, serverKey] = fields as unknown as [string, string, string, string];
      const label = { serverId: Number(serverId), serverKey: serverKey === '-' ? null : serverKey };
      if (learnt >= MOST_LEARNT || learntBytes + tail.length > MOST_LEARNT_BYTES) return;
      if (!compiled.learnTail(bytes.subarray(end - tail.length, end), label)) return;
      learnt++;
      learntBytes += tail.length;
    },
  };
}
