// Settings are read once and shared by every room, so nothing may change them.

/** Freezes a tree of plain values, in place. */
export function deepFreeze<T>(tree: T): T {
  if (typeof tree === 'object' && tree !== null && !Object.isFrozen(tree)) {
    Object.freeze(tree);
    for (const value of Object.values(tree)) deepFreeze(value);
  }
  return tree;
}
