// The first line about one conference. Pure.

import type { ConferenceVerdict, Explanation } from '../domain/explanation.ts';
import { isDisagreement } from '../domain/finding.ts';
import { count, type Page } from './page.ts';

/** A word in its colour, and the sentence behind it. */
export interface Headline {
  readonly word: string;
  readonly colour: 'green' | 'red' | 'yellow' | 'bold';
  readonly sentence: string;
}

const words: Readonly<Record<ConferenceVerdict, Pick<Headline, 'word' | 'colour'>>> = {
  agree: { word: 'AGREE', colour: 'green' },
  apart: { word: 'DISAGREE', colour: 'red' },
  changing: { word: 'CHANGING', colour: 'yellow' },
  excused: { word: 'PARTLY HELD', colour: 'yellow' },
  orphaned: { word: 'ORPHANED', colour: 'yellow' },
  unknown: { word: 'UNKNOWN', colour: 'yellow' },
  incomplete: { word: 'INCOMPLETE', colour: 'yellow' },
};

/** The word for a verdict in a list. */
export function conferenceHeadline(verdict: ConferenceVerdict): Pick<Headline, 'word' | 'colour'> {
  return words[verdict];
}

/** With the names of the disagreements in place of the word for them. */
export function headlineOf(explanation: Explanation, page: Page): Headline {
  const { verdict, findings, view, routes } = explanation;
  const kinds = findings.map(({ kind }) => kind).filter(isDisagreement);
  const { word, colour } = words[verdict];
  const read = `${count(routes.filter(({ status }) => status === 'ok').length)} of ${count(routes.length)} proxies read`;
  const scope = `(${page.name(explanation.environment)}, table ${page.name(explanation.table)}, ${read})`;
  const more = verdict === 'apart' && view === 'incomplete' ? '; the view is incomplete, so there may be more' : '';
  return {
    word: verdict === 'apart' ? kinds.map((kind) => kind.toUpperCase()).join(', ') : word,
    colour,
    sentence: `${page.name(explanation.conference)} ${sentenceOf(explanation, page)}${more} ${scope}`,
  };
}

function sentenceOf({ verdict, routes, shardNames, findings }: Explanation, page: Page): string {
  const shards = [...new Set(routes.flatMap(({ next }) => (next.does === 'followed' ? [next.shard] : [])))];
  switch (verdict) {
    case 'agree':
      return `leads to ${page.name(shardNames.get(shards[0]!) ?? shards[0]!, 47)} on every proxy`;
    case 'apart':
      return apartWords(shards.length, findings);
    case 'changing':
      return 'changed while it was looked at: run this again';
    case 'excused':
      return 'is absent somewhere, and that is no disagreement: its entry is about to end, or has ended there first';
    case 'orphaned':
      return 'is followed by no proxy: its next request is placed anew';
    case 'unknown':
      return 'is held by no proxy';
    case 'incomplete':
      return 'cannot be judged: not every proxy and route is known';
  }
}

function apartWords(shards: number, findings: Explanation['findings']): string {
  if (shards > 1) return `leads to ${count(shards)} shards`;
  const kinds = new Set(findings.map(({ kind }) => kind));
  if (kinds.has('split')) return 'is followed on some proxies and placed anew on others';
  if (kinds.has('missing')) return 'is missing on some proxies, which place its next request anew';
  if (kinds.has('scattered')) return 'has its participants on several shards';
  if (kinds.has('misplaced')) return 'has its participants on another shard than it leads to';
  return kinds.has('duplicated') ? 'is held twice by one proxy' : 'has entries whose id and key name different shards';
}
