// The files of a folder of pages: the style sheet, and the pages one after another.

import { readFileSync } from 'node:fs';
import type { HtmlFile } from '../html-folder.ts';
import { STYLE_NAME } from './frame.ts';

export function* withStyle(pages: Iterable<HtmlFile>): Generator<HtmlFile> {
  // Beside this file, and beside its built form: scripts/build.sh copies it.
  yield { name: STYLE_NAME, text: readFileSync(new URL(`./${STYLE_NAME}`, import.meta.url), 'utf8') };
  yield* pages;
}
