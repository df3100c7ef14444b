// One line per proxy: how far it was read, its version, its entries and its peers; below it, what
// failed there.

import stringWidth from 'string-width';
import type { RunReport } from '../domain/run-report.ts';
import type { ProxyView } from '../domain/view.ts';
import { count, counted, fillText, type Page, padTo } from './page.ts';

/** Between two columns, and before the first. */
const gap = '  ';
/** Columns that are aligned to the right: ENTRIES and PEERS are numbers. */
const toTheRight: ReadonlySet<number> = new Set([3, 4]);

/** The width of the other columns of a full line; names get the rest. */
const otherColumns = 46;
const longestName = 40;

/** The table of proxies. */
export function proxyLines(report: RunReport, page: Page): string[] {
  const restarted = new Set(report.meshFindings.filter(({ kind }) => kind === 'restarted').map(({ proxy }) => proxy));
  const [head, ...rows] = aligned([
    ['PROXY', 'STATE', 'HAPROXY', 'ENTRIES', 'PEERS', ''].map((word) => page.paint.dim(word)),
    ...report.proxies.map((proxy) => cells({ proxy, isRestarted: restarted.has(proxy.name) }, report, page)),
  ]);
  const saidRemedies = new Set<string>();
  return [head!, ...rows.flatMap((row, index) => [row, ...troubleLines(report.proxies[index]!, saidRemedies, page)])];
}

/** One line per row; every column is as wide as its widest cell. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column]!))));
  return rows.map((row) => row.map((cell, column) => gap + padded(cell, widths[column]!, column)).join(''));
}

function padded(cell: string, width: number, column: number): string {
  return toTheRight.has(column) ? ' '.repeat(width - stringWidth(cell)) + cell : padTo(cell, width);
}

interface Row {
  readonly proxy: ProxyView;
  readonly isRestarted: boolean;
}

function cells({ proxy, isRestarted }: Row, report: RunReport, page: Page): string[] {
  const { paint } = page;
  const nameColumns = Math.min(longestName, Math.max(10, page.width - otherColumns));
  return [
    paint.bold(page.name(proxy.name, nameColumns)),
    proxy.status === 'ok' ? paint.green('ok') : paint.red(proxy.status),
    proxy.haproxy === null ? '-' : page.name(shortVersion(proxy.haproxy, page.width), 20),
    proxy.table === null ? '-' : count(proxy.table.entries),
    peersUp(proxy, report, page),
    remarks({ proxy, isRestarted }, page),
  ];
}

/**
 * Peers that are up, of those that should be. Every proxy of the run should be a peer of every
 * other: one that is not listed counts as down.
 */
function peersUp(proxy: ProxyView, report: RunReport, page: Page): string {
  if (!proxy.peersKnown) return '-';
  const up = proxy.peers.filter((peer) => peer.state === 'up').length;
  const expected = Math.max(proxy.peers.length, report.proxies.length - 1);
  const words = `${up}/${expected}`;
  return up < expected ? page.paint.yellow(words) : words;
}

function remarks({ proxy, isRestarted }: Row, page: Page): string {
  const words: string[] = [];
  if (isRestarted && proxy.uptimeSeconds !== null) words.push(`up ${duration(proxy.uptimeSeconds)}`);
  const duplicates = proxy.table?.duplicates ?? 0;
  if (duplicates > 0) words.push(counted(duplicates, 'duplicate'));
  return page.paint.yellow(words.join(', '));
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

/**
 * What failed at a proxy. A remedy is shown once: one dead bastion gives twenty proxies the same.
 */
function troubleLines(proxy: ProxyView, saidRemedies: Set<string>, page: Page): string[] {
  if (proxy.trouble === null) return [];
  const lines = fillText(page.text(proxy.trouble.message), {
    width: page.width,
    first: '      ',
    paint: page.paint.red,
  });
  if (proxy.trouble.remedy === '' || saidRemedies.has(proxy.trouble.remedy)) return lines;
  saidRemedies.add(proxy.trouble.remedy);
  return [...lines, ...fillText(page.text(proxy.trouble.remedy), { width: page.width, first: `      ${page.arrow} ` })];
}

/**
 * On a narrow terminal, the version without the distribution's part: 2.6.12 for 2.6.12-1+deb12u4.
 */
function shortVersion(version: string, width: number): string {
  return width < 100 ? version.replace(/-.*$/, '') : version;
}
