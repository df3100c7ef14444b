// Prints the man page of the command line as it is. `scripts/build.sh` runs it; SOURCE_DATE_EPOCH
// makes two builds alike.

import { programShape } from '../src/cli/program.ts';
import { manPage } from '../src/command-line/man-page.ts';
import { EXIT_CODES_HELP, exitCodes, exitCodeWords } from '../src/domain/exit-codes.ts';

const seconds = process.env.SOURCE_DATE_EPOCH;
const at = seconds === undefined ? new Date() : new Date(Number(seconds) * 1000);
const shape = programShape();
const commands = shape.commands.map((command) => ({ ...command, help: command.help.replace(EXIT_CODES_HELP, '') }));
const page = manPage(
  { ...shape, commands },
  {
    date: at.toISOString().slice(0, 10),
    exitCodes: Object.values(exitCodes).map((code) => ({ code, words: exitCodeWords(code) })),
    exitRule: EXIT_CODES_HELP.trim().split('\n').at(-1)!,
    files: [
      { path: 'splitbrain.yaml', words: 'the configuration, where no flag names the mesh; splitbrain init writes one' },
      {
        path: '~/.ssh/known_hosts',
        words: 'the host keys that are accepted, unless ssh.knownHosts names another file',
      },
    ],
  },
);
process.stdout.write(page);
