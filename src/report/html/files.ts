// The files of a report as HTML: the style sheet, and the pages one after another.

import { readFileSync } from 'node:fs';
import type { RunHistory } from '../../domain/run-history.ts';
import type { RunReport } from '../../domain/run-report.ts';
import type { HtmlFile } from '../html-folder.ts';
import { STYLE_NAME } from './frame.ts';
import { reportPages } from './front-page.ts';

export function* htmlFiles(report: RunReport, past: RunHistory | null): Generator<HtmlFile> {
  // Beside this file, and beside its built form: scripts/build.sh copies it.
  yield { name: STYLE_NAME, text: readFileSync(new URL(`./${STYLE_NAME}`, import.meta.url), 'utf8') };
  yield* reportPages(report, past);
}
