// The completion script for fish: one line for each thing that can be completed. Pure.

import {
  type CommandShape,
  type FlagShape,
  firstWords,
  type ProgramShape,
  secondWords,
  type ValueShape,
} from './program-shape.ts';

/** A script for `source`, or for a folder of completions. */
export function fishCompletion(program: ProgramShape): string {
  const { name, version, groups, commands, flags } = program;
  const say = (at: string, rest: string) => `complete -c ${name} -n '__${name}_at "${at}"' ${rest}\n`;
  const word = (at: string) => (each: { readonly name: string; readonly summary: string }) =>
    say(at, `-a ${each.name} -d ${quoted(each.summary)}`);
  return `# fish completion of ${name} ${version}, made by: ${name} completion fish
# Whether the words before the cursor begin with this command; "" is no command yet.
function __${name}_at
  set -l words (commandline -opc)[2..-1]
  set -l command
  for word in $words
    string match -q -- '-*' $word; and break
    contains -- $word ${groups.map((group) => group.name).join(' ')}; and test -z "$command"; and set command $word; and continue
    set -a command $word
    break
  end
  test "$command" = "$argv[1]"
end
complete -c ${name} -f
${firstWords(program).map(word('')).join('')}${flags.map((flag) => say('', flagOf(flag))).join('')}${groups
  .flatMap((group) => secondWords(program, group.name).map(word(group.name)))
  .join('')}${commands.map((command) => linesOf(command, (rest) => say(command.name, rest))).join('')}`;
}

function linesOf({ flags, takes }: CommandShape, say: (rest: string) => string): string {
  const [first] = takes;
  const argument = first === undefined ? '' : actionOf(first, false);
  return [...(argument === '' ? [] : [say(argument)]), ...flags.map((flag) => say(flagOf(flag)))].join('');
}

function flagOf({ short, long, summary, value }: FlagShape): string {
  const names = `${short === null ? '' : `-s ${short.slice(1)} `}-l ${long.slice(2)}`;
  const action = value === null ? '' : actionOf(value, value.isNeeded);
  return `${names}${action === '' ? '' : ` ${action}`} -d ${quoted(summary)}`;
}

/** `isNeeded`: it is the value of a flag, which must have one. */
function actionOf({ kind, choices }: ValueShape, isNeeded: boolean): string {
  const needs = isNeeded ? '-x ' : '';
  if (choices.length > 0) return `${needs}-a '${choices.join(' ')}'`;
  switch (kind) {
    case 'file':
      return isNeeded ? '-r -F' : '-F';
    case 'folder':
      return `${needs}-a '(__fish_complete_directories)'`;
    case 'text':
      return needs.trim();
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
