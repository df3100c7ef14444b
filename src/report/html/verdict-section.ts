// What a run comes to: the verdict, and the numbers that a person looks for first. Pure.

import { isSilent } from '../../domain/census.ts';
import { exitCodes } from '../../domain/exit-codes.ts';
import { disagreementKinds } from '../../domain/finding.ts';
import { peerMatrix } from '../../domain/peer-matrix.ts';
import { remainingAfter } from '../../domain/remaining.ts';
import type { RunReport } from '../../domain/run-report.ts';
import { outcomeSentence } from '../heal-lines.ts';
import { count, counted } from '../page.ts';
import { type VerdictSentence, verdictSentences } from '../verdict-line.ts';
import { html, type Markup } from './markup.ts';
import { lineOf, shownName, shownTime } from './words.ts';

/**
 * The sentences of the verdict; the first is the heading of the page. After a heal, its outcome is
 * the first, and the others say what was before.
 */
export function verdictSection(report: RunReport): Markup {
  return html`${verdictBox(standing(report), report.run)}
<ul class="numbers">${tilesOf(report).map(
    ({ number, words, isBad }) =>
      html`
<li${isBad && html` class="bad"`}><strong>${number}</strong> <span>${words}</span></li>`,
  )}
</ul>`;
}

/** What the run comes to, the most important first. */
export function standing(report: RunReport): readonly VerdictSentence[] {
  const found = verdictSentences(report, lineOf(report));
  const outcome = outcomeSentence(report);
  if (outcome === null) return found;
  const refused = report.heal?.refusals.length ?? 0;
  const isWhole = report.exitCode === exitCodes.agree;
  return [
    isWhole || outcome.tone !== 'good' ? outcome : { ...outcome, tone: 'doubtful' },
    ...(refused === 0
      ? []
      : [
          {
            word: 'REFUSED',
            tone: 'bad',
            sentence: `${counted(refused, 'refusal')}, listed under Heal`,
            scope: null,
          } as const,
        ]),
    ...found.map((each) => ({ ...each, sentence: `before the heal: ${each.sentence}` })),
  ];
}

/** What a run comes to, as the heading of its page, and when it looked. */
export function verdictBox(
  sentences: readonly Pick<VerdictSentence, 'word' | 'tone' | 'sentence'>[],
  run: RunReport['run'] | null,
): Markup {
  const [first, ...others] = sentences;
  return html`
<div class="verdict ${first!.tone}">
<h1>${saying(first!)}</h1>
${others.map((other) => html`<p class="more ${other.tone}">${saying(other)}</p>`)}
${run !== null && html`<p class="facts">${factsOf(run)}</p>`}
</div>`;
}

function saying({ word, sentence }: Pick<VerdictSentence, 'word' | 'sentence'>): Markup {
  return html`<span class="word">${word}</span> <span class="sentence">${sentence}</span>`;
}

function factsOf(run: RunReport['run']): Markup {
  const { startedAt, finishedAt, source } = run;
  const seconds = ((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1);
  const where = source === null ? 'live proxies' : `saved dumps in ${shownName(source)}`;
  return html`<time datetime="${startedAt.toISOString()}">${shownTime(startedAt)}</time> · ${counted(run.looks, 'look')} at ${where} · ${seconds} s`;
}

interface Tile {
  readonly number: string;
  readonly words: string;
  readonly isBad: boolean;
}

function tilesOf(report: RunReport): readonly Tile[] {
  const { counts, proxies, census, heal } = report;
  const remaining = remainingAfter(report);
  const disagreements = disagreementKinds.reduce((sum, kind) => sum + remaining[kind], 0);
  const links = linksOf(proxies);
  const { proxies: known, proxiesReporting } = counts;
  return [
    {
      number: count(disagreements),
      words: `${disagreements === 1 ? 'disagreement' : 'disagreements'}${heal === null ? '' : ' left'}`,
      isBad: disagreements > 0,
    },
    { number: count(counts.conferences), words: counts.conferences === 1 ? 'conference' : 'conferences', isBad: false },
    {
      number: `${count(proxiesReporting)} of ${count(known)}`,
      words: 'proxies read in full',
      isBad: proxiesReporting < known,
    },
    ...(links.known === 0
      ? []
      : [
          {
            number: `${count(links.up)} of ${count(links.known)}`,
            words: links.known === 1 ? 'peer link up' : 'peer links up',
            isBad: links.up < links.known,
          },
        ]),
    ...(census === null
      ? []
      : [
          {
            number: isSilent(census) ? '?' : count(census.participants),
            words: census.isWhole ? 'participants' : 'participants, not all shards answered',
            isBad: !census.isWhole,
          },
        ]),
  ];
}

/** Pairs of proxies of the run of which one could be asked; up where both ends say so. */
function linksOf(proxies: RunReport['proxies']): { readonly known: number; readonly up: number } {
  const { rows } = peerMatrix(proxies);
  const pairs = rows.flatMap(({ cells }, one) =>
    rows.slice(one + 1).map((row, place) => [cells[one + 1 + place]!.sight, row.cells[one]!.sight]),
  );
  const known = pairs.filter((ends) => ends.some((sight) => sight !== 'unknown'));
  return { known: known.length, up: known.filter((ends) => ends.every((sight) => sight === 'up')).length };
}
