// The message of one run: Slack's form, or plain JSON for other receivers. Pure.

import { disagreementKinds } from '../domain/finding.ts';
import type { NotifyEvent, NotifySettings, Standing, ToldVerdict } from '../domain/notification.ts';
import { displayName, displayText } from '../report/display.ts';
import { count, counted, enumerate } from '../report/page.ts';
import { durationWords } from '../report/time-words.ts';

const SCHEMA = 'splitbrain/notification/1';
/** Names in a message; the report has all. */
const namesShown = 10;
const nameColumns = 60;

/** Everything that a message tells. */
export interface Notice {
  readonly event: NotifyEvent;
  readonly environment: string;
  readonly table: string;
  readonly standing: Standing;
  /** `null`: people were told nothing before. */
  readonly told: ToldVerdict | null;
  readonly run: { readonly id: string; readonly command: string; readonly finishedAt: Readonly<Date> };
}

/** The body of the request. */
export function renderNotice(notice: Notice, format: NotifySettings['format']): string {
  const text = textOf(notice);
  if (format === 'slack') {
    // No formatting, links or mentions: names of conferences are chosen by strangers.
    const plain = { mrkdwn: false, parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false };
    return JSON.stringify({ text: slackText(text), ...plain });
  }
  const { event, environment, table, standing, told, run } = notice;
  return JSON.stringify({
    schema: SCHEMA,
    event,
    environment,
    table,
    verdict: standing.verdict,
    before: told,
    run: { ...run, finishedAt: run.finishedAt.toISOString() },
    remaining: standing.remaining,
    conferences: standing.conferences,
    proxies: standing.proxies,
    proxiesReporting: standing.proxiesReporting,
    healed: standing.healed,
    names: standing.names,
    text,
  });
}

/** Slack's rule: these three letters, and no others. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function textOf({ environment, standing, told, run }: Notice): string {
  const { verdict, healed, names } = standing;
  const sentences = [
    `${verdict.toUpperCase()}: ${displayText(environment, true)}${beforeWords(standing, told, run.finishedAt)}.`,
    foundWords(standing),
    ...(healed > 0 ? [`This run healed ${counted(healed, 'conference')}.`] : []),
    ...(names.length > 0
      ? [
          `${enumerate(
            names.map((name) => displayName(name, true, nameColumns)),
            namesShown,
          )}.`,
        ]
      : []),
    `(${run.command}, run ${run.id})`,
  ];
  return sentences.join(' ');
}

function beforeWords({ verdict }: Standing, told: ToldVerdict | null, now: Readonly<Date>): string {
  if (told === null || told.verdict === verdict) return '';
  const lasted = now.getTime() - told.since.getTime();
  return `, was ${told.verdict.toUpperCase()}${lasted > 0 ? ` for ${durationWords(lasted)}` : ''}`;
}

function foundWords({ verdict, remaining, conferences, proxies, proxiesReporting }: Standing): string {
  const read = `${count(proxiesReporting)} of ${counted(proxies, 'proxy', 'proxies')} read`;
  const wrong = disagreementKinds
    .filter((kind) => remaining[kind] > 0)
    .map((kind) => `${count(remaining[kind])} ${kind}`);
  if (wrong.length > 0) return `${wrong.join(', ')} of ${counted(conferences, 'conference')}; ${read}.`;
  return verdict === 'agree'
    ? `Requests for each of ${counted(conferences, 'conference')} lead to one shard; ${read}.`
    : `Nothing can be said for the mesh; ${read}.`;
}
