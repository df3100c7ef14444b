// The commands that write, for the command line: flags and help texts only.

import type { Command } from 'commander';
import type { Run } from '../session/mesh.ts';
import type { HealFlags } from '../workflows/heal.ts';
import type { LookFlags } from '../workflows/report.ts';

export interface CliGround {
  readonly run: (command: string) => Run;
  readonly signal: AbortSignal;
  readonly exitWith: (code: number) => void;
  readonly lookFlags: (command: Command) => Command;
  readonly junitFlag: (command: Command) => Command;
}

const HEAL_NOTES = `
Looks, looks again, shows the plan with its literal commands, asks, writes, and verifies on every proxy. What is written goes into a
journal first. A guard that trips refuses the run or the conference, with its reason; see \`heal:\` in the configuration.`;

const PIN_NOTES = `
SHARD is an address (10.0.0.9:443), or a server id or name (or the end of one, s12) that means one shard on every proxy. FILE is JSON:
[{"conference": "team/standup", "shard": "10.0.0.9:443"}], or the predecessor's [{"key": "team/standup", "id": 11}].`;

export function addWritingCommands(program: Command, { run, signal, exitWith, lookFlags, junitFlag }: CliGround): void {
  const writing = (command: Command) => lookFlags(command).option('-y, --yes', 'do not ask');
  const commands = () => import('../workflows/heal.ts');

  junitFlag(
    writing(
      program
        .command('heal')
        .description('bring every conference on which the mesh disagrees to one shard, and see that it stays there'),
    ),
  )
    .addHelpText('after', HEAL_NOTES)
    .action(async (flags: HealFlags) => exitWith(await (await commands()).healCommand(flags, run('heal'), signal)));
  lookFlags(program.command('plan').description('write down what heal would do, for somebody to read and apply'))
    .requiredOption('-o, --output <file>', 'the plan, as JSON; - is standard output')
    .option('--from <dir>', 'saved dumps instead of live proxies')
    .action(async (flags: LookFlags & { output: string }) =>
      exitWith(await (await import('../workflows/write-plan.ts')).planCommand(flags, run('plan'), signal)),
    );
  writing(
    program
      .command('apply')
      .argument('<plan>', 'a file that `plan` wrote')
      .description('carry out exactly one plan; a step whose entry has changed is refused'),
  ).action(async (path: string, flags: HealFlags) =>
    exitWith(await (await commands()).applyCommand(path, flags, run('apply'), signal)),
  );
  writing(
    program
      .command('undo')
      .argument('<journal>', 'the journal of a run')
      .description('put back what one run changed, where the entries still are what it left'),
  )
    .option('--older', 'also a run of more than an hour ago: its conferences may be others today')
    .action(async (path: string, flags: HealFlags & { older?: boolean }) =>
      exitWith(await (await commands()).undoCommand(path, flags, run('undo'), signal)),
    );
  writing(
    program
      .command('pin')
      .argument('[conference]')
      .argument('[shard]')
      .description('put a conference on a shard, on every proxy'),
  )
    .option('--file <file>', 'many of them, from a file')
    .option('--new', 'also conferences that no proxy holds')
    .addHelpText('after', PIN_NOTES)
    .action(
      async (
        conference: string | undefined,
        shard: string | undefined,
        flags: HealFlags & { file?: string; new?: boolean },
      ) => exitWith(await (await commands()).pinCommand(conference, shard, flags, run('pin'), signal)),
    );
}
