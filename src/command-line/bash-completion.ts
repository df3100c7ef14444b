// The completion script for bash. Files are completed by readline itself, which knows how to quote
// them. Pure.

import {
  type CommandShape,
  firstWords,
  type ProgramShape,
  secondWords,
  spellingsOf,
  type ValueShape,
} from './program-shape.ts';

/** A script for `source`, or for a folder of completions. Works in bash 3.2, which macOS has. */
export function bashCompletion(program: ProgramShape): string {
  const { name, version, groups, commands } = program;
  const paths = [...firstWords(program).map((word) => ` ${word.name}`), ...commandsOfGroups(commands)];
  return `# bash completion of ${name} ${version}, made by: ${name} completion bash
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command='' want='' words='' flags='' at
  COMPREPLY=()
  # readline takes --flag=value apart into three words.
  if [[ $cur == '=' ]]; then cur=''
  elif [[ $prev == '=' && COMP_CWORD -gt 2 ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  # Flags follow the command.
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$command \${COMP_WORDS[at]}" in
${wrapped(paths.map((path) => `'${path}'`))}) command="\${command:+$command }\${COMP_WORDS[at]}" ;;
      *) break ;;
    esac
  done
  case $command in
    '') words='${firstWords(program)
      .map((word) => word.name)
      .join(' ')}' flags='${flagWords(program.flags)}' ;;
${groups
  .map(
    (group) =>
      `    ${group.name}) words='${secondWords(program, group.name)
        .map((word) => word.name)
        .join(' ')}' ;;\n`,
  )
  .join('')}${commands.map(branchOf).join('')}  esac
  case $want in
    file) return ;;
    folder) compopt -o dirnames +o default 2>/dev/null; return ;;
    text) compopt +o default 2>/dev/null; return ;;
  esac
  if [[ $want != words && ( $cur == -* || -z $words ) ]]; then
    words=$flags
  fi
  compopt +o default 2>/dev/null
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _${name} ${name}
`;
}

function commandsOfGroups(commands: readonly CommandShape[]): readonly string[] {
  return commands.map(({ name }) => name).filter((name) => name.includes(' '));
}

function wrapped(patterns: readonly string[]): string {
  return `      ${patterns.join('|')}`;
}

function flagWords(flags: CommandShape['flags']): string {
  return flags.flatMap(spellingsOf).join(' ');
}

/** What one command takes: its flags, what may follow those with a value, and its arguments. */
function branchOf({ name, flags, takes: [first] }: CommandShape): string {
  const flagsByWant = new Map<string, string[]>();
  for (const flag of flags) {
    if (flag.value === null || !flag.value.isNeeded) continue;
    const want = wantOf(flag.value);
    flagsByWant.set(want, [...(flagsByWant.get(want) ?? []), ...spellingsOf(flag)]);
  }
  const rows = [...flagsByWant].map(([want, spellings]) => `${spellings.join('|')}) ${want} ;;`);
  if (first !== undefined) rows.push(`*) [[ $cur == -* ]] || { ${wantOf(first)}; } ;;`);
  const choice =
    rows.length === 0
      ? ''
      : `
      case $prev in
${rows.map((row) => `        ${row}\n`).join('')}      esac`;
  return `    '${name}')
      flags='${flagWords(flags)}'${choice} ;;
`;
}

function wantOf({ kind, choices }: ValueShape): string {
  return choices.length > 0 ? `want=words words='${choices.join(' ')}'` : `want=${kind}`;
}
