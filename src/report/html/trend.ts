// Small pictures of numbers and verdicts over time, as SVG within the page: its colours come from
// the style sheet, and the numbers stand beside it as text. Pure.

import type { Verdict } from '../../domain/run-report.ts';
import { html, type Markup } from './markup.ts';

/** In units of the picture, which is stretched to the room that it gets. */
const WIDTH = 300;
const HEIGHT = 48;
/** Room for half a stroke at the edges. */
const MARGIN = 2;

/** A number at a time; milliseconds. */
export interface TrendPoint {
  readonly atMs: number;
  readonly value: number;
}

/** Steps: a number stands until the next run. From zero, or with `fromLeast` from the least. */
export function trend(points: readonly TrendPoint[], label: string, fromLeast = false): Markup {
  const x = scaleOf(points.map(({ atMs }) => atMs));
  const most = Math.max(...points.map(({ value }) => value));
  const least = fromLeast ? Math.min(...points.map(({ value }) => value)) : 0;
  const y = (value: number) =>
    HEIGHT - MARGIN - (most === least ? 0 : ((value - least) / (most - least)) * (HEIGHT - 2 * MARGIN));
  const line = points.map(({ atMs, value }, index) => {
    const before = points[index - 1];
    const at = spell(x(atMs));
    return `${before === undefined ? 'M' : `L${at} ${spell(y(before.value))} L`}${at} ${spell(y(value))}`;
  });
  const path = line.join(' ');
  return html`<svg class="trend" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="area" d="${path} L${WIDTH} ${HEIGHT} L0 ${HEIGHT} Z"/><path class="line" d="${path}" fill="none" vector-effect="non-scaling-stroke"/></svg>`;
}

/** A run's verdict at a time, and how long it stands for it. */
export interface VerdictBar {
  readonly atMs: number;
  readonly untilMs: number;
  readonly verdict: Verdict;
}

/** Tall is bad: the heights say it without the colours. */
const heights: Readonly<Record<Verdict, number>> = { agree: 12, incomplete: 30, split: 48 };

export function verdictStrip(bars: readonly VerdictBar[], label: string): Markup {
  const x = scaleOf(bars.flatMap(({ atMs, untilMs }) => [atMs, untilMs]));
  return html`<svg class="strip" shape-rendering="crispEdges" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">${bars.map(
    ({ atMs, untilMs, verdict }) => {
      const height = heights[verdict];
      return html`<rect class="${verdict}" x="${spell(x(atMs))}" y="${HEIGHT - height}" width="${spell(Math.max(0.5, x(untilMs) - x(atMs)))}" height="${height}"/>`;
    },
  )}</svg>`;
}

function scaleOf(times: readonly number[]): (time: number) => number {
  const first = Math.min(...times);
  const span = Math.max(...times) - first;
  return (time) => (span === 0 ? 0 : ((time - first) / span) * WIDTH);
}

function spell(number: number): string {
  return number.toFixed(1).replace('.0', '');
}
