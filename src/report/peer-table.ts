// The peer matrix for people: rows see columns; in words where they fit, else in signs with a
// legend. Pure.

import stringWidth from 'string-width';
import type { PeerMatrix, PeerSight } from '../domain/peer-matrix.ts';
import { counted, fillText, type Page, padTo } from './page.ts';

const words: Readonly<Record<PeerSight, string>> = {
  self: '·',
  up: 'up',
  deaf: 'DEAF',
  down: 'DOWN',
  never: 'NEVER',
  unlisted: 'none',
  unknown: '?',
};

/** One letter each: neither colours nor Unicode are needed to tell them apart. */
const signs: Readonly<Record<PeerSight, string>> = {
  self: '.',
  up: '+',
  deaf: 'D',
  down: 'X',
  never: 'N',
  unlisted: '-',
  unknown: '?',
};

const meanings: Readonly<Record<Exclude<PeerSight, 'self'>, string>> = {
  up: 'linked',
  deaf: 'connected, and this table does not travel',
  down: 'not connected',
  never: 'never connected since the proxy started',
  unlisted: 'not among its peers',
  unknown: 'not known',
};

const longestName = 24;
const shortestName = 10;
/** A name of a column: more takes room from the others. */
const longestHead = 12;

/** Nothing for one proxy without peers. */
export function peerTable(matrix: PeerMatrix, page: Page): string[] {
  if (matrix.columns.length < 2) return [];
  const title = `${page.paint.bold('Peers')}  ${page.paint.dim('each row sees the columns')}`;
  return [title, ...(inWords(matrix, page) ?? inSigns(matrix, page) ?? inPairs(matrix, page))];
}

interface Grid {
  readonly heads: readonly string[];
  readonly names: readonly string[];
  readonly cellOf: (sight: PeerSight) => string;
  readonly gap: string;
}

function lines({ rows }: PeerMatrix, { heads, names, cellOf, gap }: Grid, page: Page): string[] {
  const nameWidth = Math.max(...names.map((name) => stringWidth(name)));
  const widths = heads.map((head, column) =>
    Math.max(stringWidth(head), ...rows.map(({ cells }) => stringWidth(cellOf(cells[column]!.sight)))),
  );
  const head = heads.map((word, column) => gap + padTo(word, widths[column]!)).join('');
  return [
    page.paint.dim(`  ${' '.repeat(nameWidth)}${head}`),
    ...rows.map(({ cells }, row) => {
      const line = cells.map(({ sight }, column) => gap + padTo(painted(sight, cellOf(sight), page), widths[column]!));
      return `  ${padTo(page.paint.bold(names[row]!), nameWidth)}${line.join('')}`;
    }),
  ];
}

function painted(sight: PeerSight, word: string, { paint }: Page): string {
  switch (sight) {
    case 'self':
      return paint.dim(word);
    case 'up':
      return paint.green(word);
    case 'unknown':
      return paint.yellow(word);
    case 'deaf':
    case 'down':
    case 'never':
    case 'unlisted':
      return paint.red(word);
  }
}

function fits(drawn: readonly string[], { width }: Page): boolean {
  return drawn.every((line) => stringWidth(line.trimEnd()) <= width);
}

/** Columns have the proxies' names, or numbers that stand before the rows' names. */
function inWords(matrix: PeerMatrix, page: Page): string[] | null {
  const plain = matrix.rows.map(({ proxy }) => page.name(proxy, longestName));
  const cellOf = (sight: PeerSight) => (sight === 'self' && page.arrow !== '→' ? '.' : words[sight]);
  const named = matrix.columns.map(({ name, isRead }) => `${page.name(name, longestHead)}${isRead ? '' : '*'}`);
  const isShort = matrix.columns.every(({ name }) => stringWidth(page.name(name)) <= longestHead);
  const byName = isShort ? lines(matrix, { heads: named, names: plain, cellOf, gap: '  ' }, page) : [];
  if (isShort && fits(byName, page)) return [...byName, ...legend(matrix, page)];
  const byNumber = lines(matrix, { ...numbered(matrix, page, longestName), cellOf, gap: '  ' }, page);
  return fits(byNumber, page) ? [...byNumber, ...strangerLines(matrix, page), ...legend(matrix, page)] : null;
}

function inSigns(matrix: PeerMatrix, page: Page): string[] | null {
  for (const columns of [longestName, shortestName]) {
    const drawn = lines(
      matrix,
      { ...numbered(matrix, page, columns), cellOf: (sight) => signs[sight], gap: ' ' },
      page,
    );
    if (fits(drawn, page)) return [...drawn, ...strangerLines(matrix, page), ...signLegend(matrix, page)];
  }
  return null;
}

function numbered(matrix: PeerMatrix, page: Page, columns: number): Pick<Grid, 'heads' | 'names'> {
  const digits = String(matrix.columns.length).length;
  return {
    heads: matrix.columns.map((_, column) => String(column + 1)),
    names: matrix.rows.map(({ proxy }, row) => `${String(row + 1).padStart(digits)} ${page.name(proxy, columns)}`),
  };
}

/** The numbers of peers that are no row. */
function strangerLines({ columns }: PeerMatrix, page: Page): string[] {
  const said = columns.flatMap(({ name, isRead }, column) => (isRead ? [] : [`${column + 1} ${page.name(name)}`]));
  return said.length === 0 ? [] : fillText(`not read: ${said.join(', ')}`, { width: page.width, first: '  ' });
}

function seenIn({ rows }: PeerMatrix): ReadonlySet<PeerSight> {
  return new Set(rows.flatMap(({ cells }) => cells.map(({ sight }) => sight)));
}

/** Only what is not said by its word alone. */
function legend(matrix: PeerMatrix, page: Page): string[] {
  const seen = seenIn(matrix);
  const said = (['deaf', 'never', 'unlisted', 'unknown'] as const)
    .filter((sight) => seen.has(sight))
    .map((sight) => `${words[sight]}: ${meanings[sight]}`);
  const isStarred = matrix.columns.some(({ isRead }) => !isRead);
  const all = [...said, ...(isStarred ? ['*: a peer that was not read'] : [])];
  return all.length === 0 ? [] : fillText(all.join('; '), { width: page.width, first: '  ', paint: page.paint.dim });
}

function signLegend(matrix: PeerMatrix, page: Page): string[] {
  const seen = seenIn(matrix);
  const said = (Object.keys(meanings) as (keyof typeof meanings)[])
    .filter((sight) => seen.has(sight))
    .map((sight) => `${signs[sight]} ${meanings[sight]}`);
  return fillText(said.join('; '), { width: page.width, first: '  ', paint: page.paint.dim });
}

/** Pairs in a list; of a large mesh not all. */
const pairsShown = 20;

/** More proxies than a line has room for: what is wrong, one pair a line. */
function inPairs({ columns, rows }: PeerMatrix, page: Page): string[] {
  const all = rows.flatMap(({ proxy, cells }) =>
    cells.map(({ sight }, column) => ({ proxy, peer: columns[column]!.name, sight })),
  );
  const wrong = all.filter(({ sight }) => sight !== 'up' && sight !== 'self');
  const up = all.filter(({ sight }) => sight === 'up').length;
  const rest = wrong.length - pairsShown;
  return [
    ...fillText(`${counted(up, 'link')} up, ${wrong.length} not`, { width: page.width, first: '  ' }),
    ...wrong
      .slice(0, pairsShown)
      .map(
        ({ proxy, peer, sight }) =>
          `  ${page.name(proxy, longestName)} ${page.arrow} ${page.name(peer, longestName)}  ${painted(sight, words[sight], page)}`,
      ),
    ...(rest > 0 ? [page.paint.dim(`  and ${rest} more`)] : []),
  ];
}
