// Every finding, a hundred a page, the worst first. Pure.

import type { Finding } from '../../domain/finding.ts';
import type { RunReport, Tally } from '../../domain/run-report.ts';
import type { HtmlFile } from '../html-folder.ts';
import { count, counted } from '../page.ts';
import { findingGrid, type GridContext } from './finding-grid.ts';
import { type PageOf, reasonsOf, SHOWN, tallyHead } from './finding-section.ts';
import { framed } from './frame.ts';
import { html, type Markup } from './markup.ts';
import { MOST_LISTED, PER_PAGE, pageLinks, pageName, stepLinks } from './page-links.ts';
import { legend } from './shard-section.ts';

/** What the pages of findings share with the first page. */
export interface FindingPagesFrame {
  readonly title: string;
  readonly subject: string;
  readonly footer: Markup;
}

/** None where the first page has all of them. */
export function pageCount({ findings }: RunReport): number {
  if (findings.tallies.every((tally) => tally.count <= SHOWN)) return 0;
  return Math.ceil(Math.min(findings.length, MOST_LISTED) / PER_PAGE);
}

function idOf({ kind, cause }: Tally): string {
  return cause === null ? kind : `${kind}-${cause}`;
}

/** The place where the conferences of a tally begin; the last page where they are not listed. */
export function pagesOf(report: RunReport): PageOf {
  const places = new Map<string, string>();
  let before = 0;
  for (const tally of report.findings.tallies) {
    const page = Math.floor(before / PER_PAGE) + 1;
    places.set(
      idOf(tally),
      before < MOST_LISTED ? `${pageName('findings', page)}#${idOf(tally)}` : pageName('findings', pageCount(report)),
    );
    before += tally.count;
  }
  return (tally) => places.get(idOf(tally))!;
}

/** One page after another; the findings are made when their page is. */
export function* findingPages(context: GridContext, frame: FindingPagesFrame): Generator<HtmlFile> {
  const { findings } = context.report;
  const pages = pageCount(context.report);
  if (pages === 0) return;
  let page: Finding[] = [];
  let number = 1;
  for (const finding of findings) {
    page.push(finding);
    if (page.length < PER_PAGE) continue;
    yield pageAt(number, page, { context, frame });
    page = [];
    number++;
    if (number > pages) return;
  }
  if (page.length > 0) yield pageAt(number, page, { context, frame });
}

interface Surroundings {
  readonly context: GridContext;
  readonly frame: FindingPagesFrame;
}

function pageAt(number: number, findings: readonly Finding[], { context, frame }: Surroundings): HtmlFile {
  const { report, marks } = context;
  const first = (number - 1) * PER_PAGE + 1;
  const range = `${count(first)} to ${count(first + findings.length - 1)} of ${count(report.findings.length)}`;
  const groups = report.findings.tallies
    .map((tally) => ({
      tally,
      own: findings.filter(({ kind, cause }) => kind === tally.kind && cause === tally.cause),
    }))
    .filter(({ own }) => own.length > 0);
  const main = html`
<h1>Findings ${range}</h1>
${stepLinks('findings', { number, pages: pageCount(report) })}
${legend(report, marks)}
${groups.map(
  ({ tally, own }) => html`
<section class="card" id="${idOf(tally)}" aria-label="${idOf(tally)}">
${tallyHead(tally, context, own)}
${findingGrid(own, context, reasonsOf(own))}
</section>`,
)}
${stepLinks('findings', { number, pages: pageCount(report) })}
${pageList(report, number)}`;
  return {
    name: pageName('findings', number),
    text: framed({ ...frame, title: `Findings ${range} · ${frame.title}`, links: [], main }),
  };
}

/** A link to each page; `null` where there is nothing to list. */
export function pageList(report: RunReport, current: number | null): Markup | null {
  const pages = pageCount(report);
  if (pages === 0) return null;
  const { length } = report.findings;
  const rest = length - MOST_LISTED;
  return html`<nav class="pages" aria-label="Pages of findings">
<p>Every finding, the worst first: ${counted(Math.min(length, MOST_LISTED), 'conference')} on ${counted(pages, 'page')}</p>
${pageLinks('findings', { number: current ?? 0, pages })}
${rest > 0 && html`<p>${counted(rest, 'conference')} more are in the report that --json writes, and on no page.</p>`}
</nav>`;
}
