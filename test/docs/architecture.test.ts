// The drawing in docs/architecture.md is what the rooms import, both ways: no arrow lacks, none is
// unused.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readPage } from './pages.ts';

const source = resolve(import.meta.dirname, '../../src');

/** What every room may import; the drawing leaves it out. */
const everywhere = /^(?:domain\/|errors\.ts$)/;

/** By room: the rooms and files that the drawing lets it import. */
const drawn = new Map(
  [...readPage('docs/architecture.md').matchAll(/^ {4}([a-z-]+(?:\.ts)?) +->(.*(?:\n {8,}.*)*)$/gm)].map((match) => [
    match[1]!,
    match[2]!.split(/[,\s]+/).filter((name) => name !== ''),
  ]),
);

const arrows = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => {
    const text = readFileSync(join(source, name), 'utf8');
    return [...text.matchAll(/^(?:import|export)[^;]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gm)].map((match) => ({
      from: name.split('/')[0]!,
      to: relative(source, resolve(source, dirname(name), (match[1] ?? match[2])!)),
    }));
  })
  .filter(({ from, to }) => from !== to.split('/')[0] && from !== 'errors.ts' && !everywhere.test(to));

const covers = (name: string, path: string) => path === name || path.startsWith(`${name}/`);

test('every room is drawn', () => {
  const rooms = readdirSync(source).filter((name) => name !== 'errors.ts');
  expect([...drawn.keys()].sort()).toEqual(rooms.sort());
});

test('every import is drawn', () => {
  const lacking = arrows.filter(({ from, to }) => !drawn.get(from)?.some((name) => covers(name, to)));
  expect(lacking.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
});

test('every arrow of the drawing is used', () => {
  const unused = [...drawn].flatMap(([from, names]) =>
    names
      .filter((name) => !arrows.some((arrow) => arrow.from === from && covers(name, arrow.to)))
      .map((name) => `${from} -> ${name}`),
  );
  expect(unused).toEqual([]);
});
