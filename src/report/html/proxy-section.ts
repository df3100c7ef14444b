// The proxies, how far each was read, and which of them see which others as peers. Pure.

import type { PeerCell, PeerMatrix, PeerSight } from '../../domain/peer-matrix.ts';
import type { RunReport } from '../../domain/run-report.ts';
import type { ProxyView } from '../../domain/view.ts';
import { count } from '../page.ts';
import { durationWords } from '../time-words.ts';
import { scrolled } from './frame.ts';
import { html, type Markup } from './markup.ts';
import { shownName, shownText } from './words.ts';

/** With more columns, their names stand upright. */
const MOST_LYING = 6;

/** A row a proxy; what failed there stands below its name. */
export function proxyTable({ proxies }: RunReport): Markup {
  const hasRegions = proxies.some(({ region }) => region !== null);
  return scrolled(
    'Proxies',
    html`<table class="list">
<thead><tr><th scope="col">Proxy</th>${hasRegions && html`<th scope="col">Region</th>`}<th scope="col">State</th><th scope="col">HAProxy</th><th scope="col" class="number">Up for</th><th scope="col" class="number">Entries</th><th scope="col" class="number">Table in use</th></tr></thead>
<tbody>${proxies.map((proxy) => proxyRow(proxy, hasRegions))}
</tbody></table>`,
  );
}

function proxyRow(
  { name, region, status, trouble, haproxy, uptimeSeconds, table }: ProxyView,
  hasRegions: boolean,
): Markup {
  const missing = html`<span class="unknown">–<span class="unseen"> not known</span></span>`;
  return html`
<tr><th scope="row">${shownName(name, 60)}${
    trouble && html`<span class="trouble">${shownText(trouble.message)} <em>${shownText(trouble.remedy)}</em></span>`
  }</th>${hasRegions && html`<td>${region === null ? missing : shownName(region, 40)}</td>`}<td class="${status === 'ok' ? 'good' : 'bad'}">${status}</td><td>${haproxy === null ? missing : shownName(haproxy, 40)}</td><td class="number">${uptimeSeconds === null ? missing : durationWords(uptimeSeconds * 1000)}</td><td class="number">${table === null ? missing : count(table.entries)}</td><td class="number">${table === null || table.size === 0 ? missing : shareWords(table.used / table.size)}</td></tr>`;
}

/** A share of 1: `0 %` of nothing alone. */
function shareWords(share: number): string {
  const percent = Math.round(100 * share);
  return share > 0 && percent === 0 ? 'below 1 %' : `${percent} %`;
}

const sights: Readonly<Record<PeerSight, readonly [mark: string, words: string]>> = {
  self: ['·', 'itself'],
  up: ['✓', 'up'],
  deaf: ['≠', 'up, and the table does not travel'],
  down: ['✗', 'down'],
  never: ['✗', 'down, never up since the start'],
  unlisted: ['–', 'not a peer'],
  unknown: ['?', 'not known'],
};

/** Rows see columns. */
export function peerTable({ columns, rows }: PeerMatrix): Markup {
  const used = new Set(rows.flatMap(({ cells }) => cells.map(({ sight }) => sight)));
  const keys = (Object.keys(sights) as readonly PeerSight[]).filter((sight) => used.has(sight) && sight !== 'self');
  return html`${scrolled(
    'Peers',
    html`<table class="grid peers${columns.length > MOST_LYING ? ' upright' : ''}">
<thead><tr><th scope="col" class="name">The row sees the column as</th>${columns.map(
      ({ name, isRead }) =>
        html`<th scope="col" class="proxy"><span>${shownName(name, 40)}${!isRead && html` <i>not read</i>`}</span></th>`,
    )}</tr></thead>
<tbody>${rows.map(
      ({ proxy, cells }) => html`
<tr><th scope="row" class="name">${shownName(proxy, 60)}</th>${cells.map(cellOf)}</tr>`,
    )}
</tbody></table>`,
  )}
<p class="keys">${keys.map((sight) => html`<span><span class="sight ${sight}">${sights[sight][0]}</span> ${sights[sight][1]}</span> `)}</p>`;
}

function cellOf({ sight, protocolErrors }: PeerCell): Markup {
  const [mark, words] = sights[sight];
  const errors = protocolErrors > 0 ? `, ${count(protocolErrors)} protocol errors` : '';
  return html`<td><span class="sight ${sight}">${mark}<span class="unseen"> ${words}${errors}</span></span>${
    errors !== '' && html`<small aria-hidden="true">${count(protocolErrors)} errors</small>`
  }</td>`;
}
