// What is wrong with the mesh itself, by kind. Pure.

import { type MeshFinding, meshFindingKinds } from '../../domain/finding.ts';
import type { RunReport } from '../../domain/run-report.ts';
import { count, type Page } from '../page.ts';
import { meshKindWords } from '../words.ts';
import { html, type Markup } from './markup.ts';
import { lineOf, shownName } from './words.ts';

/** The most sentences of one kind. */
const SHOWN = 30;

export function meshSection(report: RunReport): Markup {
  const { meshFindings } = report;
  const line = lineOf(report);
  if (meshFindings.length === 0) return html`<p class="none">Nothing was found.</p>`;
  // What matters most is the first of all findings; its kind stands first.
  const kinds = new Set([meshFindings[0]!.kind, ...meshFindingKinds]);
  return html`<div class="kinds">${[...kinds].map((kind) => {
    const findings = meshFindings.filter((finding) => finding.kind === kind);
    if (findings.length === 0) return null;
    const rest = findings.length - SHOWN;
    return html`
<article class="card">
<h3 class="spoken">${meshKindWords[kind]}</h3>
<p class="labels"><span class="label">${kind}</span> <span class="label">${count(findings.length)}</span></p>
<ul class="sentences">${findings.slice(0, SHOWN).map((finding) => sentence(finding, line))}</ul>
${rest > 0 && html`<p class="rest">and ${count(rest)} more</p>`}
</article>`;
  })}</div>`;
}

function sentence({ proxy, peer, because }: MeshFinding, line: Page): Markup {
  const ends = [proxy, peer].filter((name) => name !== null);
  if (ends.every((name) => because.includes(name))) return html`<li>${line.text(because)}</li>`;
  return html`<li><strong>${ends.map((name) => shownName(name, 60)).join(' → ')}</strong> ${line.text(because)}</li>`;
}
