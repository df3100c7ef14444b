// A check as a page: what fails and what to do first, then who sees whom, then what passes. Pure.

import type { CheckItem, CheckItemResult, CheckResult } from '../../domain/checklist.ts';
import { checkExitMeaning, checkSentence } from '../check-text.ts';
import type { HtmlFile } from '../html-folder.ts';
import { framed, linksTo, scrolled, sectionOf, sectionsOf, sentenceCard } from './frame.ts';
import { html, type Markup } from './markup.ts';
import { peerTable, proxyTable } from './proxy-section.ts';
import { verdictBox } from './verdict-section.ts';
import { lineOf, shownName, shownText } from './words.ts';

const tones = { pass: 'good', fail: 'bad', unknown: 'doubtful' } as const;

/** One page. */
export function checkPages(result: CheckResult): readonly HtmlFile[] {
  const { verdict, exitCode, conclusion, items, notChecked, peers, report } = result;
  const of = (wanted: CheckItemResult) => items.filter((item) => item.result === wanted);
  const { word, sentence } = checkSentence(result);
  const environment = shownName(report.environment);
  const sections = sectionsOf([
    { id: 'fails', title: 'Fails', body: cards(of('fail'), result) },
    { id: 'unknown', title: 'Unknown', body: cards(of('unknown'), result) },
    { id: 'peers', title: 'Peers', body: html`<div class="card">${peerTable(peers)}</div>` },
    { id: 'proxies', title: 'Proxies', body: html`<div class="card">${proxyTable(report)}</div>` },
    { id: 'passes', title: 'Passes', body: passTable(of('pass'), result) },
    {
      id: 'not-checked',
      title: 'Not checked',
      body: sentenceCard(notChecked.map(({ id, why }) => `${id}: ${shownText(why)}`)),
    },
    { id: 'notes', title: 'Notes', body: sentenceCard(report.notes.map(lineOf(report).text)) },
  ]);
  const main = html`${verdictBox([{ word, tone: tones[verdict], sentence: `${sentence}. ${conclusion}` }], report.run)}
${sections.map(sectionOf)}`;
  const text = framed({
    title: `${word} · ${environment}`,
    subject: `${environment} · table ${shownName(report.table)} · check`,
    links: linksTo(sections),
    main,
    footer: html`<p>Exit code ${exitCode}: ${checkExitMeaning(result)}. Run ${shownName(report.run.id)} of splitbrain ${shownName(report.run.version)}.</p>`,
  });
  return [{ name: 'index.html', text }];
}

function cards(items: readonly CheckItem[], { report }: CheckResult): Markup | null {
  if (items.length === 0) return null;
  const line = lineOf(report);
  return html`<div class="kinds">${groupsOf(items).map(
    ({ ids, evidence, remedy }) => html`
<article class="card">
<h3>${ids.join(', ')}</h3>
<ul class="sentences">${evidence.map((sentence) => html`<li>${line.text(sentence)}</li>`)}</ul>
${remedy !== null && html`<p class="next"><strong>What to do</strong> ${line.text(remedy)}</p>`}
</article>`,
  )}</div>`;
}

/** Items with the same evidence stand together: one silent proxy leaves many things unknown. */
function groupsOf(items: readonly CheckItem[]) {
  const groups = new Map<string, { readonly ids: string[] } & Pick<CheckItem, 'evidence' | 'remedy'>>();
  for (const { id, evidence, remedy } of items) {
    const said = JSON.stringify([evidence, remedy]);
    const known = groups.get(said);
    if (known === undefined) groups.set(said, { ids: [id], evidence, remedy });
    else known.ids.push(id);
  }
  return [...groups.values()];
}

function passTable(items: readonly CheckItem[], { report }: CheckResult): Markup | null {
  if (items.length === 0) return null;
  const line = lineOf(report);
  const rows = items.map(
    ({ id, evidence }) => html`
<tr><th scope="row">${id}</th><td class="good">pass</td><td class="long">${line.text(evidence.join('; '))}</td></tr>`,
  );
  return html`<div class="card">${scrolled(
    'Items that pass',
    html`<table class="list"><thead><tr><th scope="col">Item</th><th scope="col">Result</th><th scope="col">Evidence</th></tr></thead>
<tbody>${rows}
</tbody></table>`,
  )}</div>`;
}
