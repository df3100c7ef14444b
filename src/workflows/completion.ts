// Prints the completion script of one shell, made from the commands that this version has.

import { bashCompletion } from '../command-line/bash-completion.ts';
import { fishCompletion } from '../command-line/fish-completion.ts';
import type { ProgramShape } from '../command-line/program-shape.ts';
import { zshCompletion } from '../command-line/zsh-completion.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import { writeOut } from '../process/output.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

export async function completionCommand(shell: keyof typeof scripts, program: ProgramShape): Promise<number> {
  await writeOut(scripts[shell](program));
  return exitCodes.agree;
}
