// The mark of each shard in grids: a few letters and a colour. The letters alone suffice. Pure.

import type { ShardSummary } from '../../domain/run-report.ts';
import { html, type Markup } from './markup.ts';
import { shownName } from './words.ts';

/** So many colours has the style sheet; further shards have them again with a frame. */
const COLOURS = 10;

/** What is odd about the use of a shard in one place. A chip that is not followed is struck out. */
export interface Flaw {
  readonly words: string;
  readonly isFollowed: boolean;
}

/** How shards are drawn and called. */
export interface ShardMarks {
  /** A chip with the shard's letters. */
  chip(address: string, flaw?: Flaw): Markup;
  /** What people call it, and its address: printable. */
  nameOf(address: string): string;
}

type MarkedShard = Pick<ShardSummary, 'address' | 'name' | 'names'>;

export function markShards(shards: readonly MarkedShard[]): ShardMarks {
  const letters = lettersOf(shards);
  const places = new Map(shards.map(({ address }, place) => [address, place]));
  const plain = new Map<string, Markup>();
  return {
    chip(address, flaw) {
      const known = flaw === undefined ? plain.get(address) : undefined;
      if (known !== undefined) return known;
      const place = places.get(address);
      const look =
        place === undefined ? 'other' : `s${place % COLOURS}${place % (2 * COLOURS) < COLOURS ? '' : ' framed'}`;
      const word = place === undefined ? shownName(address, 47) : letters[place]!;
      if (flaw === undefined) {
        const chip = html`<b class="chip ${look}">${word}</b>`;
        plain.set(address, chip);
        return chip;
      }
      return html`<b class="chip flawed ${look}${!flaw.isFollowed && ' struck'}" title="${flaw.words}">${word}<span class="unseen"> (${flaw.words})</span></b>`;
    },
    nameOf(address) {
      const place = places.get(address);
      const name = place === undefined ? null : called(shards[place]!);
      return [...(name === null ? [] : [shownName(name, 80)]), shownName(address, 47)].join(' ');
    },
  };
}

/** What people call a shard; `null` where only its address is known. */
export function called({ name, names }: MarkedShard): string | null {
  return name ?? names[0] ?? null;
}

/**
 * The number at the end of each shard's name (`s11` of `stage-us-west-2-s11`), which people know;
 * A, B, C where one has none or two have the same.
 */
function lettersOf(shards: readonly MarkedShard[]): readonly string[] {
  const numbers = shards.map((shard) => /(?:^|[-_.])(s?\d{1,4})$/.exec(called(shard) ?? '')?.[1] ?? '');
  const isClear = numbers.every((number) => number !== '') && new Set(numbers).size === numbers.length;
  return isClear ? numbers : shards.map((_, place) => alphabetic(place));
}

/** A to Z, then AA to ZZ, and so on. */
function alphabetic(place: number): string {
  const letter = String.fromCharCode(65 + (place % 26));
  return place < 26 ? letter : alphabetic(Math.floor(place / 26) - 1) + letter;
}
