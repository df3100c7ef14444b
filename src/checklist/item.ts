// How an item comes to its result: what was seen to be wrong, what is not known, or else what
// holds.

import { fewOf } from '../analysis/wanted-words.ts';
import type { CheckItem, CheckItemId } from '../domain/checklist.ts';

/** Sentences of one item: more do not help to decide what to do first. */
const SHOWN = 6;

export interface Judged {
  /** What is wrong. One sentence is enough to fail. */
  readonly fails: readonly string[];
  /** What is not known. */
  readonly gaps?: readonly string[];
  /** What holds where nothing is wrong and everything is known. */
  readonly holds: readonly string[];
  readonly remedy: string;
  /** What to do about gaps; without it, the remedy. */
  readonly gapRemedy?: string;
}

/** An item that fails says what is not known too. */
export function itemOf(id: CheckItemId, { fails, gaps = [], holds, remedy, gapRemedy = remedy }: Judged): CheckItem {
  const unknown = gaps.map((gap) => `not known: ${gap}`);
  if (fails.length > 0) return { id, result: 'fail', evidence: few([...fails, ...unknown]), remedy };
  if (gaps.length > 0) return { id, result: 'unknown', evidence: few(unknown), remedy: gapRemedy };
  return { id, result: 'pass', evidence: few(holds), remedy: null };
}

function few(sentences: readonly string[]): readonly string[] {
  const rest = sentences.length - SHOWN;
  // One more sentence takes no more room than saying that there is one.
  return rest > 1 ? [...sentences.slice(0, SHOWN), `and ${rest} more`] : sentences;
}

/** `2.6.12 on hap-a, hap-b; 2.8.3 on hap-c`. */
export function valuesByName(pairs: readonly (readonly [value: string, name: string])[]): string {
  const groups = new Map<string, string[]>();
  for (const [value, name] of pairs) groups.set(value, [...(groups.get(value) ?? []), name]);
  return [...groups].map(([value, names]) => `${value} on ${fewOf(names)}`).join('; ');
}

/** `1 proxy`, `3 proxies`. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}
