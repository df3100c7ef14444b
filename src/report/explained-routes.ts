// Two lines for each proxy: where it leads the next request of a conference, and the entry by which
// it does. Of many proxies, those that do alike share them. Pure.

import stringWidth from 'string-width';
import { spellEntry } from '../domain/entry.ts';
import type { ExplainedRoute, Explanation, ShardNames } from '../domain/explanation.ts';
import { fill, fillText, type Page, padTo } from './page.ts';

const longestProxy = 30;
const longestShard = 40;
const addressColumns = 47;
/** Proxies with two lines each that fit on one screen, beside what stands below them. */
const mostAlone = 6;

/** In the order of the inventory; proxies without an entry share a line. */
export function routeLines({ routes, shardNames }: Explanation, page: Page): string[] {
  const without = routes.filter(isAbsent);
  const shown = routes.filter((route) => !isAbsent(route));
  return [
    ...(shown.length > mostAlone ? sharedLines(shown, shardNames, page) : ownLines(shown, shardNames, page)),
    ...absentLines(without, page),
  ];
}

function ownLines(shown: readonly ExplainedRoute[], shardNames: ShardNames, page: Page): string[] {
  const columns = Math.max(0, ...shown.map(({ proxy }) => stringWidth(page.name(proxy, longestProxy))));
  return shown.flatMap((route) => {
    const name = padTo(page.name(route.proxy, longestProxy), columns);
    const head = { width: page.width, first: `  ${page.paint.cyan(name)}  `, paint: paintOf(route, page) };
    const rest = { width: page.width, first: ' '.repeat(columns + 4), paint: page.paint.dim };
    return [
      ...fillText(destinationOf(route, shardNames, page), head),
      ...detailsOf([route]).flatMap((detail) => fillText(page.text(detail), rest)),
    ];
  });
}

/** Proxies that do alike with the same entry, however long that has left. */
function sharedLines(shown: readonly ExplainedRoute[], shardNames: ShardNames, page: Page): string[] {
  const groups = new Map<string, [ExplainedRoute, ...ExplainedRoute[]]>();
  for (const route of shown) {
    const { entry, because, trouble } = route;
    const says = [destinationOf(route, shardNames, page), because, trouble?.remedy, entry && spellEntry(entry)];
    const alike = groups.get(JSON.stringify(says));
    if (alike) alike.push(route);
    else groups.set(JSON.stringify(says), [route]);
  }
  return [...groups.values()].flatMap((alike) => {
    const names = alike.map(({ proxy }) => page.paint.cyan(page.name(proxy, longestProxy)));
    const destination = destinationOf(alike[0], shardNames, page).split(' ').map(paintOf(alike[0], page));
    const rest = { width: page.width, first: '      ', paint: page.paint.dim };
    return [
      ...fill([...names, ...destination], page.width, '  '),
      ...detailsOf(alike).flatMap((detail) => fillText(page.text(detail), rest)),
    ];
  });
}

function isAbsent({ next }: ExplainedRoute): boolean {
  return next.does === 'placed-anew' && next.why === 'absent';
}

function absentLines(routes: readonly ExplainedRoute[], page: Page): string[] {
  if (routes.length === 0) return [];
  const names = routes.map(({ proxy }) => page.paint.cyan(page.name(proxy, longestProxy)));
  return fill([...names, ...`no entry: the next request is placed anew there`.split(' ')], page.width, '  ');
}

function paintOf({ next }: ExplainedRoute, page: Page): (text: string) => string {
  if (next.does === 'followed') return page.paint.bold;
  return next.does === 'unknown' ? page.paint.red : page.paint.yellow;
}

function destinationOf({ next, shardState, doubt }: ExplainedRoute, names: ShardNames, page: Page): string {
  const shardWords = (shard: string) => {
    const name = names.get(shard) ?? null;
    const called = name === null ? '' : `${page.name(name, longestShard)} `;
    const doubtful = doubt === null ? '' : `, but ${page.text(doubt)}`;
    return `${called}${page.name(shard, addressColumns)}${shardState === null ? '' : ` (${shardState}${doubtful})`}`;
  };
  switch (next.does) {
    case 'followed':
      return `${page.arrow} ${shardWords(next.shard)} by ${ruleWords[next.rule]}`;
    case 'placed-anew':
      return next.shard === null ? 'placed anew' : `placed anew, not on ${shardWords(next.shard)}`;
    case 'unknown':
      return next.why === 'unread' ? 'could not be read' : 'not known';
  }
}

const ruleWords = { 'server-key': 'server_key', 'server-id': 'server_id' } as const;

/** The entry, and what is unusual about it; what kept the proxy from being read, and a remedy. */
function detailsOf(alike: readonly [ExplainedRoute, ...ExplainedRoute[]]): readonly string[] {
  const [{ entry, because, trouble }] = alike;
  if (entry === null) return [because, ...(trouble === null ? [] : [trouble.remedy])].filter((each) => each !== '');
  const seconds = alike.map((route) => Math.round((route.entry?.expiresInMs ?? 0) / 1000));
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)];
  const ends = most > 0 ? `, ends in ${least === most ? '' : `${least} to `}${most} s` : '';
  return [`${spellEntry(entry)}${ends}`, ...(because === '' ? [] : [because])];
}
