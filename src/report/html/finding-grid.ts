// Findings as a grid, conferences by proxies: where each proxy sends a conference. Pure.

import { type Finding, isDisagreement, kindRecords, type Route } from '../../domain/finding.ts';
import { healedKeys } from '../../domain/remaining.ts';
import { findingName, type RunHistory } from '../../domain/run-history.ts';
import type { RunReport } from '../../domain/run-report.ts';
import { decodedName } from '../decoded-name.ts';
import { count, type Page } from '../page.ts';
import { minuteWords } from '../time-words.ts';
import { scrolled } from './frame.ts';
import { html, type Markup } from './markup.ts';
import type { ShardMarks } from './shard-marks.ts';
import { lineOf, shownName } from './words.ts';

/** What the rows of a grid have in common. */
export interface GridContext {
  readonly report: RunReport;
  readonly marks: ShardMarks;
  /** The last runs, which say since when; `null` where there are no two. */
  readonly past: RunHistory | null;
  /** Makes sentences of one line each. */
  readonly line: Page;
  /** Keys that the heal of this run brought in order. */
  readonly healed: ReadonlySet<string>;
  /** Keys of which it refused something, with the reason. */
  readonly refused: ReadonlyMap<string, string>;
}

/** With more proxies, their names stand upright. */
const MOST_LYING = 6;

export function gridContext(report: RunReport, marks: ShardMarks, past: RunHistory | null): GridContext {
  const refusals = report.heal?.refusals ?? [];
  return {
    report,
    marks,
    past: past !== null && past.runs.length > 1 ? past : null,
    line: lineOf(report),
    healed: healedKeys(report),
    refused: new Map(refusals.flatMap(({ key, reason }) => (key === null ? [] : [[key, reason] as const]))),
  };
}

/** `said` is the reason that the text around the grid gives: it is not repeated. */
export function findingGrid(findings: readonly Finding[], context: GridContext, said: readonly string[]): Markup {
  const { report } = context;
  const { proxies, census, proposal } = report;
  const hasPlan = proposal !== null && findings.some(({ kind }) => isDisagreement(kind));
  const heads = proxies.map(({ name }) => html`<th scope="col" class="proxy"><span>${shownName(name, 40)}</span></th>`);
  return scrolled(
    'Conferences by proxies',
    html`<table class="grid${proxies.length > MOST_LYING ? ' upright' : ''}">
<thead><tr><th scope="col" class="name">Conference</th>${heads}${
      census && html`<th scope="col">People</th>`
    }${context.past && html`<th scope="col">Since (UTC)</th>`}${hasPlan && html`<th scope="col">${report.heal === null ? 'A heal leads to' : 'Heal'}</th>`}</tr></thead>
<tbody>${findings.map((finding) => rowOf(finding, { ...context, said, hasPlan }))}
</tbody></table>`,
  );
}

interface RowContext extends GridContext {
  readonly said: readonly string[];
  readonly hasPlan: boolean;
}

function rowOf(finding: Finding, context: RowContext): Markup {
  const { conference, because } = finding;
  const decoded = decodedName(conference);
  const { report, marks } = context;
  const { proxies, census } = report;
  const routes = new Map<string, Route[]>();
  for (const route of finding.routes) routes.set(route.proxy, [...(routes.get(route.proxy) ?? []), route]);
  return html`
<tr><th scope="row" class="name"><code>${shownName(conference)}</code>${
    decoded !== null && html` <span class="aside">${shownName(decoded)}</span>`
  }${
    because !== '' && !context.said.includes(because) && html` <span class="aside">${context.line.text(because)}</span>`
  }</th>${proxies.map(({ name }) => html`<td>${cellOf(routes.get(name), finding, { marks, proxy: name })}</td>`)}${
    census && html`<td class="words">${peopleOf(finding, context)}</td>`
  }${context.past && html`<td class="words">${sinceOf(finding, context.past)}</td>`}${context.hasPlan && html`<td class="words">${healOf(finding, context)}</td>`}</tr>`;
}

const absent = html`<span class="absent">absent</span>`;
const unknown = html`<span class="unknown">?<span class="unseen"> not known</span></span>`;

function cellOf(
  routes: readonly Route[] | undefined,
  { kind, absentOn }: Finding,
  { marks, proxy }: { readonly marks: ShardMarks; readonly proxy: string },
): Markup {
  if (routes?.length === 1) return chipOf(routes[0]!, kind, marks);
  if (routes !== undefined) return html`${routes.map((route) => chipOf(route, kind, marks))}`;
  return absentOn.includes(proxy) ? absent : unknown;
}

function chipOf(
  { shard, followed, why, serverId, serverKey }: Route,
  kind: Finding['kind'],
  marks: ShardMarks,
): Markup {
  if (shard !== null && followed === true && kind !== 'mixed') return marks.chip(shard);
  const key = serverKey === null ? 'no key' : `key ${shownName(serverKey, 47)}`;
  if (shard === null)
    return html`<b class="chip flawed struck other" title="id ${serverId}, ${key}">id ${serverId}<span class="unseen"> (no known shard)</span></b>`;
  const flaws = [
    ...(followed === true ? [] : [followed === null ? 'not known' : `not followed: ${why ?? 'placed anew'}`]),
    ...(kind === 'mixed' ? [`id ${serverId}, ${key}`] : []),
  ];
  return marks.chip(shard, { words: flaws.join(', '), isFollowed: followed === true });
}

function peopleOf({ participants }: Finding, { marks }: RowContext): Markup {
  const places = Object.entries(participants ?? {}).filter(([, people]) => people > 0);
  if (participants === null) return html`<span class="unknown">not known</span>`;
  if (places.length === 0) return html`<span class="aside">nobody</span>`;
  return html`${places.map(([shard, people]) => html`<span class="pair">${count(people)} on ${marks.chip(shard)}</span> `)}`;
}

/** The first run of the last time that it was there without a break. */
function sinceOf({ kind, key }: Finding, past: RunHistory): Markup | null {
  const seen = past.findings.get(findingName(kind, key));
  if (seen === undefined) return null;
  return html`<span class="aside">${seen.mayBeOlder && 'before '}${minuteWords(seen.since)}</span>`;
}

function healOf({ kind, key }: Finding, { report, marks, healed, refused }: RowContext): Markup | null {
  const decision = report.proposal?.decisions.get(key);
  if (!isDisagreement(kind) || decision === undefined) return null;
  const reason = refused.get(key);
  if (reason !== undefined) return html`<span class="bad">refused: ${reason}</span>`;
  if (!('winner' in decision)) return html`<span class="bad">refused: ${decision.refusal}</span>`;
  const moved = decision.participantsMoved ?? 0;
  const winner = html`<span class="pair">${marks.chip(decision.winner)} <span class="aside">${decision.policy}${
    moved > 0 && `, ${count(moved)} reload`
  }</span></span>`;
  if (report.heal === null) return winner;
  return healed.has(key) && kindRecords[kind].endsByHeal
    ? html`<span class="good">healed</span> ${winner}`
    : html`<span class="bad">not healed</span> ${winner}`;
}
