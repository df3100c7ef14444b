// The page of a text report: its width, its colours, and how lines are filled.

import picocolors from 'picocolors';
import stringWidth from 'string-width';
import { displayCommand, displayName, displayText } from './display.ts';
import { type NameOf, nameShards } from './shard-names.ts';
import type { Terminal } from './terminal.ts';

/**
 * What a section needs to know of the terminal. Text from outside must pass through `name` or
 * `text`.
 */
export interface Page {
  readonly width: number;
  readonly paint: ReturnType<typeof picocolors.createColors>;
  readonly arrow: string;
  name(word: string, columns?: number): string;
  text(sentence: string): string;
  /** Lines that end in a command; a command is never cut. */
  suggest(sentence: string, command: string, first?: string): string[];
}

/** The page for a terminal. `nameOf` gives the names of the shards in sentences. */
export function createPage(terminal: Terminal, nameOf: NameOf = () => null): Page {
  const { width, colour, unicode } = terminal;
  return {
    width,
    paint: picocolors.createColors(colour),
    arrow: unicode ? '→' : '->',
    name: (word, columns) => displayName(word, unicode, columns),
    text: (sentence) => displayText(nameShards(sentence, nameOf), unicode),
    suggest: (sentence, command, first = '') =>
      fill([...sentence.split(' '), displayCommand(command, unicode)], width, first),
  };
}

/**
 * Fills lines with `pieces`, one space between them. No piece is cut, so that addresses and
 * commands can be copied and colours stay complete. The first line starts with `first`; the others
 * are indented as far.
 */
export function fill(pieces: readonly string[], width: number, first: string): string[] {
  const indent = ' '.repeat(stringWidth(first));
  const lines: string[] = [];
  let line = first;
  let column = indent.length;
  for (const piece of pieces) {
    const pieceWidth = stringWidth(piece);
    const fresh = column === indent.length;
    if (!fresh && column + 1 + pieceWidth > width) {
      lines.push(line);
      line = indent + piece;
      column = indent.length + pieceWidth;
    } else {
      line += fresh ? piece : ` ${piece}`;
      column += pieceWidth + (fresh ? 0 : 1);
    }
  }
  return [...lines, line];
}

/** How a sentence is laid out. */
export interface TextLayout {
  /** Columns of the page. */
  readonly width: number;
  /** What its first line begins with; the others are indented as far. */
  readonly first: string;
  /** Colours the sentence, line by line; `first` keeps its own colour. */
  readonly paint?: (text: string) => string;
}

/** `fill` for a sentence. */
export function fillText(sentence: string, { width, first, paint }: TextLayout): string[] {
  const words = sentence.split(' ').filter((word) => word !== '');
  const lines = fill(words, width, first);
  if (!paint) return lines;
  return lines.map((line, index) => {
    const lead = index === 0 ? first.length : stringWidth(first);
    return line.slice(0, lead) + paint(line.slice(lead));
  });
}

/** `text` followed by spaces up to `columns`. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
}

/** `1,234`, for whole numbers. `Intl` would take longer to start than the whole report takes. */
export function count(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 conference`, `1,234 conferences`. */
export function counted(number: number, noun: string, plural: string = `${noun}s`): string {
  return `${count(number)} ${number === 1 ? noun : plural}`;
}

/**
 * `a, b and 17 more`: all words where they are few, else the first ones. A single remaining word is
 * named, because `1 more` is no shorter.
 */
export function enumerate(words: readonly string[], shown: number): string {
  if (words.length <= shown + 1) return words.join(', ');
  return `${words.slice(0, shown).join(', ')} and ${count(words.length - shown)} more`;
}
