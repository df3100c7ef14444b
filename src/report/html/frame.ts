// What all pages have: head, landmarks, links between pages. No script and no style of its own:
// Jenkins' Content-Security-Policy allows neither. Pure.

import { html, type Markup } from './markup.ts';

/** The file beside the pages that all of them load. */
export const STYLE_NAME = 'splitbrain.css';

/** How each page begins: a folder whose index.html begins so is one of this program. */
export const PAGE_START = '<!DOCTYPE html>\n<!-- haproxy-splitbrain -->\n';

/** A place that a page links to: a heading of its own, or another page. */
export interface Link {
  readonly href: string;
  readonly words: string;
}

export interface Frame {
  /** The words before the program's name in the title. */
  readonly title: string;
  /** What is looked at, for the line above everything. */
  readonly subject: string;
  readonly links: readonly Link[];
  readonly main: Markup;
  readonly footer: Markup;
}

/** A whole page. */
export function framed({ title, subject, links, main, footer }: Frame): string {
  return `${PAGE_START}${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${title} · splitbrain</title>
<link rel="stylesheet" href="${STYLE_NAME}">
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header class="top">
<p class="brand"><a href="index.html">splitbrain</a> <span class="subject">${subject}</span></p>
${linkList(links, 'On this page')}
</header>
<main id="main">
${main}
</main>
<footer>
${footer}
</footer>
</body>
</html>
`.text
  }`;
}

function linkList(links: readonly Link[], label: string): Markup | null {
  if (links.length === 0) return null;
  const items = links.map(({ href, words }) => html`<li><a href="${href}">${words}</a></li>`);
  return html`<nav aria-label="${label}"><ul>${items}</ul></nav>`;
}

/** A part of a page with a heading, to which links can lead. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

export function sectionOf({ id, title, body }: Section): Markup {
  return html`
<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>`;
}

/** Sentences of their own; `null` where there is none. */
export function sentenceCard(lines: readonly string[]): Markup | null {
  if (lines.length === 0) return null;
  return html`<ul class="card sentences">${lines.map((line) => html`<li>${line.trim()}</li>`)}</ul>`;
}

/** Sections without those that have nothing to say. */
export function sectionsOf(
  sections: readonly (Omit<Section, 'body'> & { readonly body: Markup | null })[],
): readonly Section[] {
  return sections.flatMap(({ body, ...section }) => (body === null ? [] : [{ ...section, body }]));
}

/** Where a page's own sections are. */
export function linksTo(sections: readonly Section[]): readonly Link[] {
  return sections.map(({ id, title }) => ({ href: `#${id}`, words: title }));
}

/** A table that is scrolled on its own where it is too wide, by keys too. */
export function scrolled(label: string, table: Markup): Markup {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${table}</div>`;
}
