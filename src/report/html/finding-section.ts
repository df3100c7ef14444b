// Findings by kind and cause, as the text report groups them: why, what to do, and the first
// conferences of each as a grid. Pure.

import type { Finding } from '../../domain/finding.ts';
import type { RunReport, Tally } from '../../domain/run-report.ts';
import { nextStep } from '../next-step.ts';
import { count, counted } from '../page.ts';
import { causeWords, kindWords } from '../words.ts';
import { findingGrid, type GridContext } from './finding-grid.ts';
import { html, type Markup } from './markup.ts';

/** The most conferences of one kind and cause on the first page. */
export const SHOWN = 10;
/** Columns of proxies. */
const MOST_BESIDE = 5;
/** Reasons that are said above a grid; others stand beside their conference. */
const REASONS = 3;

/** Where every conference of a tally is listed, from its first on. */
export type PageOf = (tally: Tally) => string;

/** One block a kind and cause; a sentence where there is none. */
export function findingSection(context: GridContext, pageOf: PageOf): Markup {
  const { findings } = context.report;
  const tallies = findings.tallies.filter((tally) => tally.count > 0);
  if (tallies.length === 0) return html`<p class="none">${emptyWords(context.report)}</p>`;
  return html`${tallies.map((tally) => {
    const first = findings.first(tally, SHOWN);
    const rest = tally.count - first.length;
    return html`
<article class="card${isNarrow(context.report) && ' beside'}">
<div>${tallyHead(tally, context, first)}</div>
${findingGrid(first, context, reasonsOf(first))}
${rest > 0 && html`<p class="rest"><a href="${pageOf(tally)}">All ${counted(tally.count, 'conference')}</a>, ${count(rest)} more than here</p>`}
</article>`;
  })}`;
}

function emptyWords({ view }: RunReport): string {
  return view === 'complete'
    ? 'No conference disagrees.'
    : 'No disagreement was found on the proxies that were read. That proves nothing for the others.';
}

/** Whether a grid is so narrow that it may stand beside its words. */
function isNarrow({ proxies }: RunReport): boolean {
  return proxies.length <= MOST_BESIDE;
}

/** The heading of a group, with its reasons and what to do next. */
export function tallyHead(tally: Tally, { report, line }: GridContext, first: readonly Finding[]): Markup {
  const { kind, cause } = tally;
  return html`<h3>${counted(tally.count, 'conference')} ${kindWords[kind]}${cause !== null && `: ${causeWords[cause]}`}</h3>
<p class="labels"><span class="label">${kind}</span>${cause !== null && html` <span class="label">${cause}</span>`}</p>
${reasonsOf(first).map((because) => html`<p class="because"><strong>Because</strong> ${line.text(because)}</p>`)}
<p class="next"><strong>What to do</strong> ${nextStep(tally, report.meshFindings, line)}</p>`;
}

/** The reasons that most conferences of a group share. */
export function reasonsOf(findings: readonly Finding[]): readonly string[] {
  const reasons = new Set(findings.slice(0, REASONS).map(({ because }) => because));
  return [...reasons].filter((because) => because !== '');
}
