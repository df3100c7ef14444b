// What a fill would do proxy by proxy, and what it leaves. Pure.

import type { FilledProxy, FillTally } from '../domain/fill.ts';
import type { RunReport } from '../domain/run-report.ts';
import { nextCommand } from './next-command.ts';
import { count, counted, createPage, fillText, type Page } from './page.ts';
import type { Terminal } from './terminal.ts';

/** One line for each proxy that lacks entries or was named; empty where there is none. */
export function renderFill({ proxies }: FillTally, { counts }: RunReport, terminal: Terminal): string {
  const page = createPage(terminal);
  if (proxies.length === 0) return '';
  const lines = proxies.flatMap((filled) => proxyLines(filled, counts.conferences, page));
  return `${[page.paint.bold('Fill'), ...lines, ''].join('\n')}\n`;
}

function proxyLines({ proxy, isRead, lacks, planned, room }: FilledProxy, conferences: number, page: Page): string[] {
  const sentence = !isRead
    ? 'could not be read in full: what it lacks is not known'
    : lacks === 0
      ? 'lacks nothing'
      : `lacks ${count(lacks)} of ${counted(conferences, 'conference')} and has room for ${count(room)}: ${count(planned)} to fill in`;
  return fillText(sentence, { width: page.width, first: `  ${page.name(proxy, 40)}  ` });
}

/** What is left after a fill, each with the command that goes on. */
export function renderLeft(
  { leftForHeal }: FillTally,
  { run, heal }: Pick<RunReport, 'run' | 'heal'>,
  { words, terminal }: { readonly words: readonly string[]; readonly terminal: Terminal },
): string {
  const page = createPage(terminal);
  const isCut = heal?.refusals.some(({ reason }) => reason === 'too-many-missing') === true;
  const lines = [
    ...(leftForHeal > 0
      ? page.suggest(
          `${counted(leftForHeal, 'conference')} that a proxy lacks ${leftForHeal === 1 ? 'has' : 'have'} entries that disagree, or that lead to no usable shard; a fill leaves them as they are:`,
          nextCommand(run, 'heal'),
        )
      : []),
    ...(isCut ? page.suggest('To go on with the rest:', nextCommand(run, 'fill', ...words)) : []),
  ];
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}
