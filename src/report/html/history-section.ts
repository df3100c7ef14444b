// The last runs: their verdicts, and a few numbers over time. Pure.

import { disagreementKinds } from '../../domain/finding.ts';
import type { KeptRun, RunHistory } from '../../domain/run-history.ts';
import { count, counted } from '../page.ts';
import { minuteWords } from '../time-words.ts';
import { scrolled } from './frame.ts';
import { html, type Markup } from './markup.ts';
import { trend, type VerdictBar, verdictStrip } from './trend.ts';

/** Runs in the table, the newest first. */
const LISTED = 20;
/** A run stands for its time until the next one, but not for a silence of several periods. */
const PERIODS = 3;

/** `null` where there are no two runs to compare. */
export function historySection(past: RunHistory | null): Markup | null {
  if (past === null || past.runs.length < 2) return null;
  const { runs } = past;
  const first = runs[0]!;
  const last = runs.at(-1)!;
  const agreed = runs.filter(({ after }) => after === 'agree').length;
  const times = html`<p class="ends"><span>${minuteWords(first.at)}</span> <span>${minuteWords(last.at)} UTC</span></p>`;
  return html`<div class="card">
<h3>Verdicts: ${count(agreed)} of ${counted(runs.length, 'run')} left a mesh that agrees</h3>
${verdictStrip(barsOf(runs), `Verdicts of ${counted(runs.length, 'run')}; the table below has the newest`)}
${times}
<p class="keys"><span><i class="swatch split"></i> disagreement</span> <span><i class="swatch incomplete"></i> incomplete</span> <span><i class="swatch agree"></i> agreement</span></p>
</div>
<div class="trends">${numbersOf(runs).map(numberCard)}</div>
<details class="card runs"><summary>The newest runs as a table</summary>${runTable(runs)}</details>`;
}

function barsOf(runs: readonly KeptRun[]): readonly VerdictBar[] {
  const starts = runs.map(({ at }) => at.getTime());
  const gaps = starts.slice(1).map((start, index) => start - starts[index]!);
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)]!;
  return runs.map(({ after }, index) => {
    const atMs = starts[index]!;
    return { atMs, untilMs: Math.min(starts[index + 1] ?? atMs + usual, atMs + PERIODS * usual), verdict: after };
  });
}

interface Numbers {
  readonly title: string;
  readonly fromLeast: boolean;
  readonly points: readonly { readonly at: Date; readonly value: number }[];
}

function numbersOf(runs: readonly KeptRun[]): readonly Numbers[] {
  const over = (title: string, value: (run: KeptRun) => number, fromLeast = false): Numbers => ({
    title,
    fromLeast,
    points: runs.map((run) => ({ at: run.at, value: value(run) })),
  });
  return [
    over('Disagreements found', disagreementsOf),
    over('Conferences', ({ counts }) => counts.conferences, true),
    over('Proxies read in full', ({ counts }) => counts.proxiesReporting),
  ];
}

function disagreementsOf({ counts }: KeptRun): number {
  return disagreementKinds.reduce((sum, kind) => sum + counts.byKind[kind], 0);
}

function numberCard({ title, fromLeast, points }: Numbers): Markup {
  const values = points.map(({ value }) => value);
  const range = `${count(Math.min(...values))} to ${count(Math.max(...values))}`;
  const now = count(values.at(-1)!);
  return html`
<div class="card">
<h3>${title}</h3>
<p class="now"><strong>${now}</strong> <span>${range}</span></p>
${trend(
  points.map(({ at, value }) => ({ atMs: at.getTime(), value })),
  `${title}: ${range}, now ${now}`,
  fromLeast,
)}
</div>`;
}

const verdictWords = { agree: 'agree', split: 'disagreement', incomplete: 'incomplete' } as const;

function runTable(runs: readonly KeptRun[]): Markup {
  return scrolled(
    'The newest runs',
    html`<table class="list">
<thead><tr><th scope="col">Run (UTC)</th><th scope="col">Command</th><th scope="col">Left behind</th><th scope="col" class="number">Disagreements found</th><th scope="col" class="number">Healed</th><th scope="col" class="number">Conferences</th><th scope="col" class="number">Proxies read</th></tr></thead>
<tbody>${runs
      .slice(-LISTED)
      .toReversed()
      .map(
        (run) => html`
<tr><th scope="row">${minuteWords(run.at)}</th><td>${run.command}</td><td class="${run.after === 'agree' ? 'good' : 'bad'}">${verdictWords[run.after]}</td><td class="number">${count(disagreementsOf(run))}</td><td class="number">${run.heal === null ? '–' : count(run.heal.verified)}</td><td class="number">${count(run.counts.conferences)}</td><td class="number">${count(run.counts.proxiesReporting)} of ${count(run.counts.proxies)}</td></tr>`,
      )}
</tbody></table>`,
  );
}
