// What a heal did or would do, in a few lines.

import { conferenceOf } from '../domain/key.ts';
import type { HealOutcome, Plan, Refusal } from '../domain/plan.ts';
import type { RunReport } from '../domain/run-report.ts';
import { nextCommand } from './next-command.ts';
import { count, counted, fillText, type Page } from './page.ts';
import { toneColours, type VerdictSentence } from './verdict-line.ts';

/** The most refusals that are shown in full, one for each reason. */
const reasonsShown = 6;
const usualWords = { good: 'HEALED', now: 'on one shard' };
/** The most refusals that are shown one by one after a heal. */
const refusalsShown = 10;

/** What a heal did; for a look, what a heal would do. */
export function healLines(report: RunReport, page: Page): string[] {
  const { proposal, heal } = report;
  if (heal !== null) return [...outcomeLines(report, page), ...refusalLines(heal.refusals, page)];
  if (proposal === null || proposal.plan.conferences.length + proposal.plan.refusals.length === 0) return [];
  return [...proposalLines(proposal.plan, report, page), ...refusalLines(proposal.plan.refusals, page)];
}

function proposalLines({ refused, conferences }: Plan, { run }: RunReport, page: Page): string[] {
  if (refused !== null)
    return fillText('A heal would write nothing: a guard refuses the whole run.', { width: page.width, first: '  ' });
  const fills = conferences.filter(({ kind }) => kind === 'missing').length;
  const would = [
    ...(conferences.length > fills ? [`bring ${counted(conferences.length - fills, 'conference')} to one shard`] : []),
    ...(fills > 0 ? [`fill in ${counted(fills, 'conference')}`] : []),
  ].join(' and ');
  if (would === '') return fillText('A heal would write nothing.', { width: page.width, first: '  ' });
  const plan = page.suggest('Its commands, to read first:', nextCommand(run, 'plan', '-o', 'plan.json'), '  ');
  // Saved dumps cannot be healed.
  if (run.source !== null) return [...fillText(`A heal would ${would}.`, { width: page.width, first: '  ' }), ...plan];
  return [...page.suggest(`A heal would ${would}:`, nextCommand(run, 'heal'), '  '), ...plan];
}

/** What a command calls a conference that holds. */
const outcomeWords: Readonly<Record<string, typeof usualWords>> = {
  undo: { good: 'UNDONE', now: 'as before' },
  fill: { good: 'FILLED', now: 'on their shard' },
};

/** What a heal came to; `null` where nothing was written or left to do. */
export function outcomeSentence({ heal, run, proxies }: RunReport): VerdictSentence | null {
  if (heal === null || heal.journal === null) return null;
  const { planned, applied, verified, failed, settledThemselves, ended } = heal;
  if (heal.interrupted)
    return {
      word: 'INTERRUPTED',
      tone: 'doubtful',
      sentence: `${counted(applied, 'write')} went out before the run was ended, and nothing was verified`,
      scope: null,
    };
  if (settledThemselves + ended === planned) return null;
  const { good, now } = Object.hasOwn(outcomeWords, run.command) ? outcomeWords[run.command]! : usualWords;
  // A proxy that was not read may still send people elsewhere.
  const unread = proxies.filter(({ status }) => status !== 'ok').length;
  const where = unread > 0 ? `every proxy that was read (${count(unread)} not)` : 'every proxy';
  const held: VerdictSentence = {
    ...(unread > 0 ? { word: 'HELD WHERE READ', tone: 'doubtful' } : { word: good, tone: 'good' }),
    sentence: `${count(verified)} of ${counted(planned, 'conference')} ${now} on ${where}, after ${counted(applied, 'write')}${aside(heal)}`,
    scope: null,
  };
  return failed > 0 ? { ...held, word: 'NOT HELD', tone: 'bad' } : held;
}

/** What was over before anything was written. */
function aside({ settledThemselves, ended }: HealOutcome): string {
  return [
    ...(settledThemselves > 0 ? [`; ${count(settledThemselves)} had come together before anything was written`] : []),
    ...(ended > 0 ? [`; ${count(ended)} had ended`] : []),
  ].join('');
}

/** How many conferences hold, and where the journal is. */
export function outcomeLines(report: RunReport, page: Page): string[] {
  const { heal, run } = report;
  const { paint, width } = page;
  if (heal === null || heal.journal === null) return fillText('Nothing was written.', { width, first: '  ' });
  const outcome = outcomeSentence(report);
  if (outcome === null) return fillText(`Nothing was left to do${aside(heal)}.`, { width, first: '  ' });
  const { word, tone, sentence } = outcome;
  const first = `  ${paint[toneColours[tone]](word)}  `;
  if (heal.interrupted)
    return [
      ...page.suggest(`${sentence}. Look where the conferences are now:`, nextCommand(run, 'report'), first),
      ...fillText(`Every write is in ${page.text(heal.journal)}`, { width, first: '  ', paint: paint.dim }),
    ];
  return [
    ...fillText(sentence, { width, first }),
    ...page.suggest(
      'Every write is in its journal; to put back what was:',
      nextCommand(run, 'undo', heal.journal),
      '  ',
    ),
  ];
}

/** What did not hold or was refused in a heal, one by one, with the reasons. */
export function notHealedLines({ heal, run }: RunReport, page: Page): string[] {
  const refusals = heal?.refusals ?? [];
  // A fill can refuse tens of thousands for one reason.
  if (run.command === 'fill') return refusalLines(refusals, page);
  const rest = refusals.length - refusalsShown;
  return [
    ...refusals.slice(0, refusalsShown).flatMap(({ reason, key, because }) => {
      const whose = key === null ? '' : `${page.name(conferenceOf(key))}: `;
      return fillText(`${whose}${page.text(because)} (${reason})`, { width: page.width, first: '  ' });
    }),
    ...(rest > 0 ? moreLines(rest, run, page) : []),
  ];
}

/** A plan has what disagrees: what a person named may agree, only elsewhere. */
function moreLines(rest: number, run: RunReport['run'], page: Page): string[] {
  if (run.command === 'pin' || run.command === 'undo')
    return fillText(
      `and ${count(rest)} more: the same command again tries what is left, and with --json FILE it names all of it`,
      { width: page.width, first: '  ' },
    );
  return page.suggest(
    `and ${count(rest)} more; what is left, by name:`,
    nextCommand(run, 'plan', '-o', 'plan.json'),
    '  ',
  );
}

/** One line per reason: how many, and the explanation of the first. */
function refusalLines(refusals: readonly Refusal[], page: Page): string[] {
  const byReason = new Map<string, { readonly first: Refusal; count: number }>();
  for (const refusal of refusals) {
    const known = byReason.get(refusal.reason);
    if (known) known.count++;
    else byReason.set(refusal.reason, { first: refusal, count: 1 });
  }
  return [...byReason].slice(0, reasonsShown).flatMap(([reason, { first, count: all }]) => {
    const more = all > 1 ? ` (and ${count(all - 1)} more)` : '';
    return fillText(`refused, ${reason}: ${page.text(first.because)}${more}`, { width: page.width, first: '  ' });
  });
}
