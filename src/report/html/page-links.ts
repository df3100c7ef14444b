// Links between numbered pages of one list: `findings-1.html` and so on. Pure.

import { html, type Markup } from './markup.ts';

/** Rows of a page. */
export const PER_PAGE = 100;
/** More conferences than people read; an archive of many runs must stay small. */
export const MOST_LISTED = 5000;

/** What is listed on pages of its own. */
export type Listed = 'findings' | 'changes';

/** Which page of how many. */
export interface PagePlace {
  readonly number: number;
  readonly pages: number;
}

export function pageName(listed: Listed, number: number): string {
  return `${listed}-${number}.html`;
}

/** To the first page, and to the pages before and behind this one. */
export function stepLinks(listed: Listed, { number, pages }: PagePlace): Markup {
  return html`<p class="steps"><a href="index.html">Overview</a>${
    number > 1 && html` <a rel="prev" href="${pageName(listed, number - 1)}">Previous page</a>`
  }${number < pages && html` <a rel="next" href="${pageName(listed, number + 1)}">Next page</a>`}</p>`;
}

/** A link to each page; `number` is 0 on none of them. */
export function pageLinks(listed: Listed, { number: current, pages }: PagePlace): Markup {
  const numbers = Array.from({ length: pages }, (_, place) => place + 1);
  return html`<ol>${numbers.map((number) =>
    number === current
      ? html`<li><a aria-current="page" href="${pageName(listed, number)}">${number}</a></li>`
      : html`<li><a href="${pageName(listed, number)}">${number}</a></li>`,
  )}</ol>`;
}
