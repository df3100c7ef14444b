// One conference as a page: what every proxy does with its next request, why, since when, who sits
// where, and what a heal would do. Pure.

import { spellEntry } from '../../domain/entry.ts';
import type { ConferenceList, ExplainedRoute, Explanation, ShardNames } from '../../domain/explanation.ts';
import type { RunReport } from '../../domain/run-report.ts';
import { explainedMeaning, listHeadline, pastLines, peopleLines, whyLines } from '../explanation-text.ts';
import { conferenceHeadline, type Headline, headlineOf } from '../explanation-verdict.ts';
import type { HtmlFile } from '../html-folder.ts';
import { count, counted } from '../page.ts';
import { framed, linksTo, type Section, scrolled, sectionOf, sectionsOf, sentenceCard } from './frame.ts';
import { html, type Markup } from './markup.ts';
import { markShards, type ShardMarks } from './shard-marks.ts';
import { verdictBox } from './verdict-section.ts';
import { lineOf, shownCommand, shownName } from './words.ts';

const tones = { green: 'good', red: 'bad', yellow: 'doubtful', bold: 'good' } as const;

/** One page: of the conference, or of those that a person may mean. */
export function explanationPages(found: Explanation | ConferenceList): readonly HtmlFile[] {
  const shards = [...found.shardNames].map(([address, name]) => ({ address, name, names: [] }));
  const parts = { marks: markShards(shards), shards };
  return [{ name: 'index.html', text: 'matches' in found ? listPage(found, parts) : conferencePage(found, parts) }];
}

/** What the sections share. */
interface Parts {
  readonly marks: ShardMarks;
  readonly shards: readonly Pick<RunReport['shards'][number], 'address' | 'name' | 'names'>[];
}

function conferencePage(explanation: Explanation, { marks, shards }: Parts): string {
  const line = lineOf({ shards });
  const sections = sectionsOf([
    { id: 'proxies', title: 'Proxies', body: html`<div class="card">${routeTable(explanation, marks)}</div>` },
    { id: 'why', title: 'Why', body: sentenceCard(whyLines(explanation, line)) },
    { id: 'before', title: 'Before', body: sentenceCard(pastLines(explanation, line)) },
    { id: 'people', title: 'People', body: sentenceCard(peopleLines(explanation, line)) },
    { id: 'heal', title: 'Heal', body: healCard(explanation, marks, line.text) },
    { id: 'notes', title: 'Notes', body: sentenceCard(explanation.notes.map(line.text)) },
  ]);
  return pageOf(explanation, headlineOf(explanation, line), sections);
}

function listPage(list: ConferenceList, { marks, shards }: Parts): string {
  const line = lineOf({ shards });
  const rest = list.total - list.matches.length;
  const rows = list.matches.map(({ key, conference, verdict, shards: its }) => {
    const { word, colour } = conferenceHeadline(verdict);
    return html`
<tr><th scope="row"><code>${shownName(list.asked.readAs === 'name' ? key : conference)}</code></th><td class="${tones[colour]}">${word}</td><td>${its.length === 0 ? 'no shard' : its.map((shard) => html`${marks.chip(shard)} `)}</td></tr>`;
  });
  const table = html`<table class="list"><thead><tr><th scope="col">Conference</th><th scope="col">Verdict</th><th scope="col">Leads to</th></tr></thead>
<tbody>${rows}
</tbody></table>`;
  const sections = sectionsOf([
    {
      id: 'matches',
      title: 'Conferences',
      body:
        rows.length === 0
          ? null
          : html`<div class="card">${scrolled('Conferences', table)}${rest > 0 && html`<p class="rest">${count(rest)} more were not looked at</p>`}</div>`,
    },
    { id: 'shards', title: 'Shards', body: sentenceCard(shards.map(({ address }) => marks.nameOf(address))) },
    { id: 'notes', title: 'Notes', body: sentenceCard(list.notes.map(line.text)) },
  ]);
  return pageOf(list, listHeadline(list, line), sections);
}

function pageOf(found: Explanation | ConferenceList, headline: Headline, sections: readonly Section[]): string {
  const { environment, table, run, exitCode } = found;
  const { word, colour, sentence } = headline;
  return framed({
    title: `${word} · ${shownName('conference' in found ? found.conference : found.asked.text, 60)}`,
    subject: `${shownName(environment)} · table ${shownName(table)} · explain`,
    links: linksTo(sections),
    main: html`${verdictBox([{ word, tone: tones[colour], sentence }], run)}${sections.map(sectionOf)}`,
    footer: html`<p>Exit code ${exitCode}: ${explainedMeaning(exitCode)}. Run ${shownName(run.id)} of splitbrain ${shownName(run.version)}.</p>`,
  });
}

function routeTable({ routes, shardNames }: Explanation, marks: ShardMarks): Markup {
  const rows = routes.map(
    (route) => html`
<tr><th scope="row">${shownName(route.proxy, 60)}</th><td>${destination(route, shardNames, marks)}</td><td>${
      route.next.does === 'followed' && route.next.rule.replace('-', '_')
    }</td><td>${route.entry !== null && html`<code>${spellEntry(route.entry)}</code>`}</td><td class="number">${
      route.entry !== null && route.entry.expiresInMs > 0 && `${count(Math.round(route.entry.expiresInMs / 1000))} s`
    }</td><td class="long">${detailOf(route)}</td></tr>`,
  );
  return scrolled(
    'What each proxy does',
    html`<table class="list"><thead><tr><th scope="col">Proxy</th><th scope="col">Next request</th><th scope="col">By</th><th scope="col">Entry</th><th scope="col" class="number">Ends in</th><th scope="col">Remark</th></tr></thead>
<tbody>${rows}
</tbody></table>`,
  );
}

function destination({ next, shardState }: ExplainedRoute, names: ShardNames, marks: ShardMarks): Markup {
  const state = shardState !== null && shardState !== 'up' && html` <span class="bad">${shardState}</span>`;
  switch (next.does) {
    case 'followed':
      return html`${marks.chip(next.shard)} ${shownName(names.get(next.shard) ?? next.shard, 60)}${state}`;
    case 'placed-anew':
      return html`<span class="bad">placed anew</span>${next.shard !== null && html`, not on ${marks.chip(next.shard)}${state}`}`;
    case 'unknown':
      return html`<span class="unknown">not known</span>`;
  }
}

function detailOf({ because, doubt, trouble }: ExplainedRoute): string {
  return [because, ...(doubt === null ? [] : [doubt]), ...(trouble === null ? [] : [trouble.remedy])]
    .filter((part) => part !== '')
    .map((part) => lineOf({ shards: [] }).text(part))
    .join('. ');
}

function healCard({ heal }: Explanation, marks: ShardMarks, text: (sentence: string) => string): Markup | null {
  if (heal === null) return null;
  const { decision, steps } = heal;
  if ('refusal' in decision)
    return html`<div class="card"><p class="lead bad">Refused, ${decision.refusal}: ${text(decision.because)}</p></div>`;
  const moved = decision.participantsMoved ?? 0;
  const commands = steps.flatMap(({ kind, proxy, commands: each }) =>
    each.map(
      (command) =>
        html`<li>${kind} on ${shownName(proxy, 60)}: <code class="command">${shownCommand(command)}</code></li>`,
    ),
  );
  return html`<div class="card"><p class="lead">A heal leads it to ${marks.chip(decision.winner)} (${decision.policy}: ${text(decision.because)})${
    moved > 0 && `; ${counted(moved, 'participant')} ${moved === 1 ? 'reloads' : 'reload'}`
  }.</p><ul class="sentences">${commands}</ul></div>`;
}
