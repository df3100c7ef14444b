// The hash of the key table: fast, and with a secret, because whoever names a conference must not be able to make keys collide.

/** Hashes `view[start..end)` to 32 bits, signed. */
export type KeyHash = (view: DataView, start: number, end: number) => number;

/** So many words of four bytes get a secret of their own; longer keys are hashed piece by piece. */
const WORDS = 64;

/**
 * NH (of UMAC, RFC 4418): each half of a word is added to a secret, and the sums are multiplied, so that two keys which their author does not know
 * the secrets of collide with a chance of 2⁻¹⁶ at most, however alike they are. Multiplying by a constant would let differences of high bits
 * cancel out under every seed.
 */
export function createKeyHash(seed: number): KeyHash {
  const secrets = Int32Array.from({ length: WORDS * 2 }, (_, n) =>
    scatter(Math.imul(seed ^ (seed >>> 16), 0x9e3779b1) + n),
  );

  return (view, start, end) => {
    let hash = end - start;
    let secret = 0;
    let at = start;
    for (const last = end - 4; at <= last; at += 4) {
      const word = view.getInt32(at);
      hash =
        (hash + Math.imul((word + secrets[secret]!) & 0xffff, ((word >>> 16) + secrets[secret + 1]!) & 0xffff)) | 0;
      secret += 2;
      if (secret !== secrets.length) continue;
      hash = mixed(hash);
      secret = 0;
    }
    let word = 0;
    for (; at < end; at++) word = (word << 8) | view.getUint8(at);
    hash = (hash + Math.imul((word + secrets[secret]!) & 0xffff, ((word >>> 16) + secrets[secret + 1]!) & 0xffff)) | 0;
    return mixed(hash);
  };
}

/** Spreads every bit over all others (the finaliser of MurmurHash3); nothing that differed becomes the same. */
function mixed(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** A number that looks random (splitmix32). */
function scatter(seed: number): number {
  return mixed((seed + 0x9e3779b9) | 0);
}
