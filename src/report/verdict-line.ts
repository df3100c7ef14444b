// The first line of a report, with the verdict.

import { type DisagreementKind, disagreementKinds, findingKinds, kindRecords } from '../domain/finding.ts';
import { environmentLock } from '../domain/lock.ts';
import type { RunReport } from '../domain/run-report.ts';
import { count, counted, enumerate, fillText, type Page } from './page.ts';

/** What a run comes to: a word, a sentence, and behind the first one what it is said of. */
export interface VerdictSentence {
  readonly word: string;
  readonly tone: 'good' | 'bad' | 'doubtful';
  readonly sentence: string;
  readonly scope: string | null;
}

/** The colour of each tone. */
export const toneColours = { good: 'green', bad: 'red', doubtful: 'yellow' } as const;

/** One line; two where the view is incomplete and the proxies that were read disagree. */
export function verdictLines(report: RunReport, page: Page): string[] {
  const { paint, width } = page;
  return verdictSentences(report, page).flatMap(({ word, tone, sentence, scope }) =>
    fillText(scope === null ? sentence : `${sentence} ${scope}`, {
      width,
      first: `${paint.bold(paint[toneColours[tone]](word))}  `,
      paint: paint.bold,
    }),
  );
}

/** As `verdictLines`. */
export function verdictSentences(report: RunReport, page: Page): readonly VerdictSentence[] {
  const scope = scopeOf(report, page);
  if (report.verdict === 'agree') return [{ word: 'AGREE', tone: 'good', sentence: agreementWords(report), scope }];
  const disagreements = disagreementWords(report);
  const word = headWord(report);
  if (report.view !== 'incomplete') return [{ word, tone: 'bad', sentence: disagreements, scope }];
  const gap = incompletenessWords(report, page);
  const incomplete = { word: 'INCOMPLETE', tone: 'doubtful' } as const;
  if (disagreements === '') return [{ ...incomplete, sentence: `${gap}: nothing can be said for the mesh`, scope }];
  return [
    { word, tone: 'bad', sentence: `${disagreements}, on the proxies that were read`, scope },
    { ...incomplete, sentence: `${gap}: there may be more`, scope: null },
  ];
}

/** The worst that was found, in a word. */
function headWord({ counts: { byKind } }: RunReport): string {
  if (findingKinds.some((kind) => kindRecords[kind].partsRequests && byKind[kind] > 0)) return 'SPLIT';
  if (byKind.scattered > 0) return 'SCATTERED';
  return byKind.misplaced > 0 ? 'MISPLACED' : 'MISSING';
}

function scopeOf(report: RunReport, page: Page): string {
  const { proxies, proxiesReporting } = report.counts;
  const read = `${count(proxiesReporting)} of ${count(proxies)} proxies read`;
  return `(${page.name(report.environment)}, table ${page.name(report.table)}, ${read})`;
}

function agreementWords(report: RunReport): string {
  const { conferences } = report.counts;
  if (conferences === 0) return 'no proxy holds a conference';
  if (conferences === 1) return 'the one conference leads to the same shard everywhere';
  return `all ${count(conferences)} conferences lead to the same shard everywhere`;
}

/** The words that follow `3 of 10 conferences are`. */
const kindIs: Readonly<Record<DisagreementKind, string>> = {
  split: 'split across shards',
  missing: 'missing on some proxies',
  mixed: 'mixed',
  duplicated: 'held twice by one proxy',
  misplaced: 'misplaced: their participants sit on another shard',
  scattered: 'scattered: their participants sit on several shards',
};

/** Empty where nothing disagrees. */
function disagreementWords(report: RunReport): string {
  const { conferences, byKind } = report.counts;
  const parts = disagreementKinds
    .map((kind) => ({ number: byKind[kind], words: kindIs[kind] }))
    .filter(({ number }) => number > 0);
  return parts
    .map(({ number, words }, index) => {
      const subject = index === 0 ? `${count(number)} of ${counted(conferences, 'conference')}` : count(number);
      return `${subject} ${number === 1 ? 'is' : 'are'} ${words}`;
    })
    .join(', ');
}

function incompletenessWords(report: RunReport, page: Page): string {
  const { proxies, proxiesReporting } = report.counts;
  const reasons: string[] = [];
  const serverless = report.meshFindings.filter(({ kind }) => kind === 'not-sticky').length;
  const frozen = environmentLock(report.locks);
  if (frozen !== undefined) reasons.push(page.text(frozen.says));
  const locked = report.proxies.filter(({ status }) => status === 'locked').map(({ name }) => page.name(name, 30));
  if (locked.length > 0) reasons.push(`${enumerate(locked, 3)} ${locked.length === 1 ? 'is' : 'are'} locked`);
  const unreadCount = proxies - proxiesReporting - serverless - locked.length;
  if (unreadCount > 0) {
    reasons.push(`${count(unreadCount)} of ${counted(proxies, 'proxy', 'proxies')} could not be read in full`);
  }
  const { expected } = report;
  if (expected !== null && (proxies < expected.min || proxies > expected.max)) {
    const range =
      expected.min === expected.max ? count(expected.min) : `${count(expected.min)} to ${count(expected.max)}`;
    reasons.push(`${range} proxies are expected and ${count(proxies)} known`);
  }
  if (report.meshFindings.some(({ kind }) => kind === 'not-sticky'))
    reasons.push('the table names no servers, so that there is nothing to compare');
  const unread = report.meshFindings.flatMap(({ kind, peer }) => (kind === 'peer-unread' ? [peer!] : []));
  if (unread.length > 0)
    reasons.push(
      `${enumerate(
        unread.map((name) => page.name(name, 30)),
        3,
      )} ${unread.length === 1 ? 'shares' : 'share'} the table and ${unread.length === 1 ? 'was' : 'were'} not read`,
    );
  return reasons.length === 0 ? 'the view has gaps' : reasons.join(', ');
}
