// The census for people: shards with their people, conferences that are apart, what is unanswered.
// Pure.

import stringWidth from 'string-width';
import type { ApartConference, ShardCensus } from '../domain/census.ts';
import type { RunReport } from '../domain/run-report.ts';
import { censusLines } from './census-lines.ts';
import { count, counted, createPage, fillText, type Page, padTo } from './page.ts';
import type { Terminal } from './terminal.ts';
import { verdictLines } from './verdict-line.ts';

const apartShown = 50;
const nameColumns = 40;

/** Lines that end in a newline; nothing from outside gets through that a terminal would act on. */
export function renderCensus(report: RunReport, terminal: Terminal): string {
  const page = createPage(terminal);
  const { census } = report;
  if (census === null) return '';
  const sections = [
    verdictLines(report, page),
    shardLines(report, page),
    apartLines(census.apart, report, page),
    [page.paint.bold('Census'), ...censusLines(report, page)],
    noteLines(report, page),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line.trimEnd()}\n`).join(''))
    .join('\n');
}

/** A shard a line, the one with most people first; an unknown number is no zero. */
function shardLines({ census, shards }: RunReport, page: Page): string[] {
  const entries = new Map(shards.map(({ address, conferences }) => [address, conferences]));
  const rows = census!.shards
    .filter(({ status }) => status !== 'duplicate')
    .toSorted((one, other) => peopleOn(other) - peopleOn(one) || (one.name < other.name ? -1 : 1))
    .map((shard) => [
      page.name(shard.name, nameColumns),
      shard.address === null ? '-' : page.name(shard.address, nameColumns),
      shard.status === 'ok' ? count(shard.participants) : '?',
      shard.status === 'ok' ? count(shard.rooms) : '?',
      shard.address === null ? '-' : count(entries.get(shard.address) ?? 0),
      shard.status === 'ok' ? leakedWords(shard, page) : page.paint.yellow(shard.status),
    ]);
  const head = ['SHARD', 'ADDRESS', 'PEOPLE', 'ROOMS', 'ENTRIES', ''];
  const widths = head.map((word, column) => Math.max(word.length, ...rows.map((row) => stringWidth(row[column]!))));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => `  ${isNumber(column) ? padStart(cell, widths[column]!) : padTo(cell, widths[column]!)}`)
      .join('');
  return [page.paint.dim(line(head)), ...rows.map(line)];
}

function isNumber(column: number): boolean {
  return column >= 2 && column <= 4;
}

function padStart(cell: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - stringWidth(cell))) + cell;
}

function peopleOn({ status, participants }: ShardCensus): number {
  return status === 'ok' ? participants : -1;
}

function leakedWords({ leaked, foreign }: ShardCensus, page: Page): string {
  const words = [
    ...(leaked > 0 ? [`${counted(leaked, 'stale room')} left out`] : []),
    ...(foreign > 0 ? [`${counted(foreign, 'room')} of another domain left out`] : []),
  ];
  return page.paint.dim(words.join(', '));
}

function apartLines(apart: readonly ApartConference[], { shards }: RunReport, page: Page): string[] {
  if (apart.length === 0) return [];
  const names = new Map(shards.map(({ address, name }) => [address, name]));
  const rest = apart.length - apartShown;
  return [
    page.paint.bold('Apart'),
    ...apart.slice(0, apartShown).flatMap(({ conference, kind, participants, isSettled }) => {
      const groups = Object.entries(participants)
        .filter(([, number]) => number > 0)
        .toSorted(([one, number], [other, more]) => more - number || (one < other ? -1 : 1))
        .map(([shard, number]) => `${count(number)} on ${page.name(names.get(shard) ?? shard, nameColumns)}`);
      const word = isSettled ? page.paint.red(kind) : page.paint.yellow(`${kind}, may come together`);
      const first = `  ${page.paint.cyan(page.name(conference, nameColumns))}  `;
      return fillText(`${groups.join(', ')} (${word})`, { width: page.width, first });
    }),
    ...(rest > 0 ? [page.paint.dim(`  and ${count(rest)} more`)] : []),
  ];
}

function noteLines({ notes }: RunReport, page: Page): string[] {
  if (notes.length === 0) return [];
  return [
    page.paint.bold('Notes'),
    ...notes.flatMap((note) => fillText(page.text(note), { width: page.width, first: '  - ' })),
  ];
}
