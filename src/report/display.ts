// Makes text from outside safe for a terminal: names of conferences come from strangers, error
// texts from other machines.

import stringWidth from 'string-width';

/** The most columns of a name; keys can be as long as the table's `len`. */
const nameColumns = 60;
/** The most columns of a sentence: every sentence of this program fits. */
const textColumns = 400;

/**
 * Characters that could move the cursor, colour, reorder or hide text: controls, bidi marks,
 * unassigned and private code points, invisible fillers (U+2800 is blank) and unusual spaces.
 */
const unfit = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;
const letter = /[\p{L}\p{N}]/u;
const mark = /\p{M}/u;
/**
 * The most combining marks on one letter. Real scripts use three; dozens ("Zalgo") would paint over
 * other lines.
 */
const marksPerLetter = 3;

/**
 * A name for one line of a terminal, at most `columns` wide. Unsafe characters are written as
 * `\x1b` or `\u202e`, and a backslash as `\\`, so that this spelling cannot be forged. A name with
 * spaces is quoted; the empty name is `""`.
 */
export function displayName(name: string, unicode: boolean, columns: number = nameColumns): string {
  const quoted = name === '' || /[ "]/.test(name);
  const letters = printableLetters(name, unicode, quoted ? '\\"' : '\\');
  return shorten(quoted ? ['"', ...letters, '"'] : letters, columns, unicode);
}

/** A sentence from outside on one line: as `displayName`, but not quoted, and backslashes stay. */
export function displayText(text: string, unicode: boolean): string {
  return shorten(printableLetters(text.trim(), unicode, ''), textColumns, unicode);
}

/** A command to copy: as `displayText`, never shortened. */
export function displayCommand(text: string, unicode: boolean): string {
  return printableLetters(text, unicode, '').join('');
}

/** One printable string per code point; the characters in `escaped` get a backslash. */
function printableLetters(text: string, unicode: boolean, escaped: string): string[] {
  const out: string[] = [];
  let marks = Number.POSITIVE_INFINITY;
  for (const char of text) {
    const isMark = mark.test(char);
    if (isMark) marks++;
    else marks = letter.test(char) ? 0 : Number.POSITIVE_INFINITY;
    const foreign = !unicode && char.codePointAt(0)! > 0x7e;
    const fit = char === ' ' || !(foreign || unfit.test(char) || (isMark && marks > marksPerLetter));
    if (!fit) out.push(escapeCodePoint(char));
    else out.push(escaped.includes(char) ? `\\${char}` : char);
  }
  return out;
}

function escapeCodePoint(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\r') return '\\r';
  if (char === '\t') return '\\t';
  const code = char.codePointAt(0)!;
  const hex = code.toString(16);
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

/** Shortens the middle, because names often differ only at their ends; never cuts an escape. */
function shorten(letters: readonly string[], columns: number, unicode: boolean): string {
  const widths = letters.map((spelled) => (/^[ -~]+$/.test(spelled) ? spelled.length : stringWidth(spelled)));
  if (widths.reduce((sum, width) => sum + width, 0) <= columns) return letters.join('');
  const ellipsis = unicode ? '…' : '...';
  const room = columns - ellipsis.length;
  let end = 0;
  let used = 0;
  while (used + widths[end]! <= Math.ceil(room / 2)) used += widths[end++]!;
  let start = letters.length;
  while (used + widths[start - 1]! <= room) used += widths[--start]!;
  return letters.slice(0, end).join('') + ellipsis + letters.slice(start).join('');
}
