// The bench's table as people read it: aligned text for a terminal, or the block of
// docs/performance.md.

import type { MeasurementName } from './flags.ts';
import type { Line } from './line.ts';
import { type Machine, spellMachine } from './machine.ts';
import { notes } from './notes.ts';

export interface Results {
  readonly machine: Machine;
  /** What was measured, in this order. */
  readonly measurements: readonly MeasurementName[];
  readonly lines: readonly Line[];
}

const head = ['what', 'measured', 'compared with', 'ratio', 'target', 'met'];

export function renderText({ machine, measurements, lines }: Results): string {
  const rows = [head, ...lines.map(cells)];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [...table, '', spellMachine(machine), '', ...measurements.map((name) => notes[name]), ''].join('\n');
}

export function renderMarkdown({ machine, measurements, lines }: Results): string {
  const row = (of: readonly string[]) => `| ${of.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [row(head), `|${'---|'.repeat(head.length)}`, ...lines.map((line) => row(cells(line)))];
  const list = measurements.map((name) => `- ${notes[name]}`);
  return [
    ...table,
    '',
    `${spellMachine(machine)} (\`npm run bench -- --markdown\`; medians of alternating runs).`,
    '',
    ...list,
    '',
  ].join('\n');
}

function cells({ what, measured, comparedWith, ratio, target, met, absent }: Line): string[] {
  if (absent !== null) return [what, `not measured: ${absent}`, '', '', target, '-'];
  return [
    what,
    measured,
    comparedWith,
    ratio === null ? '' : ratio.toFixed(2),
    target,
    met === null ? '-' : met ? 'yes' : 'NO',
  ];
}
