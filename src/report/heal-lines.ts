// What a heal did, or would do: a few lines, however many conferences there are.

import type { HealOutcome, Plan, Refusal } from '../domain/plan.ts';
import type { RunReport } from '../domain/run-report.ts';
import { count, counted, fillText, type Page } from './page.ts';

/** Refusals told in full, one a reason. */
const reasonsShown = 6;

export function healLines({ proposal, heal }: RunReport, page: Page): string[] {
  if (heal !== null) return [...outcomeLines(heal, page), ...refusalLines(heal.refusals, page)];
  if (proposal === null || proposal.plan.conferences.length + proposal.plan.refusals.length === 0) return [];
  return [...proposalLines(proposal.plan, page), ...refusalLines(proposal.plan.refusals, page)];
}

function proposalLines({ refused, conferences }: Plan, page: Page): string[] {
  if (refused !== null)
    return fillText('splitbrain heal would write nothing: a guard refuses the whole run.', page.width, '  ');
  const fills = conferences.filter(({ kind }) => kind === 'missing').length;
  const would = [
    ...(conferences.length > fills ? [`bring ${counted(conferences.length - fills, 'conference')} to one shard`] : []),
    ...(fills > 0 ? [`fill in ${counted(fills, 'conference')}`] : []),
  ].join(' and ');
  const what =
    would === ''
      ? 'splitbrain heal would write nothing.'
      : `splitbrain heal would ${would}; splitbrain plan -o FILE shows every command.`;
  return fillText(what, page.width, '  ');
}

function outcomeLines({ planned, applied, verified, failed, journal }: HealOutcome, page: Page): string[] {
  if (journal === null) return fillText('Nothing was written.', page.width, '  ');
  const { paint } = page;
  const word = failed === 0 && planned > 0 ? paint.green('HEALED') : paint.red('NOT HELD');
  return [
    `  ${word}  ${count(verified)} of ${counted(planned, 'conference')} lead to one shard on every proxy; ${count(applied)} writes, ${count(failed)} failed`,
    ...fillText(
      `Every write is in ${page.text(journal)}; to put back what was: splitbrain undo ${page.text(journal)}`,
      page.width,
      '  ',
      paint.dim,
    ),
  ];
}

/** One line a reason: how many, and the first one's value that tripped it. */
function refusalLines(refusals: readonly Refusal[], page: Page): string[] {
  const byReason = new Map<string, Refusal[]>();
  for (const refusal of refusals) byReason.set(refusal.reason, [...(byReason.get(refusal.reason) ?? []), refusal]);
  return [...byReason].slice(0, reasonsShown).flatMap(([reason, [first, ...rest]]) => {
    const more = rest.length > 0 ? ` (and ${count(rest.length)} more)` : '';
    return fillText(`refused, ${reason}: ${page.text(first!.because)}${more}`, page.width, '  ');
  });
}
