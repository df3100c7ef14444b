// What became of proxies, servers and maps between two looks, for people. Pure.

import stringWidth from 'string-width';
import type { MapChange, MeshComparison, ProxyChange, ProxyLife, ServerChange } from '../domain/comparison.ts';
import { count, counted, enumerate, fillText, type Page, padTo } from './page.ts';

const linesShown = 30;
const nameColumns = 30;

/** A line for each proxy that is not as it was; the others are counted. */
export function proxyLines({ proxies }: MeshComparison, page: Page): readonly string[] {
  const same = proxies.filter(({ fate, emptied }) => fate === 'same' && !emptied);
  const others = proxies.filter((proxy) => !same.includes(proxy));
  const rows = others.map((proxy) => [
    page.name(proxy.name, nameColumns),
    page.paint[proxy.fate === 'same' || proxy.fate === 'new' ? 'dim' : 'yellow'](fateWords[proxy.fate]),
    entriesWords(proxy),
    remarks(proxy, page),
  ]);
  return [
    ...table(rows).slice(0, linesShown),
    ...more(rows.length),
    ...(same.length === 0 ? [] : [`  ${counted(same.length, 'proxy runs', 'proxies run')} on as before`]),
  ];
}

const fateWords: Readonly<Record<ProxyChange['fate'], string>> = {
  same: 'runs on',
  renamed: 'has another name',
  restarted: 'another process',
  gone: 'gone',
  new: 'new',
  unread: 'not read',
  unknown: 'process not known',
};

function entriesWords({ before, after }: ProxyChange): string {
  const of = (life: ProxyLife | null) => (life?.entries == null ? '-' : count(life.entries));
  return `${of(before)} to ${of(after)} entries`;
}

function remarks({ before, after, emptied, formerName }: ProxyChange, page: Page): string {
  const versions = before?.haproxy != null && after?.haproxy != null && before.haproxy !== after.haproxy;
  const words = [
    ...(emptied ? [page.paint.red('emptied: it lacks entries that had time left')] : []),
    ...(formerName === null ? [] : [`before: ${page.name(formerName, nameColumns)}`]),
    ...(versions ? [`HAProxy ${page.name(before.haproxy!, 20)} to ${page.name(after.haproxy!, 20)}`] : []),
  ];
  return words.join(', ');
}

/** Left-aligned columns. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column]!))));
  return rows.map((row) => row.map((cell, column) => `  ${padTo(cell, widths[column]!)}`).join(''));
}

function more(total: number): readonly string[] {
  return total > linesShown ? [`  and ${count(total - linesShown)} more`] : [];
}

/** Shards whose servers changed. */
export function serverLines({ servers }: MeshComparison, page: Page): readonly string[] {
  const lines = servers.slice(0, linesShown).flatMap((change) => {
    const first = `  ${page.paint.cyan(page.name(change.name, nameColumns))}  `;
    return fillText(serverWords(change, page), { width: page.width, first });
  });
  return [...lines, ...more(servers.length)];
}

function serverWords({ kinds, before, after }: ServerChange, page: Page): string {
  const list = (words: readonly string[]) =>
    enumerate(
      words.map((word) => page.name(word, nameColumns)),
      3,
    );
  const onWords = () => `is on ${counted(after!.on, 'proxy', 'proxies')}, before on ${count(before!.on)}`;
  const says: Readonly<Record<ServerChange['kinds'][number], () => string>> = {
    gone: () => `is gone (${list(before!.addresses)})`,
    new: () => `is new (${list(after!.addresses)})`,
    address: () => `has another address: ${list(before!.addresses)} ${page.arrow} ${list(after!.addresses)}`,
    id: () => `has another id: ${list(before!.ids.map(String))} ${page.arrow} ${list(after!.ids.map(String))}`,
    fewer: onWords,
    more: onWords,
  };
  return kinds.map((kind) => says[kind]()).join('; ');
}

/** Keys of maps that changed. */
export function mapLines({ maps }: MeshComparison, page: Page): readonly string[] {
  const lines = maps.slice(0, linesShown).flatMap((change) => {
    const what = change.map === 'live' ? 'live release' : `pin of ${page.name(change.key, nameColumns)}`;
    return fillText(`${what}: ${valueWords(change.before, page)} ${page.arrow} ${valueWords(change.after, page)}`, {
      width: page.width,
      first: '  ',
    });
  });
  return [...lines, ...more(maps.length)];
}

function valueWords(values: MapChange['before'], page: Page): string {
  if (values.length === 0) return 'none';
  const words = values.map((value) => (value === '' ? 'none on some proxies' : page.name(value, nameColumns)));
  return enumerate(words, 3);
}
