// A check for people: what fails and what to do first, then who sees whom, then what passes. Pure.

import type { CheckItem, CheckItemResult, CheckResult } from '../domain/checklist.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import { lookFacts } from './look-facts.ts';
import { counted, createPage, fillText, type Page, padTo } from './page.ts';
import { peerTable } from './peer-table.ts';
import type { Terminal } from './terminal.ts';

const heads: Readonly<Record<CheckItemResult, string>> = { pass: 'PASS', fail: 'FAIL', unknown: 'UNKNOWN' };

/** Lines that end in a newline; nothing from outside gets through that a terminal would act on. */
export function renderCheck(result: CheckResult, terminal: Terminal): string {
  const page = createPage(terminal);
  const of = (wanted: CheckItemResult) => result.items.filter((item) => item.result === wanted);
  const sections = [
    verdictLines(result, page),
    itemLines({ title: 'Fails', items: of('fail'), paint: page.paint.red }, page),
    itemLines({ title: 'Unknown', items: of('unknown'), paint: page.paint.yellow }, page),
    peerTable(result.peers, page),
    passLines(of('pass'), page),
    uncheckedLines(result, page),
    noteLines(result, page),
    closingLines(result, page),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line.trimEnd()}\n`).join(''))
    .join('\n');
}

/** What is still missing, in one line of a log: `2 items do not pass yet: emptied, entries`. */
export function pendingLine({ items }: CheckResult): string {
  const open = items.filter(({ result }) => result !== 'pass');
  const named = open.map(({ id, result }) => (result === 'fail' ? id : `${id} (${result})`));
  const verb = open.length === 1 ? 'does' : 'do';
  return `${counted(open.length, 'item')} ${verb} not pass yet: ${named.join(', ')}`;
}

function verdictLines(result: CheckResult, page: Page): string[] {
  const { verdict, report, conclusion } = result;
  const { word, sentence } = checkSentence(result);
  const { proxies, proxiesReporting } = report.counts;
  const scope = `(${page.name(report.environment)}, table ${page.name(report.table)}, ${proxiesReporting} of ${counted(proxies, 'proxy', 'proxies')} read)`;
  const first = `${page.paint.bold(colourOf(verdict, page)(word))}  `;
  return [
    ...fillText(`${sentence} ${scope}`, { width: page.width, first, paint: page.paint.bold }),
    ...fillText(conclusion, { width: page.width, first: '' }),
  ];
}

/** The verdict in a word, and how many items fail or are unknown. */
export function checkSentence({ verdict, items }: CheckResult): { readonly word: string; readonly sentence: string } {
  const number = (wanted: CheckItemResult) => items.filter((item) => item.result === wanted).length;
  const [failed, unknown] = [number('fail'), number('unknown')];
  const sentence =
    verdict === 'pass'
      ? `all ${counted(items.length, 'item')} pass`
      : [
          ...(failed > 0 ? [`${failed} of ${counted(items.length, 'item')} ${failed === 1 ? 'fails' : 'fail'}`] : []),
          ...(unknown > 0
            ? [
                `${unknown}${failed > 0 ? '' : ` of ${counted(items.length, 'item')}`} ${unknown === 1 ? 'is' : 'are'} unknown`,
              ]
            : []),
        ].join(', ');
  return { word: heads[verdict], sentence };
}

function colourOf(verdict: CheckItemResult, { paint }: Page): (text: string) => string {
  switch (verdict) {
    case 'pass':
      return paint.green;
    case 'fail':
      return paint.red;
    case 'unknown':
      return paint.yellow;
  }
}

interface Section {
  readonly title: string;
  readonly items: readonly CheckItem[];
  readonly paint: (text: string) => string;
}

/** Items with the same evidence stand together: one silent proxy leaves many things unknown. */
function itemLines({ title, items, paint }: Section, page: Page): string[] {
  if (items.length === 0) return [];
  const { width } = page;
  const groups = new Map<string, CheckItem[]>();
  for (const item of items) {
    const said = JSON.stringify([item.evidence, item.remedy]);
    groups.set(said, [...(groups.get(said) ?? []), item]);
  }
  return [
    page.paint.bold(title),
    ...[...groups.values()].flatMap((group) => {
      const { evidence, remedy } = group[0]!;
      return [
        ...fillText(group.map(({ id }) => id).join(', '), { width, first: '  ', paint }),
        ...evidence.flatMap((sentence) => fillText(page.text(sentence), { width, first: '    ' })),
        ...(remedy === null ? [] : fillText(page.text(remedy), { width, first: `    ${page.arrow} ` })),
      ];
    }),
  ];
}

function passLines(items: readonly CheckItem[], page: Page): string[] {
  if (items.length === 0) return [];
  const columns = Math.max(...items.map(({ id }) => id.length));
  return [
    page.paint.bold('Passes'),
    ...items.flatMap(({ id, evidence }) =>
      fillText(page.text(evidence.join('; ')), {
        width: page.width,
        first: `  ${page.paint.green(padTo(id, columns))}  `,
      }),
    ),
  ];
}

/** Items that are left out for one reason stand together. */
function uncheckedLines({ notChecked }: CheckResult, page: Page): string[] {
  if (notChecked.length === 0) return [];
  const byReason = new Map<string, string[]>();
  for (const { id, why } of notChecked) byReason.set(why, [...(byReason.get(why) ?? []), id]);
  return [
    page.paint.bold('Not checked'),
    ...[...byReason].flatMap(([why, ids]) =>
      fillText(`${ids.join(', ')}: ${page.text(why)}`, { width: page.width, first: '  ', paint: page.paint.dim }),
    ),
  ];
}

function noteLines({ report: { notes } }: CheckResult, page: Page): string[] {
  if (notes.length === 0) return [];
  return [
    page.paint.bold('Notes'),
    ...notes.flatMap((note) => fillText(page.text(note), { width: page.width, first: '  - ' })),
  ];
}

function closingLines(result: CheckResult, page: Page): string[] {
  return [
    ...fillText(`Exit code ${result.exitCode}: ${checkExitMeaning(result)}.`, { width: page.width, first: '' }),
    ...lookFacts(result.report, page),
  ];
}

/** The words that follow `Exit code 2: `. */
export function checkExitMeaning({ exitCode, verdict }: CheckResult): string {
  if (exitCode === exitCodes.agree) return 'every item passes';
  if (exitCode === exitCodes.disagreement) return 'an item fails';
  return `not everything could be seen${verdict === 'fail' ? ', and an item fails' : ''}`;
}
