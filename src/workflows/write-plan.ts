// `plan`: looks, and writes down what `apply` would do. Writes to no table.

import { exitCodes } from '../domain/exit-codes.ts';
import { writeOut } from '../process/output.ts';
import { isStandardOutput } from '../report/distinct-files.ts';
import { nextCommand } from '../report/next-command.ts';
import { printableJson } from '../report/printable-json.ts';
import { describeTerminal } from '../report/terminal.ts';
import { renderReservations } from '../report/text.ts';
import { withCommandRun } from '../session/command-run.ts';
import type { LookFlags } from '../session/look-flags.ts';
import type { Call } from '../session/mesh.ts';
import { meshWords } from '../session/mesh-flags.ts';
import { planText } from './heal-question.ts';
import { look } from './look.ts';
import { propose } from './propose.ts';

/** `splitbrain plan`. Resolves to the exit code. */
export function planCommand(flags: LookFlags & { readonly output: string }, call: Call): Promise<number> {
  return withCommandRun(flags, call, async (commandRun) => {
    const { context, files } = commandRun;
    const report = await look(commandRun);
    const proposal = propose(report, commandRun);
    const { plan } = proposal;
    context.progress.stop();
    await files.write({ ...report, proposal });
    await files.writePlan(`${printableJson(plan, 2)}\n`);
    if (!isStandardOutput(flags.output)) {
      const terminal = describeTerminal(process.stdout, process.env);
      const hasSteps = plan.refused === null && plan.conferences.length > 0;
      const next = hasSteps
        ? `. Carry it out before ${plan.validUntil}: ${applyCommandLine(flags)}`
        : ': there is nothing to carry out.';
      const parts = [renderReservations(report, terminal), planText(plan, report, terminal)];
      if (!files.takeStandardOutput && files.losses.length === 0)
        await writeOut(`${parts.filter((part) => part !== '').join('\n')}\nWritten to ${flags.output}${next}\n`);
    }
    return plan.refusals.length > 0 ? exitCodes.refused : report.exitCode;
  });
}

/**
 * The command that carries the plan out. Saved dumps without a configuration do not say where the
 * proxies are.
 */
function applyCommandLine(flags: LookFlags & { readonly output: string }): string {
  const { from, ...live } = flags;
  if (from !== undefined && live.config === undefined) return 'give it to `splitbrain apply`, with the live mesh';
  return nextCommand({ meshWords: meshWords(live) }, 'apply', flags.output);
}
