// Where a JSON object ends, found in bytes that come piece by piece. Whether what is in it is JSON
// is left to JSON.parse. Pure.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The search for the end of one object; goes on where it stopped when more bytes have come. */
export class ObjectEnd {
  /** How many bytes of the object were looked at. */
  #done = 0;
  #depth = 0;
  #isInString = false;

  /**
   * The offset behind the object that begins at `start`, or -1 where it does not end in `bytes`:
   * then the next call gets all bytes of the object again, and those that came since.
   */
  find(bytes: Buffer, start: number): number {
    let at = start + this.#done;
    while (at < bytes.length) {
      if (this.#isInString) {
        // Most of an answer is in strings: searching for their ends is much faster than looking at
        // each byte.
        const quote = bytes.indexOf(QUOTE, at);
        if (quote < 0) {
          at = bytes.length;
          break;
        }
        this.#isInString = isEscaped(bytes, quote);
        at = quote + 1;
        continue;
      }
      const byte = bytes[at++];
      if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN) this.#depth++;
      else if (byte === CLOSE && --this.#depth <= 0) {
        this.#done = 0;
        this.#depth = 0;
        return at;
      }
    }
    this.#done = at - start;
    return -1;
  }
}

/** Whether an odd number of backslashes stands before the quote. */
function isEscaped(bytes: Buffer, quote: number): boolean {
  let at = quote - 1;
  while (bytes[at] === BACKSLASH) at--;
  return (quote - 1 - at) % 2 === 1;
}
