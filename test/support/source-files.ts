// The program's files and what they import, read from their text.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
  /** Of the imports, those that are there at run time too; what they import of each. */
  readonly loads: readonly { readonly from: string; readonly names: readonly string[] }[];
}

/** The TypeScript files of a folder of the project. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const path = relative(root, join(entry.parentPath, entry.name));
      const text = readFileSync(join(root, path), 'utf8');
      const found = [...text.matchAll(/^(?:import|export)[^;]*?from '([^']+)'|import\('([^']+)'\)/gm)];
      return { path, text, imports: found.map((match) => (match[1] ?? match[2])!), loads: loadsOf(text) };
    });
}

/** What a text loads at run time. */
export function loadsOf(text: string): SourceFile['loads'] {
  const statements = [...text.matchAll(/^(?:import|export)\s+(?!type\b)([^;]*?)from '([^']+)'|import\('([^']+)'\)/gm)];
  return statements.flatMap(([, clause, from, lazily]) => {
    if (clause === undefined) return [{ from: lazily!, names: ['*'] }];
    const names = clause.replace(/[{}]/g, '').split(',');
    const values = names.map((name) => name.trim()).filter((name) => name !== '' && !name.startsWith('type '));
    return values.length > 0 ? [{ from: from!, names: values }] : [];
  });
}

/** What an import of our own names, from the project's root: `src/plan/steps.ts`. */
export function targetsOf({ path, imports }: SourceFile): readonly string[] {
  return imports
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(root, resolve(root, dirname(path), name)));
}

/** The folder of src that a file is in, or the file of src itself. */
export function roomOf(path: string): string {
  return path.split('/')[1]!;
}
