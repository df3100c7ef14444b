// Keys as they lie in memory: two that are the same, and how long one really is.

const BACKSLASH = 0x5c;
const LETTER_X = 0x78;

/** By words of four bytes, the last of which may overlap the one before. */
export function areSame(one: DataView, oneStart: number, other: DataView, otherStart: number, length: number): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i++) if (one.getUint8(oneStart + i) !== other.getUint8(otherStart + i)) return false;
    return true;
  }
  const last = length - 4;
  for (let i = 0; i < last; i += 4) if (one.getInt32(oneStart + i) !== other.getInt32(otherStart + i)) return false;
  return one.getInt32(oneStart + last) === other.getInt32(otherStart + last);
}

/** An escape stands for one byte: `\\x` and two digits, or a backslash and one character. */
export function decodedLength(view: DataView, start: number, end: number): number {
  let length = 0;
  for (let i = start; i < end; length++) {
    if (view.getUint8(i) !== BACKSLASH) i++;
    else i += i + 1 < end && view.getUint8(i + 1) === LETTER_X ? 4 : 2;
  }
  return length;
}
