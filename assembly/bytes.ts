// Bytes as they lie in memory, many at a time: the masks and sums of them. Reading a few bytes too
// many is allowed everywhere (`memory.ts`).

const BACKSLASH: u8 = 0x5c;

/** Whether `length` bytes are the same. */
export function areSame(one: u32, other: u32, length: u32): bool {
  let at: u32 = 0;
  for (; at + 8 <= length; at += 8) if (load<u64>(one + at) !== load<u64>(other + at)) return false;
  const rest = <u64>(length - at) * 8;
  return rest === 0 || (load<u64>(one + at) ^ load<u64>(other + at)) << (64 - rest) === 0;
}

/**
 * Whether no byte of the word is below `0` or a colon: of the bytes that HAProxy prints in a
 * pointer, only its digits.
 */
export function areDigits(word: u64): bool {
  const colons = word ^ 0x3a3a3a3a3a3a3a3a;
  const odd = ((word - 0x3030303030303030) & ~word) | ((colons - 0x0101010101010101) & ~colons);
  return (odd & 0x8080808080808080) === 0;
}

/**
 * Where a key ends as HAProxy prints it: at the first byte outside 0x21 to 0x7e that no backslash
 * stands before. There must be one before memory ends.
 */
export function endOfKey(from: u32): u32 {
  let at = from;
  while (true) {
    const bytes = v128.load(at);
    const blank = i8x16.lt_s(bytes, i8x16.splat(0x21));
    const special = v128.or(i8x16.eq(bytes, i8x16.splat(0x7f)), i8x16.eq(bytes, i8x16.splat(BACKSLASH)));
    const found = i8x16.bitmask(v128.or(blank, special));
    if (found === 0) {
      at += 16;
      continue;
    }
    at += ctz(found);
    if (load<u8>(at) !== BACKSLASH) return at;
    at += 2;
  }
}

/** Where the first line feed is, from `from` on, or some place behind `end`. */
export function endOfLine(from: u32, end: u32): u32 {
  for (let at = from; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(0x0a)));
    if (found !== 0) return at + ctz(found);
  }
  return end;
}
