// The dry run for a scheduler: `splitbrain report` with its output in files. Nothing is decided here.
//
//   node dist/jobs/report.js --config FILE [--out DIR]      DIR (default `out`): summary.txt, report.json
//
// The exit codes are those of `splitbrain report`; 2 and 3 are for a person to look at, 1 and 64 for whoever keeps the job.

import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, exitCodes } from '../src/errors.ts';
import { type LookFlags, tell, withSession } from '../src/look-command.ts';
import { propose } from '../src/proposal.ts';
import { renderText } from '../src/report/text.ts';
import { look } from '../src/run.ts';
import { programVersion } from '../src/version.ts';

/** An archived file is read in a browser: wide, plain, UTF-8. */
const page = { width: 120, colour: false, unicode: true };

function lookInto(folder: string, config: string, signal: AbortSignal): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const flags: LookFlags = { config, proxy: [], json: join(folder, 'report.json') };
  const run = { id: randomUUID().slice(0, 8), command: 'report', version: programVersion() };
  return withSession(flags, run, signal, async ({ mesh, settings, edge, json }) => {
    const looked = await look(mesh, settings, edge, null);
    const report = { ...looked, proposal: propose(looked, settings, edge) };
    edge.progress.stop();
    await tell(report, flags, json);
    writeFileSync(join(folder, 'summary.txt'), renderText(report, page));
    return report.exitCode;
  });
}

function settingsOfJob(): { readonly config: string; readonly out: string } {
  try {
    const { config, out } = parseArgs({
      options: { config: { type: 'string' }, out: { type: 'string', default: 'out' } },
    }).values;
    if (config !== undefined) return { config, out };
  } catch (cause) {
    throw new ConfigError([(cause as Error).message], { cause });
  }
  throw new ConfigError(['--config FILE is missing: it says which mesh to look at']);
}

/** A scheduler ends a job that takes too long by SIGTERM. */
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort(new Error(name)));

try {
  const { config, out } = settingsOfJob();
  process.exitCode = await lookInto(out, config, interrupted.signal);
} catch (error) {
  const known = error instanceof ConfigError;
  const lines = known
    ? error.complaints
    : [interrupted.signal.aborted ? 'interrupted: nothing was judged' : String(error)];
  process.stderr.write(lines.map((line) => `splitbrain: ${line}\n`).join(''));
  process.exitCode = known ? exitCodes.usage : exitCodes.crash;
}
