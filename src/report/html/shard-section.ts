// The shards: their marks in grids, their states, conferences and people. Pure.

import type { RunReport, ShardSummary } from '../../domain/run-report.ts';
import { count } from '../page.ts';
import { scrolled } from './frame.ts';
import { html, type Markup } from './markup.ts';
import { called, type ShardMarks } from './shard-marks.ts';
import { shownName } from './words.ts';

/** What the state of a shard means for its conferences. */
const stateWords: Readonly<Record<ShardSummary['state'], string>> = {
  up: 'up',
  partly: 'up on some proxies',
  down: 'down',
  doubtful: 'up, and no agent or check reaches it',
};

/** A row a shard. */
export function shardTable({ shards, census }: RunReport, marks: ShardMarks): Markup {
  if (shards.length === 0) return html`<p class="none">No shard is known.</p>`;
  const most = Math.max(1, ...shards.map(({ conferences }) => conferences));
  return scrolled(
    'Shards',
    html`<table class="list">
<thead><tr><th scope="col">Mark</th><th scope="col">Shard</th><th scope="col">Address</th><th scope="col">State</th><th scope="col" class="number">Conferences</th>${
      census && html`<th scope="col" class="number">People</th>`
    }</tr></thead>
<tbody>${shards.map(
      (shard) => html`
<tr><td>${marks.chip(shard.address)}</td><th scope="row">${shownName(called(shard) ?? shard.address, 80)}</th><td><code>${shownName(shard.address, 60)}</code></td><td class="${shard.state === 'up' ? 'good' : 'bad'}">${stateWords[shard.state]}</td><td class="number">${bar(shard.conferences / most)} ${count(shard.conferences)}</td>${
        census &&
        html`<td class="number">${shard.participants === null ? html`<span class="unknown">not known</span>` : count(shard.participants)}</td>`
      }</tr>`,
    )}
</tbody></table>`,
  );
}

/** A picture of a share of 1; the number stands beside it. */
function bar(share: number): Markup {
  return html`<svg class="bar" viewBox="0 0 100 8" width="100" height="8" aria-hidden="true" focusable="false"><rect class="back" width="100" height="8" rx="4"/><rect class="front" width="${(share * 100).toFixed(1)}" height="8" rx="4"/></svg>`;
}

/** What the marks in grids mean. */
export function legend({ shards }: RunReport, marks: ShardMarks): Markup {
  const items = shards.map(({ address }) => html`<li>${marks.chip(address)} ${marks.nameOf(address)}</li>`);
  return html`<details class="legend"><summary>What the marks mean</summary><ul>${items}<li><b class="chip flawed struck other">s</b> not followed: the next request is placed anew</li><li><b class="chip flawed other">s</b> followed, and its entry names another shard too</li><li><span class="absent">absent</span> the proxy has no entry</li><li><span class="unknown">?</span> not known</li></ul></details>`;
}
