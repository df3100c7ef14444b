// The project's pages in Markdown, and the parts of them that tests hold against the code.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** A page by its name from the project's root, such as `docs/healing.md`. */
export function readPage(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

/** The pages of the root, of `docs/` and of `.github/`, by their names from the project's root. */
export function pageNames(): readonly string[] {
  const below = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const all = [...readdirSync(root), ...below('docs'), ...below('.github')];
  return all.filter((name) => name.endsWith('.md')).sort();
}

/** The contents of fenced blocks of one language, in the order of the page. */
export function fencedBlocks(page: string, language: string): readonly string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map((match) => match[1]!);
}

/** The page without its fenced blocks and its indented ones. */
export function proseOf(page: string): string {
  return page.replace(/^```[\s\S]*?^```$/gm, '').replace(/(?<=\n\n)(?: {4}.*\n|\n)+/g, '\n');
}

/**
 * The words in backticks in the first cell of a table's rows. The table has this word as its head.
 */
export function firstColumn(page: string, head: string): readonly string[] {
  const tables = page.split(/\n(?!\|)/).map((text) => text.split('\n').filter((line) => line.startsWith('|')));
  return tables
    .filter(([first]) => first?.startsWith(`| ${head} |`))
    .flatMap((lines) => lines.slice(2))
    .flatMap((line) => [...line.split(' | ')[0]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));
}
