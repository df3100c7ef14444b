// One line per proxy: how far it was read, what it runs, what it holds, whom it hears; below it, what went wrong there.

import Table from 'cli-table3';
import type { RunReport } from '../domain/run-report.ts';
import type { ProxyView } from '../domain/view.ts';
import { count, counted, fillText, type Page } from './page.ts';

const noBorders = Object.fromEntries(
  [
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].flatMap((names) => names.map((name) => [name, ''])),
);

/** What the other columns of a full line take; names get the rest. */
const otherColumns = 46;
const longestName = 40;

export function proxyLines(report: RunReport, page: Page): string[] {
  const { paint } = page;
  const table = new Table({
    chars: noBorders,
    colAligns: ['left', 'left', 'left', 'right', 'right', 'left'],
    style: { head: [], border: [], 'padding-left': 2, 'padding-right': 0, compact: true },
  });
  table.push(['PROXY', 'STATE', 'HAPROXY', 'ENTRIES', 'PEERS', ''].map((word) => paint.dim(word)));
  const restarted = new Set(report.meshFindings.filter(({ kind }) => kind === 'restarted').map(({ proxy }) => proxy));
  for (const proxy of report.proxies) table.push(cells(proxy, report, restarted.has(proxy.name), page));
  const [head, ...rows] = table.toString().split('\n');
  const saidRemedies = new Set<string>();
  return [head!, ...rows.flatMap((row, index) => [row, ...troubleLines(report.proxies[index]!, saidRemedies, page)])];
}

function cells(proxy: ProxyView, report: RunReport, restarted: boolean, page: Page): string[] {
  const { paint } = page;
  const nameColumns = Math.min(longestName, Math.max(10, page.width - otherColumns));
  return [
    paint.bold(page.name(proxy.name, nameColumns)),
    proxy.status === 'ok' ? paint.green('ok') : paint.red(proxy.status),
    proxy.haproxy === null ? '-' : page.name(shortVersion(proxy.haproxy, page.width), 20),
    proxy.table === null ? '-' : count(proxy.table.entries),
    peersUp(proxy, report, page),
    remarks(proxy, restarted, page),
  ];
}

/** Every proxy of the run ought to be a peer of every other: one that is not listed counts as a link that is not up. */
function peersUp(proxy: ProxyView, report: RunReport, page: Page): string {
  if (!proxy.peersKnown) return '-';
  const up = proxy.peers.filter((peer) => peer.state === 'up').length;
  const expected = Math.max(proxy.peers.length, report.proxies.length - 1);
  const words = `${up}/${expected}`;
  return up < expected ? page.paint.yellow(words) : words;
}

function remarks(proxy: ProxyView, restarted: boolean, page: Page): string {
  const words: string[] = [];
  if (restarted && proxy.uptimeSeconds !== null) words.push(`up ${duration(proxy.uptimeSeconds)}`);
  const duplicates = proxy.table?.duplicates ?? 0;
  if (duplicates > 0) words.push(counted(duplicates, 'duplicate'));
  return page.paint.yellow(words.join(', '));
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

/** A dead bastion troubles twenty proxies in the same way: its remedy is said once. */
function troubleLines(proxy: ProxyView, saidRemedies: Set<string>, page: Page): string[] {
  if (proxy.trouble === null) return [];
  const lines = fillText(page.text(proxy.trouble.message), page.width, '      ', page.paint.red);
  if (proxy.trouble.remedy === '' || saidRemedies.has(proxy.trouble.remedy)) return lines;
  saidRemedies.add(proxy.trouble.remedy);
  return [...lines, ...fillText(page.text(proxy.trouble.remedy), page.width, `      ${page.arrow} `)];
}

/** A narrow terminal gets the version without the distribution's own part: 2.6.12 for 2.6.12-1+deb12u4. */
function shortVersion(version: string, width: number): string {
  return width < 100 ? version.replace(/-.*$/, '') : version;
}
