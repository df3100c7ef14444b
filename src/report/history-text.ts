// The history of an environment for people: its verdict since when, earlier verdicts, what is there
// now, and what comes back. Pure.

import stringWidth from 'string-width';
import type { RunHistory, SeenFinding } from '../domain/run-history.ts';
import type { Verdict } from '../domain/run-report.ts';
import { type VerdictSpan, verdictSpans } from '../domain/verdict-span.ts';
import { count, counted, createPage, fillText, type Page, padTo } from './page.ts';
import type { Terminal } from './terminal.ts';
import { durationWords, minuteWords } from './time-words.ts';

/** What is told, and as of when. */
export interface ToldHistory {
  readonly history: RunHistory;
  readonly now: Date;
  /** Earlier verdicts and conferences that come back are told from here on; `null`: all. */
  readonly from: Date | null;
  /** A last run that is older than this is said in a warning. */
  readonly silentAfterMs: number;
  /** The command that looks at the mesh; `null` where nobody knows its proxies. */
  readonly lookAgain: string | null;
}

/** Coming so often is worth a line. */
const OFTEN = 3;
const verdictsShown = 20;
const findingsShown = 25;
const nameColumns = 30;

/** The findings that are there now, the oldest first. */
export function presentFindings({ findings }: RunHistory): readonly SeenFinding[] {
  return [...findings.values()]
    .filter(({ isPresent }) => isPresent)
    .toSorted((one, other) => one.since.getTime() - other.since.getTime() || order(one, other));
}

/** Findings that came at least three times, the most frequent first. */
export function recurringFindings({ history, from }: Pick<ToldHistory, 'history' | 'from'>): readonly SeenFinding[] {
  return [...history.findings.values()]
    .filter(({ times, lastSeen }) => times >= OFTEN && (from === null || lastSeen >= from))
    .toSorted((one, other) => other.times - one.times || order(one, other));
}

/** The verdicts that stood at `from` or later. */
export function toldSpans({ history, from }: Pick<ToldHistory, 'history' | 'from'>): readonly VerdictSpan[] {
  const spans = verdictSpans(history.runs);
  return spans.filter((_, at) => from === null || (spans[at + 1]?.since ?? from) >= from);
}

function order(one: SeenFinding, other: SeenFinding): number {
  return one.key < other.key ? -1 : 1;
}

/** Lines that end in a newline. `history` has at least one run. */
export function renderHistory(told: ToldHistory, terminal: Terminal): string {
  const page = createPage(terminal);
  const sections = [
    presentLines(told, page),
    verdictTable(told, page),
    findingLines(told, page),
    recurringLines(told, page),
    leftOutLines(told.history, page),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line.trimEnd()}\n`).join(''))
    .join('\n');
}

function colourOf(verdict: Verdict, { paint }: Page): (text: string) => string {
  return { agree: paint.green, split: paint.red, incomplete: paint.yellow }[verdict];
}

function presentLines({ history, now, silentAfterMs }: ToldHistory, page: Page): string[] {
  const { paint, width } = page;
  const spans = verdictSpans(history.runs);
  const present = spans.at(-1)!;
  const last = history.runs.at(-1)!;
  const orLonger = spans.length === 1 ? ' or longer' : '';
  const lasted = `for ${durationWords(now.getTime() - present.since.getTime())}${orLonger}`;
  const where = `(${page.name(history.environment)}, table ${page.name(history.table)})`;
  const word = paint.bold(colourOf(present.verdict, page)(present.verdict.toUpperCase()));
  const silence = now.getTime() - last.at.getTime();
  const isSilent = silence > silentAfterMs;
  const run = `The last run was ${durationWords(silence)} ago: ${page.name(last.command)}, run ${page.name(last.id, 20)}.`;
  return [
    ...fillText(`since ${minuteWords(present.since)} UTC, ${lasted} ${where}`, {
      width,
      first: `${word}  `,
      paint: paint.bold,
    }),
    ...fillText(isSilent ? `${run} Nobody has looked since: this may be over.` : run, {
      width,
      first: '  ',
      ...(isSilent ? { paint: paint.yellow } : {}),
    }),
  ];
}

function verdictTable(told: ToldHistory, page: Page): string[] {
  const { history, now } = told;
  const all = toldSpans(told);
  const rows = all.map(({ verdict, since, runs, healedRuns }, at) => {
    const end = all[at + 1]?.since ?? now;
    const remarks = [
      ...(since === history.runs[0]!.at ? ['the first that was kept'] : []),
      ...(healedRuns > 0 ? [`${counted(healedRuns, 'run')} healed`] : []),
    ];
    return [
      minuteWords(since),
      durationWords(end.getTime() - since.getTime()),
      count(runs),
      colourOf(verdict, page)(verdict.toUpperCase()),
      page.paint.dim(remarks.join(', ')),
    ];
  });
  const earlier = rows.length - verdictsShown;
  const heading = `Verdicts (${counted(Math.max(0, all.length - 1), 'change')} in ${counted(runsOf(all), 'run')})`;
  return [
    page.paint.bold(heading),
    ...(earlier > 0 ? [page.paint.dim(`  ${counted(earlier, 'earlier one')}: --json has all`)] : []),
    ...aligned([['SINCE (UTC)', 'FOR', 'RUNS', 'VERDICT', ''].map(page.paint.dim), ...rows.slice(-verdictsShown)]),
  ];
}

function runsOf(spans: readonly VerdictSpan[]): number {
  return spans.reduce((sum, { runs }) => sum + runs, 0);
}

function findingLines({ history, now, lookAgain }: ToldHistory, page: Page): string[] {
  const present = presentFindings(history);
  if (present.length === 0) return [];
  const rows = present
    .slice(0, findingsShown)
    .map(({ kind, conference, since, mayBeOlder, runs }) => [
      page.paint.cyan(page.name(conference, nameColumns)),
      kind,
      `${mayBeOlder ? 'before ' : ''}${minuteWords(since)}`,
      durationWords(now.getTime() - since.getTime()),
      counted(runs, 'run'),
    ]);
  const rest = present.length - rows.length;
  const head = ['CONFERENCE', 'KIND', 'SINCE (UTC)', 'FOR', 'SEEN BY'].map(page.paint.dim);
  return [
    page.paint.bold(`There now (${counted(present.length, 'finding')}, the oldest first)`),
    ...aligned([head, ...rows]),
    ...(rest > 0 ? [page.paint.dim(`  and ${count(rest)} more: --json has all`)] : []),
    ...(lookAgain === null ? [] : page.suggest('What each proxy says now:', lookAgain, `  ${page.arrow} `)),
  ];
}

function recurringLines(told: ToldHistory, page: Page): string[] {
  const recurring = recurringFindings(told);
  if (recurring.length === 0) return [];
  const rows = recurring
    .slice(0, findingsShown)
    .map(({ kind, conference, times, lastSeen, isPresent }) => [
      page.paint.cyan(page.name(conference, nameColumns)),
      kind,
      `${count(times)} times`,
      isPresent ? 'there now' : `last ${minuteWords(lastSeen)}`,
    ]);
  const rest = recurring.length - rows.length;
  return [
    page.paint.bold('Back again and again'),
    ...aligned(rows),
    ...(rest > 0 ? [page.paint.dim(`  and ${count(rest)} more: --json has all`)] : []),
  ];
}

function leftOutLines({ leftOut, filesLeftOut, findingsLeftOut }: RunHistory, page: Page): string[] {
  const lines = leftOut
    .slice(0, 5)
    .flatMap(({ file, because }) => fillText(`${page.name(file, 60)}: ${because}`, { width: page.width, first: '  ' }));
  const rest = filesLeftOut - Math.min(5, leftOut.length);
  return [
    ...(filesLeftOut > 0 ? [page.paint.yellow(`${counted(filesLeftOut, 'file')} could not be used`), ...lines] : []),
    ...(rest > 0 ? [page.paint.dim(`  and ${count(rest)} more`)] : []),
    ...(findingsLeftOut > 0
      ? fillText(
          `${counted(findingsLeftOut, 'finding')} of older runs ${findingsLeftOut === 1 ? 'is' : 'are'} not remembered: there are too many`,
          { width: page.width, first: '' },
        )
      : []),
  ];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column]!))));
  return rows.map((row) => row.map((cell, column) => `  ${padTo(cell, widths[column]!)}`).join(''));
}
