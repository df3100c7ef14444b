// What a heal did or would do. Pure.

import { conferenceOf } from '../../domain/key.ts';
import type { HealOutcome, Plan, Refusal } from '../../domain/plan.ts';
import type { RunReport } from '../../domain/run-report.ts';
import { outcomeSentence } from '../heal-lines.ts';
import { nextCommand } from '../next-command.ts';
import { count, counted } from '../page.ts';
import { html, type Markup } from './markup.ts';
import { lineOf, shownCommand, shownName, shownText } from './words.ts';

/** The most refusals that are listed. */
const SHOWN = 50;

/** `null` where nothing was planned and nothing refused. */
export function healSection(report: RunReport): Markup | null {
  const { proposal, heal } = report;
  if (heal !== null) return html`${outcome(heal, report)}${refusalList(heal.refusals, report)}`;
  if (proposal === null || proposal.plan.conferences.length + proposal.plan.refusals.length === 0) return null;
  return html`${proposalWords(proposal.plan, report)}${refusalList(proposal.plan.refusals, report)}`;
}

function proposalWords({ refused, conferences }: Plan, { run }: RunReport): Markup {
  if (refused !== null) return html`<p class="lead bad">A heal would write nothing: a guard refuses the whole run.</p>`;
  const fills = conferences.filter(({ kind }) => kind === 'missing').length;
  const would = [
    ...(conferences.length > fills ? [`bring ${counted(conferences.length - fills, 'conference')} to one shard`] : []),
    ...(fills > 0 ? [`fill in ${counted(fills, 'conference')}`] : []),
  ].join(' and ');
  if (would === '') return html`<p class="lead">A heal would write nothing.</p>`;
  // Saved dumps cannot be healed.
  return html`<p class="lead">A heal would ${would}.</p>
<dl class="commands">${
    run.source === null && html`<div><dt>Heal</dt><dd>${command(nextCommand(run, 'heal'))}</dd></div>`
  }<div><dt>Read its commands first</dt><dd>${command(nextCommand(run, 'plan', '-o', 'plan.json'))}</dd></div></dl>`;
}

function command(line: string): Markup {
  return html`<code class="command">${shownCommand(line)}</code>`;
}

/** The verdict at the top of the page says what it came to: here are the numbers. */
function outcome(heal: HealOutcome, report: RunReport): Markup {
  const { run } = report;
  if (heal.journal === null) return html`<p class="lead">Nothing was written.</p>`;
  if (heal.interrupted)
    return html`<p class="lead bad">Interrupted: ${counted(heal.applied, 'write')} went out, and nothing was verified.</p>
<dl class="commands"><div><dt>Look where the conferences are now</dt><dd>${command(nextCommand(run, 'report'))}</dd></div></dl>
<p>Every write is in <code>${shownText(heal.journal)}</code></p>`;
  const numbers: readonly (readonly [string, number])[] = [
    ['planned', heal.planned],
    ['writes', heal.applied],
    ['verified', heal.verified],
    ['did not hold', heal.failed],
    ['had come together before', heal.settledThemselves],
    ['had ended', heal.ended],
    ['refused', heal.refusals.length],
  ];
  return html`${outcomeSentence(report) === null && html`<p class="lead">Nothing was left to do.</p>`}
<dl class="sums">${numbers
    .filter(([words, number]) => number > 0 || words === 'verified')
    .map(([words, number]) => html`<div><dt>${words}</dt><dd>${count(number)}</dd></div>`)}</dl>
<dl class="commands"><div><dt>Put back what was</dt><dd>${command(nextCommand(run, 'undo', heal.journal))}</dd></div></dl>`;
}

function refusalList(refusals: readonly Refusal[], report: RunReport): Markup | null {
  if (refusals.length === 0) return null;
  const line = lineOf(report);
  const rest = refusals.length - SHOWN;
  return html`<h3>Refused</h3>
<ul class="sentences">${refusals
    .slice(0, SHOWN)
    .map(
      ({ reason, key, because }) =>
        html`<li><span class="label">${reason}</span> ${key !== null && html`<code>${shownName(conferenceOf(key))}</code> `}${line.text(because)}</li>`,
    )}</ul>${rest > 0 && html`<p class="rest">and ${count(rest)} more</p>`}`;
}
