// The commands that write to tables: heal, apply, undo, pin and monitor --heal. Each looks first, shows what it will do, and asks.

import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parsePins, pinOf } from './config/pins.ts';
import { parsePlan } from './config/plan-file.ts';
import { conferenceOf } from './domain/key.ts';
import type { Pin, Plan } from './domain/plan.ts';
import type { RunReport } from './domain/run-report.ts';
import { ConfigError, exitCodes } from './errors.ts';
import { readJournal } from './heal/journal.ts';
import { takeLock } from './heal/lock.ts';
import { type LookFlags, machine, type Session, tell, withSession, writeOut } from './look-command.ts';
import { renderPlan } from './plan/render.ts';
import { displayText } from './report/display.ts';
import { describeTerminal } from './report/terminal.ts';
import { type Edge, look } from './run.ts';
import { carryOutPlan, planPins, planWayBack, propose, refusePlan, spellStep } from './run-heal.ts';

export interface HealFlags extends LookFlags {
  /** Nobody needs to be asked. */
  readonly yes?: boolean;
}

type Run = Edge['run'];
type MakePlan = (report: RunReport, session: Session) => Plan | Promise<Plan>;

/** Conferences and refusals of a plan that are shown in full. */
const SHOWN = 20;

export function healCommand(flags: HealFlags, run: Run, signal: AbortSignal): Promise<number> {
  return writing(flags, run, signal, (report, { settings, edge }) => propose(report, settings, edge).plan);
}

/** What an automatic run may do only where the configuration says so; a person is not asked. */
export async function monitorCommand(
  flags: LookFlags & { readonly heal?: boolean },
  run: Run,
  signal: AbortSignal,
): Promise<number> {
  if (flags.heal !== true) {
    const { lookCommand } = await import('./look-command.ts');
    return lookCommand(flags, run, signal);
  }
  return writing({ ...flags, yes: true }, run, signal, (report, { settings, edge }) => {
    if (!settings.heal.consented)
      throw new ConfigError([
        '--heal: the configuration has no `heal:` section, so that nothing may be healed without a person; add one (it may be empty: `heal: {}`)',
      ]);
    return propose(report, settings, edge).plan;
  });
}

export function planCommand(
  flags: LookFlags & { readonly output: string },
  run: Run,
  signal: AbortSignal,
): Promise<number> {
  return withSession(flags, run, signal, async (session) => {
    const report = await look(session.mesh, session.settings, session.edge, null);
    const { plan } = propose(report, session.settings, session.edge);
    session.edge.progress.stop();
    const text = `${JSON.stringify(plan, null, 2)}\n`;
    if (flags.output === '-') await writeOut(text);
    else {
      writeFileSync(flags.output, text, { mode: 0o600 });
      await showPlan(plan, session);
      await writeOut(
        `Written to ${flags.output}. Carry it out before ${plan.validUntil}: splitbrain apply ${flags.output}\n`,
      );
    }
    return plan.refusals.length > 0 ? exitCodes.refused : report.exitCode;
  });
}

/** Exactly what the file says: one round, and every step only where its entry still is what the plan expects. */
export function applyCommand(path: string, flags: HealFlags, run: Run, signal: AbortSignal): Promise<number> {
  const planned = parsePlan(readText(path), path);
  return writing(
    flags,
    run,
    signal,
    (report, { settings, edge }) => {
      const refused = planned.refused ?? refusePlan(planned, report, settings, edge);
      return refused === null ? planned : { ...planned, refused, conferences: [], refusals: [refused] };
    },
    1,
  );
}

export function undoCommand(journalPath: string, flags: HealFlags, run: Run, signal: AbortSignal): Promise<number> {
  const records = readJournal(journalPath);
  return writing(flags, run, signal, (report, { settings, mesh, edge }) =>
    planWayBack(records, journalPath, report, mesh, settings, edge),
  );
}

export function pinCommand(
  conference: string | undefined,
  shard: string | undefined,
  flags: HealFlags & { readonly file?: string },
  run: Run,
  signal: AbortSignal,
): Promise<number> {
  const pins = pinsOf(conference, shard, flags.file);
  return writing(flags, run, signal, (report, { settings, mesh, edge }) =>
    planPins(pins, report, mesh, settings, edge),
  );
}

function pinsOf(conference: string | undefined, shard: string | undefined, file: string | undefined): readonly Pin[] {
  if (file !== undefined && conference === undefined) return parsePins(readText(file), file);
  if (file === undefined && conference !== undefined && shard !== undefined) return [pinOf(conference, shard)];
  throw new ConfigError(['pin takes a conference and a shard, or --file FILE with a list of them']);
}

function readText(path: string): string {
  try {
    return path === '-' ? readFileSync(0, 'utf8') : machine.readFile(path);
  } catch (cause) {
    throw new ConfigError([`${path}: cannot be read: ${(cause as Error).message}`], { cause });
  }
}

/** Lock, look, plan, show, ask, carry out, tell. */
async function writing(
  flags: HealFlags,
  run: Run,
  signal: AbortSignal,
  makePlan: MakePlan,
  rounds?: number,
): Promise<number> {
  if (flags.from !== undefined) throw new ConfigError(['--from reads saved dumps: there is nothing to write to']);
  if (flags.yes !== true && process.stdin.isTTY !== true)
    throw new ConfigError([`${run.command} asks before it writes, and there is no terminal to ask on: give --yes`]);
  return withSession(flags, run, signal, async (session) => {
    const { settings, mesh, edge, json } = session;
    const lock = takeLock(settings.heal.journal, settings.environment, run.id, new Date(edge.clock.now()));
    try {
      const report = await look(mesh, settings, edge, null);
      const wanted = await makePlan(report, session);
      const plan = 'because' in lock ? refusedBy(lock.because, wanted) : wanted;
      edge.progress.stop();
      const quiet = flags.json === '-';
      if (!quiet) await showPlan(plan, session);
      const agreed = plan.conferences.length === 0 || flags.yes === true || (await ask(plan, signal));
      if (!agreed) {
        await writeOut('Nothing was written.\n');
        return report.exitCode;
      }
      const { outcome, exitCode } = await carryOutPlan(
        plan,
        report,
        mesh,
        settings,
        edge,
        rounds === undefined ? {} : { rounds },
      );
      await tell({ ...report, heal: outcome, exitCode }, flags, json);
      return exitCode;
    } finally {
      if ('release' in lock) lock.release();
    }
  });
}

function refusedBy(because: string, plan: Plan): Plan {
  const refused = { reason: 'locked' as const, key: null, because };
  return { ...plan, refused, conferences: [], refusals: [refused] };
}

async function showPlan(plan: Plan, { settings }: Session): Promise<void> {
  const { unicode } = describeTerminal(process.stdout, process.env);
  const lines = renderPlan(
    plan,
    (key, step) => spellStep(settings.table, key, step),
    (text) => displayText(text, unicode),
    SHOWN,
  );
  await writeOut(`${lines.join('\n')}\n\n`);
}

async function ask(plan: Plan, signal: AbortSignal): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const conferences =
    plan.conferences.length === 1
      ? `conference ${displayText(conferenceOf(plan.conferences[0]!.key), false)}`
      : `${plan.conferences.length} conferences`;
  try {
    return /^y(es)?$/i.test(
      (await asking.question(`Write this to the proxies, for ${conferences}? [y/N] `, { signal })).trim(),
    );
  } finally {
    asking.close();
  }
}
