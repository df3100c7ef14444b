// What a heal did or would do, in a few lines.

import { conferenceOf } from '../domain/key.ts';
import type { Plan, Refusal } from '../domain/plan.ts';
import type { RunReport } from '../domain/run-report.ts';
import { nextCommand } from './next-command.ts';
import { count, counted, fillText, type Page } from './page.ts';

/** The most refusals that are shown in full, one for each reason. */
const reasonsShown = 6;
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

/** How many conferences hold, and where the journal is. */
export function outcomeLines({ heal, run, proxies }: RunReport, page: Page): string[] {
  if (heal === null || heal.journal === null)
    return fillText('Nothing was written.', { width: page.width, first: '  ' });
  const { planned, applied, verified, failed, settledThemselves, ended, journal } = heal;
  const { paint } = page;
  if (heal.interrupted)
    return [
      ...page.suggest(
        `${counted(applied, 'write')} went out before the run was ended, and nothing was verified. Look where the conferences are now:`,
        nextCommand(run, 'report'),
        `  ${paint.yellow('INTERRUPTED')}  `,
      ),
      ...fillText(`Every write is in ${page.text(journal)}`, { width: page.width, first: '  ', paint: paint.dim }),
    ];
  const undone = run.command === 'undo';
  // A proxy that was not read may still send people elsewhere.
  const unread = proxies.filter(({ status }) => status !== 'ok').length;
  const good = unread > 0 ? paint.yellow('HELD WHERE READ') : paint.green(undone ? 'UNDONE' : 'HEALED');
  const word = failed > 0 ? paint.red('NOT HELD') : good;
  const where = unread > 0 ? `every proxy that was read (${count(unread)} not)` : 'every proxy';
  const now = `${undone ? 'as before' : 'on one shard'} on ${where}`;
  const apart = [
    ...(settledThemselves > 0 ? [`${count(settledThemselves)} had come together before anything was written`] : []),
    ...(ended > 0 ? [`${count(ended)} had ended`] : []),
  ].map((words) => `; ${words}`);
  if (settledThemselves + ended === planned)
    return fillText(`Nothing was left to do${apart.join('')}.`, { width: page.width, first: '  ' });
  return [
    ...fillText(
      `${count(verified)} of ${counted(planned, 'conference')} ${now}, after ${counted(applied, 'write')}${apart.join('')}`,
      { width: page.width, first: `  ${word}  ` },
    ),
    ...page.suggest('Every write is in its journal; to put back what was:', nextCommand(run, 'undo', journal), '  '),
  ];
}

/** What did not hold or was refused in a heal, one by one, with the reasons. */
export function notHealedLines({ heal, run }: RunReport, page: Page): string[] {
  const refusals = heal?.refusals ?? [];
  const rest = refusals.length - refusalsShown;
  return [
    ...refusals.slice(0, refusalsShown).flatMap(({ reason, key, because }) => {
      const whose = key === null ? '' : `${page.name(conferenceOf(key))}: `;
      return fillText(`${whose}${page.text(because)} (${reason})`, { width: page.width, first: '  ' });
    }),
    ...(rest > 0
      ? page.suggest(
          `and ${count(rest)} more; what is left, by name:`,
          nextCommand(run, 'plan', '-o', 'plan.json'),
          '  ',
        )
      : []),
  ];
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
