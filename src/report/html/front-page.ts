// The pages of a run's report: the first one with everything at a glance, and every finding on
// pages of their own. Pure.

import { peerMatrix } from '../../domain/peer-matrix.ts';
import type { RunHistory } from '../../domain/run-history.ts';
import type { RunReport } from '../../domain/run-report.ts';
import { censusLines } from '../census-lines.ts';
import { exitMeaning } from '../exit-meaning.ts';
import type { HtmlFile } from '../html-folder.ts';
import { nextCommand } from '../next-command.ts';
import { count } from '../page.ts';
import { gridContext } from './finding-grid.ts';
import { findingPages, pageList, pagesOf } from './finding-pages.ts';
import { findingSection } from './finding-section.ts';
import { framed, linksTo, sectionOf, sectionsOf, sentenceCard } from './frame.ts';
import { healSection } from './heal-section.ts';
import { historySection } from './history-section.ts';
import { html, type Markup } from './markup.ts';
import { meshSection } from './mesh-section.ts';
import { peerTable, proxyTable } from './proxy-section.ts';
import { markShards } from './shard-marks.ts';
import { legend, shardTable } from './shard-section.ts';
import { standing, verdictSection } from './verdict-section.ts';
import { lineOf, shownCommand, shownName } from './words.ts';

/** A small matrix of peers stands beside the table of proxies. */
const MOST_BESIDE = 5;

/** The pages, the first one first. The same report gives the same pages. */
export function* reportPages(report: RunReport, past: RunHistory | null): Generator<HtmlFile> {
  const marks = markShards(report.shards);
  const context = gridContext(report, marks, past);
  const heal = healSection(report);
  const peers = peerMatrix(report.proxies);
  const first = sectionsOf([
    {
      id: 'findings',
      title: 'Findings',
      body: html`${findingSection(context, pagesOf(report))}${report.findings.length > 0 && html`${legend(report, marks)}${pageList(report, null)}`}`,
    },
    { id: 'heal', title: 'Heal', body: heal && html`<div class="card">${heal}</div>` },
    { id: 'history', title: 'History', body: historySection(past) },
  ]);
  const proxies = sectionsOf([
    { id: 'proxies', title: 'Proxies', body: html`<div class="card">${proxyTable(report)}</div>` },
    { id: 'peers', title: 'Peers', body: html`<div class="card">${peerTable(peers)}</div>` },
  ]);
  const others = sectionsOf([
    { id: 'shards', title: 'Shards', body: html`<div class="card">${shardTable(report, marks)}</div>` },
    { id: 'census', title: 'Census', body: sentenceCard(censusLines(report, lineOf(report))) },
    { id: 'mesh', title: 'Mesh', body: meshSection(report) },
    { id: 'notes', title: 'Notes', body: sentenceCard(noteList(report)) },
  ]);
  const frame = {
    title: `${standing(report)[0]!.word} · ${shownName(report.environment)}`,
    subject: `${shownName(report.environment)} · table ${shownName(report.table)}`,
    footer: footerOf(report),
  };
  yield {
    name: 'index.html',
    text: framed({
      ...frame,
      links: linksTo([...first, ...proxies, ...others]),
      main: html`${verdictSection(report)}${first.map(sectionOf)}
<div${peers.columns.length <= MOST_BESIDE && html` class="pair-of-parts"`}>${proxies.map(sectionOf)}
</div>${others.map(sectionOf)}`,
    }),
  };
  yield* findingPages(context, frame);
}

function noteList(report: RunReport): readonly string[] {
  const { counts, notes } = report;
  const passing = `${count(counts.inFlight)} more disagreed in one look and not in the next: in flight, not counted.`;
  return [...(counts.inFlight > 0 ? [passing] : []), ...notes.map(lineOf(report).text)];
}

function footerOf(report: RunReport): Markup {
  const { exitCode, run } = report;
  return html`<p>Exit code ${exitCode}: ${exitMeaning(report)}. Run ${shownName(run.id)} of splitbrain ${shownName(run.version)}.</p>
<p>Every finding with what each proxy says, for programs: <code class="command">${shownCommand(nextCommand(run, 'report', '--json', 'report.json'))}</code></p>`;
}
