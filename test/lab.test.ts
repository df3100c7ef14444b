// Holds the folders beside `src/` apart: what `lab/` shares knows none of those who use it, and is
// never published.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** `lab/mesh/mesh.ts -> src/domain/key.ts`: the imports of a folder that leave it. */
function importsOut(folder: string): readonly string[] {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return paths
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const path = join(root, folder, name);
      const found = readFileSync(path, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)'/g);
      return [...found].map(([, target]) => `${folder}/${name} -> ${relative(root, resolve(dirname(path), target!))}`);
    })
    .filter((arrow) => !arrow.includes(`-> ${folder}/`));
}

test.each([
  ['src', []],
  ['jobs', ['src']],
  ['lab', ['src']],
  ['demo', ['lab', 'src']],
  ['bench', ['lab', 'src']],
])('%s imports only its own files and those of %j', (folder, others) => {
  const strangers = importsOut(folder).filter((arrow) => !others.some((other) => arrow.includes(`-> ${other}/`)));
  expect(strangers).toEqual([]);
});

test('the laboratory knows of the program only how a key is spelled', () => {
  const known = new Set(importsOut('lab').map((arrow) => arrow.replace(/.* -> /, '')));
  expect([...known]).toEqual(['src/domain/key.ts']);
});

test('no file of the laboratory is in the package', () => {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: readonly string[] };
  expect(files).toContain('dist');
  expect(files.filter((name) => /^(?:lab|test|bench|demo)\b/.test(name))).toEqual([]);
});
