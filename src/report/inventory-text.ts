// The inventory for people: proxies and shards, where each was learnt, and what disagrees. Pure.

import type { MeshFinding } from '../domain/finding.ts';
import { createPage, fillText, type Page, padTo } from './page.ts';
import type { Terminal } from './terminal.ts';

/** A line of the text: how it is called, what is told of it, and what is wrong with it. */
interface Row {
  readonly cells: readonly string[];
  readonly disagrees: readonly string[];
}

export interface InventoryText {
  readonly environment: string;
  readonly proxies: readonly Row[];
  readonly shards: readonly Row[];
  readonly findings: readonly MeshFinding[];
  readonly notes: readonly string[];
}

/** Lines that end in a newline; nothing from outside gets through that a terminal would act on. */
export function renderInventory(
  { environment, proxies, shards, findings, notes }: InventoryText,
  terminal: Terminal,
): string {
  const page = createPage(terminal);
  const { width } = page;
  const listed = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', page.paint.bold(title), ...lines];
  const sentence = (text: string) => fillText(page.text(text), { width, first: '  - ' });
  return [
    page.paint.bold(`${page.name(environment)}: ${proxies.length} proxies, ${shards.length} shards`),
    ...listed('Proxies', rowLines(['PROXY', 'REGION', 'READ', 'LIVE', 'LEARNT FROM'], proxies, page)),
    ...listed('Shards', rowLines(['SHARD', 'ADDRESS', 'ID', 'RELEASE', 'LEARNT FROM'], shards, page)),
    ...listed(
      'What differs',
      findings.flatMap(({ because }) => sentence(because)),
    ),
    ...listed('Notes', notes.flatMap(sentence)),
  ]
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

/** The last cell may be long: it is not padded, and goes on in further lines. */
function rowLines(head: readonly string[], rows: readonly Row[], page: Page): readonly string[] {
  if (rows.length === 0) return [];
  const spelled = rows.map(({ cells }) =>
    cells.slice(0, -1).map((cell) => (cell === '-' ? cell : page.name(cell, 40))),
  );
  const widths = head
    .slice(0, -1)
    .map((word, column) => Math.max(word.length, ...spelled.map((row) => row[column]!.length)));
  const first = (cells: readonly string[]) => cells.map((cell, column) => `  ${padTo(cell, widths[column]!)}`).join('');
  return [
    page.paint.dim(`${first(head.slice(0, -1))}  ${head.at(-1)}`),
    ...rows.flatMap(({ cells, disagrees }, row) => [
      ...fillText(page.text(cells.at(-1)!), { width: page.width, first: `${first(spelled[row]!)}  ` }),
      ...disagrees.flatMap((said) =>
        fillText(page.text(said), { width: page.width, first: '      ', paint: page.paint.yellow }),
      ),
    ]),
  ];
}
