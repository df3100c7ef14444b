// Finds the known name that a misspelt one most resembles.

import { editDistance } from '../domain/edit-distance.ts';

/**
 * The known name nearest to `wrong`; `undefined` where none is near enough to be a typing error.
 */
export function nearestName(wrong: string, known: Iterable<string>): string | undefined {
  // At most a third of the letters may differ: `concurency` differs by one. A different word
  // differs by more, and a wrong guess is worse than none.
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
