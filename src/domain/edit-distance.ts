// How many typing errors lie between two words: letters added, left out, replaced or swapped.

/**
 * The smallest number of typing errors that turn one word into the other (optimal string alignment,
 * a kind of Damerau-Levenshtein distance). Two neighbours that changed places count as one.
 */
export function editDistance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const replaced = last[column - 1]! + (one[row - 1] === other[column - 1] ? 0 : 1);
      const areSwapped =
        row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      const swapped = areSwapped ? beforeLast[column - 2]! + 1 : replaced;
      current.push(Math.min(last[column]! + 1, current[column - 1]! + 1, replaced, swapped));
    }
    beforeLast = last;
    last = current;
  }
  return last[other.length]!;
}
