// The report for people, the most important line first. Pure.

import type { RunReport } from '../domain/run-report.ts';
import { censusLines } from './census-lines.ts';
import { exitMeaning } from './exit-meaning.ts';
import { findingGroups } from './finding-groups.ts';
import { healLines, notHealedLines, outcomeLines } from './heal-lines.ts';
import { lookFacts } from './look-facts.ts';
import { meshLines } from './mesh-groups.ts';
import { nextCommand } from './next-command.ts';
import { count, createPage, fillText, type Page } from './page.ts';
import { proxyLines } from './proxy-table.ts';
import { namesIn } from './shard-names.ts';
import type { Terminal } from './terminal.ts';
import { verdictLines } from './verdict-line.ts';

/**
 * The summary; every line ends in a newline. Its length depends on proxies, kinds and causes, not
 * on findings. Text from outside cannot control the terminal.
 */
export function renderText(report: RunReport, terminal: Terminal): string {
  const page = createPage(terminal, namesIn(report.shards));
  return paragraphs([
    ...lookSections(report, page, titled('Heal', healLines(report, page), page)),
    closingLines(report, page),
  ]);
}

/** The findings, for a command that then shows its plan and writes: without what comes of it. */
export function renderLook(report: RunReport, terminal: Terminal): string {
  const page = createPage(terminal, namesIn(report.shards));
  return paragraphs(lookSections(report, page, []));
}

/**
 * What the look behind a plan lacks, and its notes; empty where it lacks nothing. A plan alone does
 * not say that a proxy was not read.
 */
export function renderReservations(report: RunReport, terminal: Terminal): string {
  const page = createPage(terminal, namesIn(report.shards));
  const gaps = report.view === 'incomplete' ? [verdictLines(report, page), proxyLines(report, page)] : [];
  return paragraphs([...gaps, titled('Notes', noteLines(report, page), page)]);
}

/**
 * The outcome of the writing, after `renderLook`: a few lines, and the meaning of the exit code.
 */
export function renderOutcome(report: RunReport, terminal: Terminal): string {
  const page = createPage(terminal, namesIn(report.shards));
  const isFill = report.run.command === 'fill';
  return paragraphs([
    titled(isFill ? 'Outcome' : 'Heal', outcomeLines(report, page), page),
    titled(isFill ? 'Not filled in' : 'Not healed', notHealedLines(report, page), page),
    fillText(`Exit code ${report.exitCode}: ${exitMeaning(report)}.`, { width: page.width, first: '' }),
  ]);
}

/** What a look found, below its verdict and its proxies. */
export function lookBody(report: RunReport, page: Page): readonly (readonly string[])[] {
  return lookSections(report, page, []).slice(2);
}

function lookSections(report: RunReport, page: Page, heal: readonly string[]): readonly (readonly string[])[] {
  return [
    verdictLines(report, page),
    proxyLines(report, page),
    ...findingGroups(report, page),
    titled('Census', censusLines(report, page), page),
    heal,
    titled('Mesh', meshLines(report, page), page),
    titled('Notes', noteLines(report, page), page),
  ];
}

function paragraphs(sections: readonly (readonly string[])[]): string {
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line.trimEnd()}\n`).join(''))
    .join('\n');
}

function titled(title: string, lines: readonly string[], page: Page): string[] {
  return lines.length === 0 ? [] : [page.paint.bold(title), ...lines];
}

function noteLines(report: RunReport, page: Page): string[] {
  const { inFlight } = report.counts;
  const passing = `${count(inFlight)} more disagreed in one look and not in the next: in flight, not counted.`;
  const notes = inFlight > 0 ? [passing, ...report.notes] : report.notes;
  return notes.flatMap((note) => fillText(page.text(note), { width: page.width, first: '  - ' }));
}

function closingLines(report: RunReport, page: Page): string[] {
  const { run, exitCode } = report;
  const all = nextCommand(run, 'report', '--json', 'report.json');
  return [
    ...fillText(`Exit code ${exitCode}: ${exitMeaning(report)}.`, { width: page.width, first: '' }),
    ...(report.findings.length > 0 ? page.suggest('Every finding with what each proxy says:', all) : []),
    ...lookFacts(report, page),
  ];
}
