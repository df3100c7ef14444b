// Tells people of a scheduled run: one message where the verdict differs from the one that was told
// last.

import { disagreementKinds } from '../domain/finding.ts';
import { eventOf, type NotifySettings, type Standing } from '../domain/notification.ts';
import { healedKeys, remainingAfter } from '../domain/remaining.ts';
import { verdictAfter } from '../domain/run-history.ts';
import type { RunReport } from '../domain/run-report.ts';
import { renderNotice } from '../notify/message.ts';
import { postMessage } from '../notify/post.ts';
import { readTold, writeTold } from '../notify/told-verdict.ts';
import type { CommandRun } from '../session/command-run.ts';

/** More names than a message shows. */
const NAMES = 50;

/**
 * Resolves to sentences for the summary; none where all went well. A message that was not taken
 * does not count as told, so that the next run tries again.
 */
export async function notifyOf(
  report: RunReport,
  settings: NotifySettings,
  { settings: { heal, environment, table }, context }: CommandRun,
): Promise<readonly string[]> {
  const place = { folder: heal.journal, environment, table };
  const told = readTold(place);
  const standing = standingOf(report, settings.names);
  const event = eventOf(standing, told, settings.on);
  const at = new Date(context.clock.now());
  const now = { verdict: standing.verdict, since: at };
  const isNew = told === null || told.verdict !== standing.verdict;
  if (event === null) return failed(isNew ? writeTold(place, now) : null);
  // Where it cannot be kept that something was told, every run would tell it again.
  const unkept = writeTold(place, told);
  if (unkept !== null) return failed(`nobody was notified: ${unkept}`);
  const { id, command } = context.run;
  const notice = { event, environment, table, standing, told, run: { id, command, finishedAt: at } };
  const problem = await postMessage(settings.url, renderNotice(notice, settings.format), { signal: context.signal });
  if (problem !== null) return failed(`nobody was notified: ${problem}`);
  context.log.info('notified', { reason: event, verdict: standing.verdict });
  return failed(isNew ? writeTold(place, now) : null);

  function failed(because: string | null): readonly string[] {
    if (because === null) return [];
    context.log.error('not-notified', { because });
    return [because];
  }
}

function standingOf(report: RunReport, withNames: boolean): Standing {
  const remaining = remainingAfter(report);
  const { conferences, proxies, proxiesReporting } = report.counts;
  const healed = healedKeys(report);
  return {
    verdict: verdictAfter(report, remaining),
    remaining,
    conferences,
    proxies,
    proxiesReporting,
    healed: report.heal === null ? 0 : Math.min(healed.size, report.heal.verified),
    names: withNames ? namesOf(report, healed) : [],
  };
}

function namesOf({ findings }: RunReport, healed: ReadonlySet<string>): readonly string[] {
  const names = new Set<string>();
  for (const { kind, key, conference } of findings) {
    if (names.size >= NAMES) break;
    if ((disagreementKinds as readonly string[]).includes(kind) && !healed.has(key)) names.add(conference);
  }
  return [...names];
}
