// The first line of a report, with the verdict.

import { type DisagreementKind, disagreementKinds, findingKinds, kindRecords } from '../domain/finding.ts';
import { environmentLock } from '../domain/lock.ts';
import type { RunReport } from '../domain/run-report.ts';
import { count, counted, enumerate, fillText, type Page } from './page.ts';

/** One line; two where the view is incomplete and the proxies that were read disagree. */
export function verdictLines(report: RunReport, page: Page): string[] {
  const { paint } = page;
  const disagreements = disagreementWords(report);
  if (report.verdict === 'agree')
    return line({ colour: paint.green, word: 'AGREE' }, `${agreementWords(report)} ${scope(report, page)}`, page);
  const isIncomplete = report.view === 'incomplete';
  const word = headWord(report);
  if (!isIncomplete) return line({ colour: paint.red, word }, `${disagreements} ${scope(report, page)}`, page);
  const gap = incompletenessWords(report, page);
  if (disagreements === '') {
    return line(
      { colour: paint.yellow, word: 'INCOMPLETE' },
      `${gap}: nothing can be said for the mesh ${scope(report, page)}`,
      page,
    );
  }
  return [
    ...line(
      { colour: paint.red, word },
      `${disagreements}, on the proxies that were read ${scope(report, page)}`,
      page,
    ),
    ...line({ colour: paint.yellow, word: 'INCOMPLETE' }, `${gap}: there may be more`, page),
  ];
}

/** The worst that was found, in a word. */
function headWord({ counts: { byKind } }: RunReport): string {
  if (findingKinds.some((kind) => kindRecords[kind].partsRequests && byKind[kind] > 0)) return 'SPLIT';
  if (byKind.scattered > 0) return 'SCATTERED';
  return byKind.misplaced > 0 ? 'MISPLACED' : 'MISSING';
}

interface VerdictWord {
  readonly word: string;
  readonly colour: (text: string) => string;
}

function line({ word, colour }: VerdictWord, sentence: string, page: Page): string[] {
  return fillText(sentence, { width: page.width, first: `${page.paint.bold(colour(word))}  `, paint: page.paint.bold });
}

function scope(report: RunReport, page: Page): string {
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
