// `splitbrain completion`

import { Argument } from 'commander';
import type { CommandDefinition } from './command.ts';

export const completion: CommandDefinition<object> = {
  name: 'completion',
  takes: [new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish'])],
  summary: 'print the completion script of a shell',
  flags: [],
  help: `
Examples:
  source <(splitbrain completion bash)       (in ~/.bashrc)
  source <(splitbrain completion zsh)        (in ~/.zshrc, behind compinit)
  splitbrain completion fish > ~/.config/fish/completions/splitbrain.fish`,
  async start({ words: [shell], shape }) {
    const { completionCommand } = await import('../workflows/completion.ts');
    return completionCommand(shell as 'bash' | 'zsh' | 'fish', shape());
  },
};
