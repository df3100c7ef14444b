// The man page, in man(7) macros, which every roff reads. Pure.

import { type CommandShape, type FlagShape, type ProgramShape, spellingsOf, type ValueShape } from './program-shape.ts';

/** What the page says beside the command line itself. */
export interface ManPageFacts {
  /** `2026-11-28` */
  readonly date: string;
  readonly exitCodes: readonly { readonly code: number; readonly words: string }[];
  readonly exitRule: string;
  /** Paths, with what they are. */
  readonly files: readonly { readonly path: string; readonly words: string }[];
}

/** Flags that so many commands have, with the same words, are described once. */
const SHARED_BY = 4;

/** What roff's own checkers accept. */
const MOST_COLUMNS = 80;

export function manPage(program: ProgramShape, facts: ManPageFacts): string {
  const { name, version, summary, commands, flags } = program;
  const shared = sharedFlags(commands);
  const isShared = (flag: FlagShape) => shared.some((each) => isSame(each, flag));
  return [
    `.TH ${name.toUpperCase()} 1 "${facts.date}" "${escaped(`${name} ${version}`)}" "User Commands"`,
    '.nh',
    '.ad l',
    '.SH NAME',
    `${name} \\- find, explain and heal split brains in a mesh of HAProxies`,
    '.SH SYNOPSIS',
    `.B ${name}`,
    escaped('COMMAND [ARGUMENT ...] [FLAG ...]'),
    '.SH DESCRIPTION',
    ...paragraph(summary),
    'Flags follow the command.',
    `\\fB${name} COMMAND \\-\\-help\\fR shows one command.`,
    '.SH COMMANDS',
    ...commands.flatMap((command) => commandSection(name, command, isShared)),
    '.SH FLAGS OF SEVERAL COMMANDS',
    ...shared.flatMap(flagItem),
    '.SH FLAGS OF THE PROGRAM',
    ...flags.flatMap(flagItem),
    '.SH EXIT STATUS',
    ...facts.exitCodes.flatMap(({ code, words }) => ['.TP', `.B ${code}`, ...paragraph(words)]),
    '.PP',
    ...paragraph(facts.exitRule),
    '.SH FILES',
    ...facts.files.flatMap(({ path, words }) => ['.TP', `.I ${escaped(path)}`, ...paragraph(words)]),
    '',
  ].join('\n');
}

function sharedFlags(commands: readonly CommandShape[]): readonly FlagShape[] {
  const shared: FlagShape[] = [];
  const all = commands.flatMap(({ flags }) => flags);
  for (const flag of all) {
    if (shared.some((each) => isSame(each, flag))) continue;
    if (all.filter((each) => isSame(each, flag)).length >= SHARED_BY) shared.push(flag);
  }
  return shared;
}

function isSame(one: FlagShape, other: FlagShape): boolean {
  return one.long === other.long && one.summary === other.summary;
}

function commandSection(
  program: string,
  { name, summary, takes, flags, help }: CommandShape,
  isShared: (flag: FlagShape) => boolean,
): readonly string[] {
  const also = flags.filter((flag) => isShared(flag) && flag.long !== '--help').map(({ long }) => long);
  const words = takes.map((value) => ` ${spelled(value)}`).join('');
  return [
    `.SS ${escaped(`${program} ${name}${words}`)}`,
    ...paragraph(sentence(summary)),
    ...flags.filter((flag) => !isShared(flag)).flatMap(flagItem),
    ...(also.length === 0 ? [] : ['.PP', ...paragraph(`Also, see below: ${also.join(', ')}.`)]),
    ...helpLines(help),
  ];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.?$/, '.')}`;
}

function flagItem(flag: FlagShape): readonly string[] {
  const { value, summary } = flag;
  const names = spellingsOf(flag).map((each) => `\\fB${escaped(each)}\\fR`);
  const behind = value === null ? '' : ` \\fI${escaped(spelled(value))}\\fR`;
  const choices = value === null || value.choices.length === 0 ? '' : `: ${value.choices.join(', ')}`;
  return ['.TP', `${names.join(', ')}${behind}`, ...paragraph(`${sentence(summary).slice(0, -1)}${choices}.`)];
}

function spelled({ name, isNeeded }: ValueShape): string {
  const word = name.toUpperCase();
  return isNeeded ? word : `[${word}]`;
}

/** Notes as paragraphs; indented lines, which are examples and tables, as they stand. */
function helpLines(help: string): readonly string[] {
  const lines: string[] = [];
  // A line that begins in lower case goes on with the sentence of the line before.
  for (const block of help.replace(/\n(?=[a-z])/g, ' ').split(/\n(?=\S)|\n\n+/)) {
    const [first = '', ...others] = block.split('\n').filter((line) => line.trim() !== '');
    const isIndented = first.startsWith('  ');
    if (first !== '' && !isIndented) lines.push('.PP', ...paragraph(first));
    const rows = isIndented ? [first, ...others] : others;
    if (rows.length > 0) lines.push('.PP', '.nf', '.RS 4', ...rows.map((row) => escaped(row.slice(2))), '.RE', '.fi');
  }
  return lines;
}

/** A sentence a line, so that roff spaces them itself, and no line longer than roff's own. */
function paragraph(text: string): readonly string[] {
  return text.split(/(?<=[.!?]) (?=[A-Z])/).flatMap(wrapped);
}

function wrapped(sentence: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of sentence.split(' ')) {
    if (line !== '' && escaped(`${line} ${word}`).length > MOST_COLUMNS) {
      lines.push(escaped(line));
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, escaped(line)];
}

/**
 * Nothing in a text may be a request to roff; hyphens of flags stay such that they can be copied.
 */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(/^([.'])/gm, '\\&$1');
}
