// How many lines a dump of this mesh may have. Proxies that share a table declare it alike, so a
// size far above the others is wrong. Pure.

import type { Trouble } from '../domain/proxy.ts';
import { tooLargeTrouble } from '../runtime-api/answer-trouble.ts';

/** Lines that are read of any table that claims to hold them. */
const LINES_OF_ANY = 1_000_000;

/** Sizes may differ by this factor: the size may be changed on one proxy after the other. */
const FACTOR = 4;

export interface LikelySize {
  /** Takes the size that a proxy claims of its table. */
  learn(size: number): void;
  /**
   * What is wrong with a dump of so many lines; `null` where nothing is. Judged by the sizes that
   * are known by then.
   */
  troubleWith(lines: number): Trouble | null;
}

export function createLikelySize(): LikelySize {
  const sizes: number[] = [];
  return {
    learn(size) {
      sizes.push(size);
      sizes.sort((one, other) => one - other);
    },
    troubleWith(lines) {
      if (lines <= LINES_OF_ANY || sizes.length === 0) return null;
      // Of two sizes the smaller one: it is not known which is right.
      const usual = sizes[(sizes.length - 1) >> 1]!;
      const most = Math.max(LINES_OF_ANY, usual * FACTOR);
      if (lines <= most) return null;
      const others = `where the usual size of the table in this mesh is ${usual.toLocaleString('en')},`;
      return tooLargeTrouble(`its dump, ${others}`, `${most.toLocaleString('en')} lines`);
    },
  };
}
