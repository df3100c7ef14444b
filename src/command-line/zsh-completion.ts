// The completion script for zsh, in the language of its `_arguments`. Pure.

import {
  type CommandShape,
  type FlagShape,
  firstWords,
  type GroupShape,
  type ProgramShape,
  secondWords,
  type ValueShape,
} from './program-shape.ts';

/** A script for a folder of `fpath`, as `_splitbrain`, or for `source` behind `compinit`. */
export function zshCompletion(program: ProgramShape): string {
  const { name, version, groups, commands } = program;
  return `#compdef ${name}
# zsh completion of ${name} ${version}, made by: ${name} completion zsh
_${name}() {
  local -a said
  local command=$words[2]
  if (( CURRENT == 2 )); then
    ${described(firstWords(program), 'command')}
    [[ $PREFIX != -* ]] || _arguments ${program.flags.map((flag) => specOf(flag)).join(' ')}
    return
  fi
  case $command in
${groups.map((group) => groupBranch(program, group)).join('')}  esac
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(branchOf).join('')}  esac
}
# Sourced, it registers itself; found in fpath, it is being called for the first time.
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

/** The second word makes the command; then the first one is left out. */
function groupBranch(program: ProgramShape, { name }: GroupShape): string {
  return `    (${name})
      if (( CURRENT == 3 )); then
        ${described(secondWords(program, name), `${name} command`)}
        return
      fi
      command="$command $words[3]"
      shift words
      (( CURRENT-- )) ;;
`;
}

function described(words: readonly GroupShape[], what: string): string {
  const rows = words.map(({ name, summary }) => quoted(`${name}:${summary}`));
  return `said=(${rows.join(' ')}); _describe -t commands '${what}' said`;
}

function branchOf({ name, flags, takes }: CommandShape): string {
  const specs = [...flags.map(specOf), ...takes.map((value) => quoted(`:${value.name}:${actionOf(value)}`))];
  return `    ('${name}') _arguments -s ${specs.join(' ')} ;;\n`;
}

function specOf({ short, long, summary, value }: FlagShape): string {
  const explained = `[${summary.replace(/[\\[\]]/g, '\\$&')}]`;
  // A flag with a value may be given again; only some take effect again.
  const again = value === null ? '' : '*';
  const behind =
    value === null ? '' : `${value.isNeeded ? ':' : '::'}${value.name.replace(/[:\\]/g, '\\$&')}:${actionOf(value)}`;
  const one = (flag: string) => quoted(`${again}${flag}${explained}${behind}`);
  const long_ = one(value === null ? long : `${long}=`);
  if (short === null) return long_;
  return `${one(value === null ? short : `${short}+`)} ${long_}`;
}

function actionOf({ kind, choices }: ValueShape): string {
  if (choices.length > 0) return `(${choices.join(' ')})`;
  switch (kind) {
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    case 'text':
      // Nothing to choose from: zsh shows the name.
      return ' ';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
