// The conferences of a comparison: all on the first page where they are few, else the first of each
// kind there, and every one on pages of its own, a hundred a page. Pure.

import type { ChangeKind, ConferenceChange, MeshComparison } from '../../domain/comparison.ts';
import { changeTitles, goneWords } from '../compare-text.ts';
import type { HtmlFile } from '../html-folder.ts';
import { count, counted } from '../page.ts';
import { type Frame, framed, scrolled } from './frame.ts';
import { html, type Markup } from './markup.ts';
import { MOST_LISTED, PER_PAGE, pageLinks, pageName, stepLinks } from './page-links.ts';
import type { ShardMarks } from './shard-marks.ts';
import { shownName } from './words.ts';

/** What is told conference by conference, the worst first. Expired and new ones are counted. */
export const toldKinds: readonly ChangeKind[] = ['moved', 'lost', 'apart', 'orphaned', 'unknown', 'unclear'];

/** Of each kind on the first page, where there are pages. */
const SHOWN = 10;

type Compared = Pick<MeshComparison, 'changes' | 'counts'>;

export function changeTitle(kind: ChangeKind): string {
  return kind === 'moved' ? 'Moved' : (changeTitles.find((each) => each.kind === kind)?.title ?? kind);
}

/** None where the first page has all of them. */
function pageCount({ counts }: Compared): number {
  if (toldKinds.every((kind) => counts[kind] <= PER_PAGE)) return 0;
  return Math.ceil(Math.min(listLength(counts), MOST_LISTED) / PER_PAGE);
}

function listLength(counts: Compared['counts']): number {
  return toldKinds.reduce((sum, kind) => sum + counts[kind], 0);
}

/** The place where the conferences of a kind begin; the last page where they are not listed. */
function placeOf(kind: ChangeKind, compared: Compared): string {
  const before = toldKinds
    .slice(0, toldKinds.indexOf(kind))
    .reduce((sum, earlier) => sum + compared.counts[earlier], 0);
  if (before >= MOST_LISTED) return pageName('changes', pageCount(compared));
  return `${pageName('changes', Math.floor(before / PER_PAGE) + 1)}#${kind}`;
}

/** One kind on the first page; `null` where there is none of it. */
export function changeCard(kind: ChangeKind, compared: Compared, marks: ShardMarks): Markup | null {
  const { changes, counts } = compared;
  if (counts[kind] === 0) return null;
  const named = changes.first(kind, pageCount(compared) === 0 ? PER_PAGE : SHOWN);
  const rest = counts[kind] - named.length;
  return html`<div class="card">${changeTable(kind, named, marks)}${
    rest > 0 &&
    html`<p class="rest"><a href="${placeOf(kind, compared)}">All ${counted(counts[kind], 'conference')}</a>, ${count(rest)} more than here</p>`
  }</div>`;
}

function changeTable(kind: ChangeKind, changes: readonly ConferenceChange[], marks: ShardMarks): Markup {
  const chips = (shards: readonly string[]) =>
    shards.length === 0
      ? html`<span class="absent">none</span>`
      : html`${shards.map((shard) => html`${marks.chip(shard)} `)}`;
  const rows = changes.map(
    ({ conference, before, after, because }) => html`
<tr><th scope="row"><code>${shownName(conference)}</code></th><td>${chips(before)}</td><td>${chips(after)}</td><td class="long">${because !== null && goneWords[because]}</td></tr>`,
  );
  return scrolled(
    changeTitle(kind),
    html`<table class="list"><thead><tr><th scope="col">Conference</th><th scope="col">Before</th><th scope="col">After</th><th scope="col">Why</th></tr></thead>
<tbody>${rows}
</tbody></table>`,
  );
}

/** A link to each page; `null` where there is none. */
export function changePageList(compared: Compared, current = 0): Markup | null {
  const pages = pageCount(compared);
  if (pages === 0) return null;
  const total = listLength(compared.counts);
  const rest = total - MOST_LISTED;
  return html`<nav class="pages" aria-label="Pages of changes">
<p>Every change, the worst first: ${counted(Math.min(total, MOST_LISTED), 'conference')} on ${counted(pages, 'page')}</p>
${pageLinks('changes', { number: current, pages })}
${rest > 0 && html`<p>${counted(rest, 'conference')} more are in the comparison that --json writes, and on no page.</p>`}
</nav>`;
}

/** One page after another; the changes are made when their page is. */
export function* changePages(
  compared: Compared,
  marks: ShardMarks,
  frame: Pick<Frame, 'title' | 'subject' | 'footer'>,
): Generator<HtmlFile> {
  const pages = pageCount(compared);
  const total = listLength(compared.counts);
  let [page, number]: [ConferenceChange[], number] = [[], 1];
  if (pages === 0) return;
  for (const change of toldChanges(compared)) {
    page.push(change);
    if (page.length < PER_PAGE) continue;
    yield pageOf(page, number);
    page = [];
    number++;
    if (number > pages) return;
  }
  if (page.length > 0) yield pageOf(page, number);

  function pageOf(changes: readonly ConferenceChange[], at: number): HtmlFile {
    const first = (at - 1) * PER_PAGE + 1;
    const range = `${count(first)} to ${count(first + changes.length - 1)} of ${count(total)}`;
    const groups = toldKinds
      .map((kind) => ({ kind, own: changes.filter((change) => change.kind === kind) }))
      .filter(({ own }) => own.length > 0);
    const steps = stepLinks('changes', { number: at, pages });
    const main = html`
<h1>Changes ${range}</h1>
${steps}
${groups.map(
  ({ kind, own }) => html`
<section class="card" id="${kind}" aria-labelledby="${kind}-title">
<h2 id="${kind}-title">${changeTitle(kind)}</h2>
${changeTable(kind, own, marks)}
</section>`,
)}
${steps}
${changePageList(compared, at)}`;
    return {
      name: pageName('changes', at),
      text: framed({ ...frame, title: `Changes ${range} · ${frame.title}`, links: [], main }),
    };
  }
}

function* toldChanges({ changes }: Compared): Generator<ConferenceChange> {
  for (const kind of toldKinds) yield* changes.of(kind);
}
