// One conference for people, on one screen: what every proxy does with its next request, why, since
// when, who sits where, and what a heal would do. Pure.

import stringWidth from 'string-width';
import { exitCodes, exitCodeWords } from '../domain/exit-codes.ts';
import type { ConferenceList, Explanation, ListedConference } from '../domain/explanation.ts';
import { displayCommand } from './display.ts';
import { routeLines } from './explained-routes.ts';
import { conferenceHeadline, type Headline, headlineOf } from './explanation-verdict.ts';
import { nextCommand } from './next-command.ts';
import { count, counted, createPage, enumerate, fillText, type Page, padTo } from './page.ts';
import type { Terminal } from './terminal.ts';

const linksShown = 4;
const matchesShown = 20;
const addressColumns = 47;
const commandsShown = 12;

/** Every line ends in a newline. Text from outside cannot control the terminal. */
export function renderExplanation(explanation: Explanation, terminal: Terminal): string {
  const page = createPage(terminal);
  return paragraphs([
    [...headLines(headlineOf(explanation, page), page), ...askedLines(explanation, page)],
    routeLines(explanation, page),
    titled('Why', whyLines(explanation, page), page),
    titled('Before', pastLines(explanation, page), page),
    titled('People', peopleLines(explanation, page), page),
    titled('Heal', healLines(explanation, terminal, page), page),
    titled('Notes', noteLines(explanation.notes, page), page),
    closingLines(explanation, page),
  ]);
}

/** The conferences that match, disagreements first. */
export function renderConferences(list: ConferenceList, terminal: Terminal): string {
  const page = createPage(terminal);
  const shown = list.matches.slice(0, matchesShown);
  const rest = list.total - shown.length;
  const unjudged = list.total - list.matches.length;
  return paragraphs([
    headLines(listHeadline(list, page), page),
    [
      ...matchLines(shown, list, page),
      ...(rest > 0 ? [page.paint.dim(`  and ${count(rest)} more`)] : []),
      ...(unjudged > 0
        ? fillText(`${count(unjudged)} of them were not looked at: give a narrower glob.`, {
            width: page.width,
            first: '  ',
            paint: page.paint.yellow,
          })
        : []),
    ],
    list.matches.length === 0
      ? []
      : page.suggest('One of them in full:', nextCommand(list.run, 'explain', `--key=${list.matches[0]!.key}`)),
    titled('Notes', noteLines(list.notes, page), page),
    closingLines(list, page),
  ]);
}

function headLines({ word, colour, sentence }: Headline, page: Page): string[] {
  const first = `${page.paint.bold(page.paint[colour](word))}  `;
  return fillText(sentence, { width: page.width, first, paint: page.paint.bold });
}

function askedLines({ asked, key, conference }: Explanation, page: Page): string[] {
  const words: Readonly<Record<Explanation['asked']['readAs'], string>> = {
    key: '',
    name: `read as a name: ${page.name(asked.text)}`,
    url: `from the URL ${page.text(asked.text)}`,
    glob: `the only one that matches ${page.name(asked.text)}`,
    cut: `the table cuts longer names: ${page.name(asked.text)} shares this entry`,
  };
  const spelled = key === conference ? '' : `key ${page.text(key)}`;
  const says = [spelled, words[asked.readAs]].filter((part) => part !== '').join(', ');
  return says === '' ? [] : fillText(says, { width: page.width, first: '  ', paint: page.paint.dim });
}

export function whyLines({ findings, links, unknown }: Explanation, page: Page): string[] {
  const { width } = page;
  const reasons = new Map(findings.map(({ kind, cause, because }) => [`${kind}: ${because}`, cause]));
  const broken = links.filter(({ state }) => state !== 'up');
  const shown = broken
    .slice(0, linksShown)
    .map(({ one, other, state }) => `${page.name(one)} and ${page.name(other)}: ${state}`);
  const rest = broken.length - shown.length;
  return [
    ...[...reasons].flatMap(([reason, cause]) =>
      fillText(`${page.text(reason)}${cause === null ? '' : ` (${cause})`}`, { width, first: '  ' }),
    ),
    ...(shown.length > 0
      ? fillText(`links: ${shown.join('; ')}${rest > 0 ? `; and ${count(rest)} more` : ''}`, { width, first: '  ' })
      : links.length > 0
        ? fillText('the links between the proxies that differ are up', { width, first: '  ' })
        : []),
    ...(unknown?.reasons ?? []).flatMap((reason) => fillText(page.text(reason), { width, first: '  - ' })),
    ...(unknown === null ? [] : nearestLines(unknown, page)),
  ];
}

function nearestLines({ nearest, searched }: NonNullable<Explanation['unknown']>, page: Page): string[] {
  const among = `of ${counted(searched, 'name')}`;
  if (nearest.length === 0) return fillText(`none ${among} is like it`, { width: page.width, first: '  ' });
  const names = nearest.map(({ conference }) => page.name(conference, Math.min(60, page.width - 30)));
  return fillText(`the nearest ${among}: ${names.join(', ')}`, { width: page.width, first: '  ' });
}

export function pastLines({ past }: Explanation, page: Page): string[] {
  return past.flatMap(({ at, runId, what }) =>
    fillText(`${page.text(what)}${runId === null ? '' : ` (run ${page.name(runId)})`}`, {
      width: page.width,
      first: `  ${at.replace('T', ' ').slice(0, 19)} UTC  `,
    }),
  );
}

export function peopleLines({ census }: Explanation, page: Page): string[] {
  if (census === null) return [];
  const { people, unanswered } = census;
  const groups = people.map(
    ({ shard, name, participants }) =>
      `${counted(participants, 'participant')} on ${name === null ? '' : `${page.name(name)} `}${page.name(shard, addressColumns)}`,
  );
  const none = unanswered.length > 0 ? 'nobody, on the shards that answered' : 'nobody is in it';
  return [
    ...fillText(groups.length === 0 ? none : groups.join(', '), { width: page.width, first: '  ' }),
    ...(unanswered.length === 0
      ? []
      : fillText(
          `not counted, so more may be there: ${enumerate(
            unanswered.map((name) => page.name(name)),
            3,
          )}`,
          { width: page.width, first: '  ', paint: page.paint.yellow },
        )),
  ];
}

function healLines({ key, heal, shardNames, run }: Explanation, { unicode }: Terminal, page: Page): string[] {
  const { width } = page;
  if (heal === null) return [];
  const { decision, steps } = heal;
  if ('refusal' in decision)
    return fillText(`refused, ${decision.refusal}: ${page.text(decision.because)}`, { width, first: '  ' });
  const name = shardNames.get(decision.winner) ?? null;
  const to = `${name === null ? '' : `${page.name(name)} `}${page.name(decision.winner, addressColumns)}`;
  const moved = decision.participantsMoved;
  const people = moved ? `; ${counted(moved, 'participant')} ${moved === 1 ? 'reloads' : 'reload'}` : '';
  const commands = steps.flatMap(({ kind, proxy, commands: each }) =>
    each.map((command) => `  ${kind} on ${page.name(proxy)}: ${displayCommand(command, unicode)}`),
  );
  const rest = commands.length - commandsShown;
  return [
    ...fillText(`to ${to} (${decision.policy}: ${page.text(decision.because)})${people}`, { width, first: '  ' }),
    ...commands.slice(0, commandsShown),
    ...(rest > 0 ? [page.paint.dim(`  and ${count(rest)} more commands`)] : []),
    ...(run.source === null
      ? [
          ...page.suggest('This conference alone:', nextCommand(run, 'heal', `--only=${key}`), '  '),
          ...page.suggest('With everything else that disagrees:', nextCommand(run, 'heal'), '  '),
        ]
      : []),
  ];
}

function noteLines(notes: readonly string[], page: Page): string[] {
  return notes.flatMap((note) => fillText(page.text(note), { width: page.width, first: '  - ' }));
}

export function listHeadline({ asked, total, environment, table }: ConferenceList, page: Page): Headline {
  const scope = `(${page.name(environment)}, table ${page.name(table)})`;
  if (asked.readAs === 'name')
    return {
      word: 'WHICH ONE?',
      colour: 'yellow',
      sentence: `${page.name(asked.text)} is the name of ${count(total)} conferences ${scope}`,
    };
  return total === 0
    ? { word: 'NONE', colour: 'yellow', sentence: `no conference matches ${page.name(asked.text)} ${scope}` }
    : {
        word: 'MATCHES',
        colour: 'bold',
        sentence: `${counted(total, 'conference')} match ${page.name(asked.text)} ${scope}`,
      };
}

function matchLines(shown: readonly ListedConference[], list: ConferenceList, page: Page): string[] {
  const isAskedBack = list.asked.readAs === 'name';
  const names = shown.map(({ key, conference }) => (isAskedBack ? page.text(key) : page.name(conference, 40)));
  const columns = Math.max(0, ...names.map((name) => stringWidth(name)));
  return shown.flatMap(({ verdict, shards }, index) => {
    const where = shards.map((shard) => page.name(list.shardNames.get(shard) ?? shard, addressColumns));
    const { word, colour } = conferenceHeadline(verdict);
    return fillText(where.length === 0 ? 'no shard' : enumerate(where, 3), {
      width: page.width,
      first: `  ${page.paint[colour](word.padEnd(11))}  ${padTo(names[index]!, columns)}  `,
    });
  });
}

/** The words that follow `Exit code 2: `. */
export function explainedMeaning(exitCode: number): string {
  return exitCode === exitCodes.agree ? 'nothing disagrees' : exitCodeWords(exitCode);
}

function closingLines({ run, exitCode }: Explanation | ConferenceList, page: Page): string[] {
  const started = run.startedAt.toISOString().replace('T', ' ').slice(0, 19);
  const seconds = ((run.finishedAt.getTime() - run.startedAt.getTime()) / 1000).toFixed(1);
  const source = run.source === null ? 'live proxies' : `saved dumps in ${page.name(run.source)}`;
  const meaning = explainedMeaning(exitCode);
  return fillText(
    `Exit code ${exitCode}: ${meaning}. ${counted(run.looks, 'look')} at ${source}, ${started} UTC, ${seconds} s, run ${page.name(run.id)}`,
    { width: page.width, first: '', paint: page.paint.dim },
  );
}

function titled(title: string, lines: readonly string[], page: Page): string[] {
  return lines.length === 0 ? [] : [page.paint.bold(title), ...lines];
}

function paragraphs(sections: readonly (readonly string[])[]): string {
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line.trimEnd()}\n`).join(''))
    .join('\n');
}
