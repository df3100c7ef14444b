// The live page of `report --watch`: how old it is, what changed, and the last good look, in as
// many lines as the terminal has. Pure.

import { peerMatrix } from '../domain/peer-matrix.ts';
import type { RunReport } from '../domain/run-report.ts';
import { createPage, fillText, type Page } from './page.ts';
import { peerTable } from './peer-table.ts';
import { proxyLines } from './proxy-table.ts';
import { namesIn } from './shard-names.ts';
import type { Terminal } from './terminal.ts';
import { lookBody } from './text.ts';
import { durationWords } from './time-words.ts';
import { verdictLines } from './verdict-line.ts';

/** What the page is made from; times are milliseconds of one clock. */
export interface WatchState {
  readonly nowMs: number;
  readonly everyMs: number;
  /** When the look that is under way began; `null` where none is. */
  readonly lookingSinceMs: number | null;
  readonly nextAtMs: number;
  /** The last look that came to an end. */
  readonly good: { readonly report: RunReport; readonly atMs: number } | null;
  /** The last look, where it failed. */
  readonly trouble: { readonly text: string; readonly atMs: number } | null;
  /** The newest first. */
  readonly changes: readonly { readonly atMs: number; readonly text: string }[];
}

/** A look takes a second or two; longer than this, and longer than planned, it is overdue. */
const PATIENCE_MS = 10_000;

/** At most `rows` lines. */
export function watchPage(state: WatchState, terminal: Terminal, rows: number): readonly string[] {
  const { good } = state;
  const page = createPage(terminal, good === null ? undefined : namesIn(good.report.shards));
  const head = [...ageLines(state, page), ...(good === null ? [] : ['', ...verdictLines(good.report, page)])];
  const rest = good === null ? [] : bodyOf(good.report, changeLines(state, page), page);
  const lines = [...head, ...rest].map((line) => line.trimEnd());
  if (lines.length <= rows) return lines;
  const shown = Math.max(1, rows - 1);
  return [
    ...lines.slice(0, shown),
    page.paint.dim(`${lines.length - shown} more lines: splitbrain report shows all`),
  ].slice(0, rows);
}

function bodyOf(report: RunReport, changes: readonly string[], page: Page): readonly string[] {
  const sections = [
    changes,
    proxyLines(report, page),
    peerTable(peerMatrix(report.proxies), page),
    ...lookBody(report, page),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines) => ['', ...lines]);
}

/** Never silent about its age: a page that stands still looks like a mesh that is well. */
function ageLines(state: WatchState, page: Page): readonly string[] {
  const { nowMs, everyMs, lookingSinceMs, nextAtMs, good, trouble } = state;
  const ago = (atMs: number) => `${durationWords(nowMs - atMs)} ago`;
  const busyMs = lookingSinceMs === null ? 0 : nowMs - lookingSinceMs;
  const isOverdue = busyMs > Math.max(PATIENCE_MS, everyMs);
  const now =
    lookingSinceMs === null
      ? `next in ${durationWords(Math.max(0, nextAtMs - nowMs))}`
      : `looking for ${durationWords(busyMs)}${isOverdue ? ': this look is overdue' : ''}`;
  const age = good === null ? 'no look yet' : `last look ${ago(good.atMs)}`;
  const first = `${age}, ${now}; every ${durationWords(everyMs)}, Ctrl-C ends`;
  const lines = [isOverdue ? page.paint.yellow(first) : page.paint.dim(first)];
  if (trouble === null) return lines;
  const below = good === null ? '' : ' Below is the last good one.';
  const failed = `The look of ${ago(trouble.atMs)} failed: ${page.text(trouble.text).replace(/\.?$/, '.')}${below}`;
  return [...lines, ...fillText(failed, { width: page.width, first: '', paint: page.paint.red })];
}

function changeLines({ nowMs, changes }: WatchState, page: Page): readonly string[] {
  if (changes.length === 0) return [];
  const lines = changes.map(({ atMs, text }) => {
    const when = `${durationWords(nowMs - atMs)} ago`;
    return `  ${when.padEnd(12)}  ${page.text(text)}`;
  });
  return [page.paint.bold('Changed'), ...lines];
}
