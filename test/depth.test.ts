// How deep the import graph is: a reader has to go no further than this to the end of a matter.

import { expect, test } from 'vitest';
import { roomOf, type SourceFile, sourceFiles, targetsOf } from './support/source-files.ts';

const files = sourceFiles('src');
const byPath = new Map(files.map((file) => [file.path, file]));

const isLazy = ({ names }: SourceFile['loads'][number]) => names[0] === '*';

/** The files that a file loads; `kind` says which of them. */
function loadedBy(path: string, kind: 'at once' | 'at all'): readonly string[] {
  const file = byPath.get(path)!;
  const loads = file.loads.filter((load) => kind === 'at all' || !isLazy(load));
  return targetsOf({ ...file, imports: loads.map(({ from }) => from) });
}

/** The longest chain from `start`, `start` included. There are no circles. */
function longestChain(nextOf: (place: string) => readonly string[], start: string): readonly string[] {
  const known = new Map<string, readonly string[]>();
  const from = (place: string): readonly string[] => {
    const before = known.get(place);
    if (before !== undefined) return before;
    const tails = nextOf(place).map(from);
    const chain = [place, ...tails.reduce((longest, tail) => (tail.length > longest.length ? tail : longest), [])];
    known.set(place, chain);
    return chain;
  };
  return from(start);
}

test('ten rooms at most, from main.ts by every import', () => {
  const roomsBelow = new Map<string, Set<string>>();
  for (const { path } of files) {
    const below = roomsBelow.get(roomOf(path)) ?? new Set();
    for (const target of loadedBy(path, 'at all')) if (roomOf(target) !== roomOf(path)) below.add(roomOf(target));
    roomsBelow.set(roomOf(path), below);
  }
  const chain = longestChain((room) => [...roomsBelow.get(room)!], 'main.ts');
  expect(chain.length, chain.join(' -> ')).toBeLessThanOrEqual(10);
  expect(chain.length).toBeGreaterThan(5);
});

test('ten files at most, of those that load together', () => {
  const chains = files.map(({ path }) => longestChain((file) => loadedBy(file, 'at once'), path));
  const tooLong = chains.filter(({ length }) => length > 10).map((chain) => chain.join(' -> '));
  expect(tooLong).toEqual([]);
  expect(Math.max(...chains.map(({ length }) => length))).toBeGreaterThan(5);
});
