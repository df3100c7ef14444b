// The first lines of a comparison: whether conferences changed shard. Pure.

import type { ComparedSide, MeshComparison } from '../domain/comparison.ts';
import { count, counted, fillText, type Page } from './page.ts';
import { toneColours, type VerdictSentence } from './verdict-line.ts';

/** One line; two where a side is incomplete and a change was seen all the same. */
export function comparisonVerdict(comparison: MeshComparison, page: Page): readonly string[] {
  const { paint, width } = page;
  return comparisonSentences(comparison, page).flatMap(({ word, tone, sentence, scope }) =>
    fillText(scope === null ? sentence : `${sentence} ${scope}`, {
      width,
      first: `${paint.bold(paint[toneColours[tone]](word))}  `,
      paint: paint.bold,
    }),
  );
}

/** As `comparisonVerdict`. */
export function comparisonSentences(comparison: MeshComparison, page: Page): readonly VerdictSentence[] {
  const scope = `(${page.name(comparison.environment)}, table ${page.name(comparison.table)}${betweenWords(comparison)})`;
  const incomplete = { word: 'INCOMPLETE', tone: 'doubtful' } as const;
  switch (comparison.verdict) {
    case 'kept':
      return [{ word: 'KEPT', tone: 'good', sentence: keptWords(comparison), scope }];
    case 'incomplete':
      return [{ ...incomplete, sentence: `${gapWords(comparison)}: nothing can be said for the mesh`, scope }];
    case 'changed':
      return [
        { word: headWord(comparison), tone: 'bad', sentence: changedWords(comparison), scope },
        ...(comparison.view === 'complete'
          ? []
          : [{ ...incomplete, sentence: `${gapWords(comparison)}: there may be more`, scope: null }]),
      ];
  }
}

function headWord({ counts }: MeshComparison): string {
  if (counts.moved > 0) return 'MOVED';
  if (counts.lost > 0) return 'LOST';
  return counts.apart > 0 ? 'SPLIT' : 'ORPHANED';
}

function keptWords({ counts }: MeshComparison): string {
  return `no conference changed shard of the ${count(counts.kept)} that both sides hold, and none was lost`;
}

function changedWords({ counts }: MeshComparison): string {
  const { moved, kept, lost, apart, orphaned } = counts;
  const compared = counted(kept + moved, 'conference');
  return [
    ...(kept + moved === 0
      ? ['no conference has one shard on each side']
      : [`${moved === 0 ? 'none' : count(moved)} of ${compared} changed shard`]),
    ...(lost > 0 ? [`${count(lost)} ${lost === 1 ? 'was' : 'were'} lost`] : []),
    ...(apart > 0 ? [`${count(apart)} ${apart === 1 ? 'is' : 'are'} split on a side itself`] : []),
    ...(orphaned > 0 ? [`${count(orphaned)} ${orphaned === 1 ? 'has' : 'have'} no usable shard any more`] : []),
  ].join(', ');
}

function gapWords({ before, after, counts }: MeshComparison): string {
  const reasons = [
    ...sideWords('BEFORE', before),
    ...sideWords('AFTER', after),
    ...(counts.unknown > 0
      ? [`where ${counted(counts.unknown, 'conference')} ${counts.unknown === 1 ? 'is' : 'are'} is not known`]
      : []),
    ...(counts.unclear > 0 ? [`why ${counted(counts.unclear, 'conference')} went is not known`] : []),
  ];
  if (reasons.length > 0) return reasons.join(', ');
  return 'no conference has one shard on each side, so that none was compared';
}

function sideWords(word: string, { gaps, conferences, proxies, proxiesReporting }: ComparedSide): readonly string[] {
  if (conferences === 0) return [`${word} holds no conference`];
  if (proxiesReporting < proxies)
    return [`${word} has ${count(proxiesReporting)} of ${counted(proxies, 'proxy', 'proxies')} in full`];
  return gaps.length > 0 ? [`${word} is incomplete`] : [];
}

function betweenWords({ betweenMs }: MeshComparison): string {
  if (betweenMs === null) return '';
  return `, ${duration(Math.max(0, betweenMs.least) / 1000)} between`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
