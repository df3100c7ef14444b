// Splits a line into words as Python's shlex does (posix, with comments). Ansible reads its INI
// inventories with that.

/**
 * The words without their quotes; `null` where a quote or an escape is not closed. A `#` outside of
 * quotes begins a comment, also within a word.
 */
export function splitShellWords(line: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quotedBy: string | null = null;
  for (let index = 0; index < line.length; index++) {
    const letter = line[index]!;
    if (quotedBy !== null) {
      if (letter === quotedBy) quotedBy = null;
      else if (letter === '\\' && quotedBy === '"' && /^["\\]/.test(line.slice(index + 1))) word += line[++index]!;
      else word += letter;
    } else if (/[ \t\r\n]/.test(letter)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (letter === '#') {
      break;
    } else if (letter === '"' || letter === "'") {
      word ??= '';
      quotedBy = letter;
    } else if (letter === '\\') {
      if (index + 1 === line.length) return null;
      word = (word ?? '') + line[++index]!;
    } else {
      word = (word ?? '') + letter;
    }
  }
  if (quotedBy !== null) return null;
  return word === null ? words : [...words, word];
}
