// A comparison for people: first the number that matters, then what became of everything else.

import type { ChangeKind, ComparedSide, ConferenceChange, GoneReason, MeshComparison } from '../domain/comparison.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import type { RunFacts } from '../domain/run-report.ts';
import { mapLines, proxyLines, serverLines } from './compare-mesh-lines.ts';
import { comparisonVerdict } from './compare-verdict.ts';
import { count, counted, createPage, enumerate, fill, fillText, type Page, padTo } from './page.ts';
import type { Terminal } from './terminal.ts';

/** Conferences that are named of each kind, and of each pair of shards. */
const [changesShown, namesShown, movesShown] = [10, 3, 20];
const nameColumns = 40;

/** Lines that end in a newline; nothing from outside gets through that a terminal would act on. */
export function renderComparison(
  comparison: MeshComparison,
  run: Pick<RunFacts, 'id' | 'version'>,
  terminal: Terminal,
): string {
  const page = createPage(terminal);
  const shardName = shardNames(comparison, page);
  const sections = [
    comparisonVerdict(comparison, page),
    [...sideLines(comparison, page), ...countLines(comparison, page)],
    moveLines(comparison, shardName, page),
    ...changeTitles.map((section) => changeLines(section, comparison, { shardName, page })),
    titled('Proxies', proxyLines(comparison, page), page),
    titled('Shards', serverLines(comparison, page), page),
    titled('Maps', mapLines(comparison, page), page),
    titled('Incomplete', gapLines(comparison, page), page),
    titled('Notes', sentences(comparison.notes, page), page),
    closingLines(comparison, run, page),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line.trimEnd()}\n`).join(''))
    .join('\n');
}

function titled(title: string, lines: readonly string[], page: Page): readonly string[] {
  return lines.length === 0 ? [] : [page.paint.bold(title), ...lines];
}

type ShardName = (address: string) => string;

/** `shard-1 10.0.0.1:443`, or the address alone. */
function shardNames({ shards }: MeshComparison, page: Page): ShardName {
  const names = new Map(shards.map(({ address, name }) => [address, name]));
  return (address) => {
    const name = names.get(address) ?? null;
    const shown = page.name(address, nameColumns);
    return name === null || name === address ? shown : `${page.name(name, nameColumns)} ${shown}`;
  };
}

function sideLines({ before, after }: MeshComparison, page: Page): readonly string[] {
  const rows = [sideCells('BEFORE', before, page), sideCells('AFTER', after, page)];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => `  ${row.map((cell, column) => padTo(cell, widths[column]!)).join('  ')}`);
}

function sideCells(word: string, side: ComparedSide, page: Page): readonly string[] {
  const { folders, takenAt, proxies, proxiesReporting, conferences } = side;
  const place =
    folders.length === 0
      ? 'the live mesh'
      : enumerate(
          folders.map((each) => page.name(each, 30)),
          2,
        );
  const time = takenAt === null ? 'time not known' : `${utc(takenAt.startedAtMs)} UTC`;
  return [
    word,
    place,
    time,
    `${count(proxiesReporting)} of ${counted(proxies, 'proxy', 'proxies')}`,
    counted(conferences, 'conference'),
  ];
}

/** When a side was taken. */
export function utc(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').slice(0, 19);
}

/** The words for each count, in the order of the line. */
export const countWords: readonly (readonly [ChangeKind | 'kept', string])[] = [
  ['kept', 'on the same shard'],
  ['moved', 'on another shard'],
  ['lost', 'lost'],
  ['expired', 'expired'],
  ['unclear', 'lost or expired'],
  ['new', 'new'],
  ['apart', 'on several shards'],
  ['orphaned', 'without a shard'],
  ['unknown', 'not known'],
];

function countLines({ counts }: MeshComparison, page: Page): readonly string[] {
  const always = new Set(['kept', 'moved', 'lost', 'expired', 'new']);
  const words = countWords
    .filter(([kind]) => always.has(kind) || counts[kind] > 0)
    .map(([kind, said]) => `${count(counts[kind])} ${said}`);
  return fillText(words.join(', '), { width: page.width, first: '  ' });
}

function moveLines({ moves }: MeshComparison, shardName: ShardName, page: Page): readonly string[] {
  if (moves.length === 0) return [];
  const rest = moves.length - movesShown;
  return [
    page.paint.bold('Moved'),
    ...moves.slice(0, movesShown).flatMap(({ from, to, count: number, changes }) => {
      const names = changes.map(({ conference }) => page.paint.cyan(page.name(conference, nameColumns)));
      const pair = `${shardName(from)} ${page.arrow} ${shardName(to)}:`;
      return fill([pair, ...firstOf(names, number, page)], page.width, '  ');
    }),
    ...(rest > 0 ? [page.paint.dim(`  and ${count(rest)} more pairs of shards`)] : []),
  ];
}

/** `a, b, c and 17 more`, as pieces of a line. */
function firstOf(names: readonly string[], number: number, page: Page): readonly string[] {
  const shown = names.slice(0, number <= namesShown + 1 ? number : namesShown);
  const pieces = shown.map((name, n) => (n < shown.length - 1 ? `${name},` : name));
  return number > shown.length ? [...pieces, page.paint.dim(`and ${count(number - shown.length)} more`)] : pieces;
}

interface Section {
  readonly kind: ChangeKind;
  readonly title: string;
}

/** What is told conference by conference. Expired and new ones are counted: they are usual. */
export const changeTitles: readonly Section[] = [
  { kind: 'lost', title: 'Lost' },
  { kind: 'apart', title: 'On several shards' },
  { kind: 'orphaned', title: 'Without a shard: the next request places the conference anew' },
  { kind: 'unknown', title: 'Not known where one side leads them' },
  { kind: 'unclear', title: 'Gone, and not known why' },
];

function changeLines(
  { kind, title }: Section,
  { changes, counts }: MeshComparison,
  { shardName, page }: { readonly shardName: ShardName; readonly page: Page },
): readonly string[] {
  const rest = counts[kind] - changesShown;
  if (counts[kind] === 0) return [];
  return [
    page.paint.bold(title),
    ...changes.first(kind, changesShown).flatMap((change) => {
      const first = `  ${page.paint.cyan(page.name(change.conference, nameColumns))}  `;
      return fillText(wordsOf(change, shardName), { width: page.width, first });
    }),
    ...(rest > 0 ? [page.paint.dim(`  and ${count(rest)} more`)] : []),
  ];
}

function wordsOf(change: ConferenceChange, shardName: ShardName): string {
  const { before, after, because, expiresInMs } = change;
  const was = before.map(shardName).join(' | ') || 'not there';
  if (because === null) {
    const is = after.map(shardName).join(' | ') || 'no shard';
    return `before: ${was}${partlyWords(change, 'before')}; after: ${is}${partlyWords(change, 'after')}`;
  }
  const left = expiresInMs === null ? 'entries that never end' : `${Math.round(expiresInMs / 1000)} s left at BEFORE`;
  return `${was}, ${left}: ${goneWords[because]}`;
}

/** Of a side whose entries all name one shard, which some proxies do not follow. */
function partlyWords(change: ConferenceChange, side: 'before' | 'after'): string {
  return change.apartOn.includes(side) && change[side].length < 2 ? ' (followed on some proxies only)' : '';
}

export const goneWords: Readonly<Record<GoneReason, string>> = {
  removed: 'a proxy that held it runs on and lacks it: cleared, or the table was full',
  restarted: 'the proxies that held it were restarted, and none got it back',
  replaced: 'the proxies that held it are gone, and none took it over',
  emptied: 'the proxies that held it lost their entries before its time was over',
  'time-over': 'its time was over',
  'replaced-before': 'its time was over, and its proxies were replaced before',
  'no-times': 'when a side was taken is not known',
  'not-read': 'AFTER was not read in full',
};

export function gapLines({ before, after }: MeshComparison, page: Page): readonly string[] {
  return [
    ...sentences(
      before.gaps.map((gap) => `BEFORE: ${gap}`),
      page,
    ),
    ...sentences(
      after.gaps.map((gap) => `AFTER: ${gap}`),
      page,
    ),
  ];
}

function sentences(all: readonly string[], page: Page): readonly string[] {
  return all.flatMap((each) => fillText(page.text(each), { width: page.width, first: '  - ' }));
}

const exitWords: Readonly<Record<number, string>> = {
  [exitCodes.agree]: 'no conference changed shard, and none was lost',
  [exitCodes.disagreement]: 'conferences changed shard, were lost, or are on several shards',
  [exitCodes.incomplete]: 'a side is incomplete, or nothing could be compared',
};

/** The words that follow `Exit code 2: `. */
export function comparisonMeaning(exitCode: number): string {
  return exitWords[exitCode] ?? String(exitCode);
}

function closingLines(
  { exitCode }: MeshComparison,
  { id, version }: Pick<RunFacts, 'id' | 'version'>,
  page: Page,
): readonly string[] {
  return [
    ...fillText(`Exit code ${exitCode}: ${comparisonMeaning(exitCode)}.`, { width: page.width, first: '' }),
    ...fillText(`Every change by name: add --json FILE. Run ${page.name(id)}, version ${page.name(version)}`, {
      width: page.width,
      first: '',
      paint: page.paint.dim,
    }),
  ];
}
