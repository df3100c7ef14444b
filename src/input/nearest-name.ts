// The right name that a misspelt one most resembles.

import { editDistance } from '../domain/edit-distance.ts';

/**
 * The known name nearest to `wrong`, or `undefined` where none is near enough to be a slip of the
 * keyboard.
 */
export function nearestName(wrong: string, known: Iterable<string>): string | undefined {
  // A third of the letters: "concurency" is one away; a different word is farther off, and a wrong
  // guess is worse than none.
  let limit = Math.max(1, Math.floor(wrong.length / 3));
  let nearest: string | undefined;
  for (const name of known) {
    const away = editDistance(wrong.toLowerCase(), name.toLowerCase());
    if (away <= limit) {
      nearest = name;
      limit = away - 1;
    }
  }
  return nearest;
}
