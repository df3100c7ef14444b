// A model of how HAProxy 2.6 to 3.4 take a request apart into commands and words. Independent of
// src on purpose: it judges it.

/**
 * The commands of a request, each a list of words, one character a byte: `\c` is a literal c, blank
 * and tab part words, `;` and LF end a command, quotes mean nothing. Throws where HAProxy would
 * wait for more or lose a byte.
 */
export function tokenize(request: string): string[][] {
  if (!request.endsWith('\n')) throw new Error('HAProxy runs nothing without a line feed');
  if (request.includes('\0')) throw new Error('a NUL ends the buffer');
  const commands: string[][] = [];
  let raw = '';
  let words: string[] = [];
  let word: string | null = null;
  const endWord = () => {
    if (word !== null) words.push(word);
    word = null;
  };
  for (let i = 0; i < request.length; i++) {
    const character = request[i]!;
    if (character === '\\') {
      if (i + 1 === request.length) throw new Error('a command that is never finished gets no answer');
      word = (word ?? '') + request[++i]!;
      raw += character + request[i]!;
    } else if (character === ';' || character === '\n') {
      if (raw.endsWith('\r')) throw new Error('a CR at the end of a command is lost');
      if (raw.endsWith('<<')) throw new Error('a payload follows, and the command hangs');
      endWord();
      commands.push(words);
      words = [];
      raw = '';
    } else {
      raw += character;
      if (character === ' ' || character === '\t') endWord();
      else word = (word ?? '') + character;
    }
  }
  return commands;
}
