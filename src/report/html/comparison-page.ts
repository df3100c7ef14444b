// A comparison as a page: first the conferences that changed shard, then what became of the others,
// of proxies, shards and maps. Pure.

import type { ComparedSide, MeshComparison } from '../../domain/comparison.ts';
import type { RunFacts } from '../../domain/run-report.ts';
import { mapLines, proxyLines, serverLines } from '../compare-mesh-lines.ts';
import { comparisonMeaning, countWords, gapLines, utc } from '../compare-text.ts';
import { comparisonSentences } from '../compare-verdict.ts';
import type { HtmlFile } from '../html-folder.ts';
import { count } from '../page.ts';
import { changeCard, changePageList, changePages, changeTitle, toldKinds } from './change-pages.ts';
import { framed, linksTo, scrolled, sectionOf, sectionsOf, sentenceCard } from './frame.ts';
import { html, type Markup } from './markup.ts';
import { markShards, type ShardMarks } from './shard-marks.ts';
import { verdictBox } from './verdict-section.ts';
import { lineOf, shownName } from './words.ts';

/** The pages, the first one first. */
export function* comparisonPages(
  comparison: MeshComparison,
  run: Pick<RunFacts, 'id' | 'version'>,
): Generator<HtmlFile> {
  const { environment, table, exitCode, notes } = comparison;
  const shards = comparison.shards.map(({ address, name }) => ({ address, name, names: [] }));
  const marks = markShards(shards);
  const line = lineOf({ shards });
  const sections = sectionsOf([
    ...toldKinds.map((kind) => ({ id: kind, title: changeTitle(kind), body: changeCard(kind, comparison, marks) })),
    { id: 'changes', title: 'All changes', body: changePageList(comparison) },
    { id: 'sides', title: 'Sides', body: sideTable(comparison) },
    { id: 'shards', title: 'Shards', body: shardTable(comparison, marks) },
    { id: 'proxies', title: 'Proxies', body: sentenceCard(proxyLines(comparison, line)) },
    { id: 'servers', title: 'Servers', body: sentenceCard(serverLines(comparison, line)) },
    { id: 'maps', title: 'Maps', body: sentenceCard(mapLines(comparison, line)) },
    { id: 'incomplete', title: 'Incomplete', body: sentenceCard(gapLines(comparison, line)) },
    { id: 'notes', title: 'Notes', body: sentenceCard(notes.map(line.text)) },
  ]);
  const sentences = comparisonSentences(comparison, line);
  const frame = {
    title: `${sentences[0]!.word} · ${shownName(environment)}`,
    subject: `${shownName(environment)} · table ${shownName(table)} · compare`,
    footer: html`<p>Exit code ${exitCode}: ${comparisonMeaning(exitCode)}. Run ${shownName(run.id)} of splitbrain ${shownName(run.version)}.</p>`,
  };
  const main = html`${verdictBox(sentences, null)}
<ul class="numbers">${tiles(comparison)}</ul>${sections.map(sectionOf)}`;
  yield { name: 'index.html', text: framed({ ...frame, links: linksTo(sections), main }) };
  yield* changePages(comparison, marks, frame);
}

/** Counts that are told in any case. */
const usual: ReadonlySet<string> = new Set(['kept', 'moved', 'lost', 'expired', 'new']);
const bad: ReadonlySet<string> = new Set(['moved', 'lost', 'apart', 'orphaned']);

function tiles({ counts }: MeshComparison): Markup {
  const shown = countWords.filter(([kind]) => counts[kind] > 0 || usual.has(kind));
  return html`${shown.map(
    ([kind, words]) =>
      html`<li${bad.has(kind) && counts[kind] > 0 && html` class="bad"`}><strong>${count(counts[kind])}</strong> <span>${words}</span></li>`,
  )}`;
}

function sideTable({ before, after }: MeshComparison): Markup {
  const row = (word: string, { folders, takenAt, proxies, proxiesReporting, conferences }: ComparedSide) => html`
<tr><th scope="row">${word}</th><td>${folders.length === 0 ? 'the live mesh' : folders.map((each) => shownName(each)).join(', ')}</td><td>${
    takenAt === null ? 'not known' : utc(takenAt.startedAtMs)
  }</td><td class="number">${count(proxiesReporting)} of ${count(proxies)}</td><td class="number">${count(conferences)}</td></tr>`;
  return html`<div class="card">${scrolled(
    'Sides',
    html`<table class="list"><thead><tr><th scope="col">Side</th><th scope="col">From</th><th scope="col">Taken (UTC)</th><th scope="col" class="number">Proxies read</th><th scope="col" class="number">Conferences</th></tr></thead>
<tbody>${row('Before', before)}${row('After', after)}
</tbody></table>`,
  )}</div>`;
}

function shardTable({ shards }: MeshComparison, marks: ShardMarks): Markup | null {
  if (shards.length === 0) return null;
  const rows = shards.map(
    ({ address, before, after }) => html`
<tr><td>${marks.chip(address)}</td><th scope="row">${marks.nameOf(address)}</th><td class="number">${count(before)}</td><td class="number">${count(after)}</td></tr>`,
  );
  return html`<div class="card">${scrolled(
    'Conferences of each shard',
    html`<table class="list"><thead><tr><th scope="col">Mark</th><th scope="col">Shard</th><th scope="col" class="number">Before</th><th scope="col" class="number">After</th></tr></thead>
<tbody>${rows}
</tbody></table>`,
  )}</div>`;
}
