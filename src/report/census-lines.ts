// Who sits where, as a report says it: the sum, what did not answer, and what may yet come
// together.

import { type CensusSummary, type CensusTrouble, isSilent, type MovedConference } from '../domain/census.ts';
import { conferenceOf } from '../domain/key.ts';
import type { RunReport } from '../domain/run-report.ts';
import { nextCommand } from './next-command.ts';
import { count, counted, enumerate, fillText, type Page } from './page.ts';

const namesShown = 3;
const movesShown = 10;

/** Empty without a census. */
export function censusLines({ census, run, shards }: RunReport, page: Page): string[] {
  if (census === null) return [];
  const pending = census.apart.filter(({ isSettled }) => !isSettled).length;
  return [
    ...fillText(`${sumWords(census)}.`, { width: page.width, first: '  ' }),
    ...unansweredLines(census, page),
    ...movedLines(census, shards, page),
    ...(pending === 0
      ? []
      : page.suggest(
          `${counted(pending, 'conference')} ${pending === 1 ? 'is' : 'are'} in two places, or not where the tables lead, for less time than clients need to move. To wait for them:`,
          nextCommand(run, 'report', '--wait'),
          '  ',
        )),
  ];
}

/**
 * What became of the people of conferences that earlier heals moved: first of those that did not
 * come together.
 */
function movedLines({ moved, takenAtMs }: CensusSummary, shards: RunReport['shards'], page: Page): string[] {
  const names = new Map(shards.map(({ address, name }) => [address, name]));
  const nameOf = (shard: string) => page.name(names.get(shard) ?? shard);
  const rest = moved.length - movesShown;
  const ordered = moved.toSorted((one, other) => rankOf(one) - rankOf(other));
  const lines = ordered.slice(0, movesShown).flatMap(({ key, atMs, winner, participants, state }) => {
    const groups = Object.entries(participants).filter(([, count]) => count > 0);
    const where = groups.map(([shard, number]) => `${count(number)} on ${nameOf(shard)}`).join(', ');
    const says: Readonly<Record<typeof state, string>> = {
      whole: `is whole: ${where}`,
      moving: `its people are on the way to ${nameOf(winner)}: ${where}`,
      'not-whole': `is NOT whole: ${where}; they should be on ${nameOf(winner)}`,
      ended: 'has ended',
    };
    const healed = `${page.name(conferenceOf(key))}, healed ${count(Math.max(0, Math.round((takenAtMs - atMs) / 1000)))} s ago, ${says[state]}`;
    const paint = state === 'not-whole' ? page.paint.red : page.paint.dim;
    return fillText(healed, { width: page.width, first: '  ', paint });
  });
  return rest > 0 ? [...lines, page.paint.dim(`  and ${count(rest)} more that were healed`)] : lines;
}

function rankOf({ state }: MovedConference): number {
  return state === 'not-whole' ? 0 : 1;
}

function sumWords(census: CensusSummary): string {
  const { shards, isWhole, rooms, participants, roomsWithoutEntry, entriesWithoutRoom } = census;
  const answered = shards.filter(({ status }) => status === 'ok').length;
  const known = shards.filter(({ status }) => status !== 'duplicate' && status !== 'gone').length;
  const apart = [
    ...(roomsWithoutEntry > 0 ? [`${count(roomsWithoutEntry)} without an entry`] : []),
    // A shard that did not answer may have their rooms.
    ...(isWhole && entriesWithoutRoom > 0 ? [`${counted(entriesWithoutRoom, 'entry', 'entries')} without a room`] : []),
  ];
  const beside = apart.length === 0 ? '' : `; ${apart.join(', ')}`;
  const people = isSilent(census)
    ? 'Where people are is not known'
    : `${counted(participants, 'participant')} in ${counted(rooms, 'room')}`;
  return `${people}, ${count(answered)} of ${counted(known, 'shard')} answered${beside}`;
}

/** One line a reason: the first few shards by name, and what to do. */
function unansweredLines({ shards, gaps }: CensusSummary, page: Page): string[] {
  const byRemedy = new Map<string, { readonly names: string[]; readonly trouble: CensusTrouble }>();
  const silent = [...shards.filter(({ status }) => status === 'unanswered' || status === 'stale'), ...gaps];
  for (const { name, trouble } of silent) {
    if (trouble === null) continue;
    const key = `${trouble.code} ${trouble.remedy}`;
    const known = byRemedy.get(key);
    if (known) known.names.push(name);
    else byRemedy.set(key, { names: [name], trouble });
  }
  return [...byRemedy.values()].flatMap(({ names, trouble }) => [
    ...fillText(
      `not counted: ${enumerate(
        names.map((name) => page.name(name)),
        namesShown,
      )}: ${page.text(trouble.message)}`,
      { width: page.width, first: '  ', paint: page.paint.yellow },
    ),
    ...fillText(page.text(trouble.remedy), { width: page.width, first: `  ${page.arrow} ` }),
  ]);
}
