// The commands that write to tables: heal, apply, undo, pin and monitor --heal. Each looks first, shows what it will do, and asks.

import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parsePins, pinOf } from './config/pins.ts';
import { parsePlan } from './config/plan-file.ts';
import { conferenceOf } from './domain/key.ts';
import type { Pin, Plan } from './domain/plan.ts';
import type { Proposal, RunReport } from './domain/run-report.ts';
import { ConfigError, exitCodes } from './errors.ts';
import { readJournal } from './heal/journal.ts';
import { takeLock } from './heal/lock.ts';
import { type LookFlags, machine, type Session, withSession, writeOut } from './look-command.ts';
import { renderPlan } from './plan/render.ts';
import { propose } from './proposal.ts';
import { displayText } from './report/display.ts';
import { writeJson } from './report/json.ts';
import { describeTerminal } from './report/terminal.ts';
import { renderLook, renderOutcome } from './report/text.ts';
import { type Edge, look } from './run.ts';
import { carryOutPlan, planPins, planWayBack, refusePlan, spellStep } from './run-heal.ts';
import { isExpressible } from './runtime-api/escape.ts';

export interface HealFlags extends LookFlags {
  /** Nobody needs to be asked. */
  readonly yes?: boolean;
}

type Run = Edge['run'];
type MakePlan = (report: RunReport, session: Session) => Plan | Proposal | Promise<Plan>;

/** Conferences and refusals of a plan that are shown in full. */
const SHOWN = 20;

export function healCommand(flags: HealFlags, run: Run, signal: AbortSignal): Promise<number> {
  return writing(flags, run, signal, (report, { settings, edge }) => propose(report, settings, edge));
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
  return writing(
    { ...flags, yes: true },
    run,
    signal,
    (report, { settings, edge }) => propose(report, settings, edge),
    {
      needsConsent: true,
    },
  );
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
      const { unicode } = describeTerminal(process.stdout, process.env);
      await writeOut(planText(plan, session.settings.table, unicode));
      await writeOut(
        `\nWritten to ${flags.output}. Carry it out before ${plan.validUntil}: splitbrain apply ${flags.output}\n`,
      );
    }
    return plan.refusals.length > 0 ? exitCodes.refused : report.exitCode;
  });
}

/** Exactly what the file says: one round, and every step only where its entry still is what the plan expects. */
export function applyCommand(path: string, flags: HealFlags, run: Run, signal: AbortSignal): Promise<number> {
  const planned = parsePlan(readText(path), path, isExpressible);
  return writing(
    flags,
    run,
    signal,
    (report, { settings, edge }) => {
      const refused = planned.refused ?? refusePlan(planned, report, settings, edge);
      return refused === null ? planned : { ...planned, refused, conferences: [], refusals: [refused] };
    },
    { rounds: 1 },
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

/** Lock, look, plan, show, ask, carry out, tell: the report before the question, the outcome after the writing. */
async function writing(
  flags: HealFlags,
  run: Run,
  signal: AbortSignal,
  makePlan: MakePlan,
  { rounds, needsConsent = false }: { readonly rounds?: number; readonly needsConsent?: boolean } = {},
): Promise<number> {
  if (flags.from !== undefined) throw new ConfigError(['--from reads saved dumps: there is nothing to write to']);
  if (flags.yes !== true && process.stdin.isTTY !== true)
    throw new ConfigError([`${run.command} asks before it writes, and there is no terminal to ask on: give --yes`]);
  if (flags.yes !== true && flags.json === '-')
    throw new ConfigError([
      `--json - leaves no room for the plan that ${run.command} asks about: give it a file, or --yes`,
    ]);
  return withSession(flags, run, signal, async (session) => {
    const { settings, mesh, edge, json } = session;
    if (needsConsent && !settings.heal.consented)
      throw new ConfigError([
        '--heal: the configuration has no `heal:` section, so that nothing may be healed without a person; add one (it may be empty: `heal: {}`)',
      ]);
    const lock = takeLock(settings.heal.journal, settings.environment, run.id, new Date(edge.clock.now()));
    try {
      const report = await look(mesh, settings, edge, null);
      const wanted = await makePlan(report, session);
      const { plan, decisions } = 'plan' in wanted ? wanted : { plan: wanted, decisions: new Map() };
      const proposal = { plan: 'because' in lock ? refusedBy(lock.because, plan) : plan, decisions };
      const looked: RunReport = { ...report, proposal };
      edge.progress.stop();
      const terminal = describeTerminal(process.stdout, process.env);
      const show = (text: string) => (flags.json === '-' ? Promise.resolve() : writeOut(text));
      await show(`${renderLook(looked, terminal)}\n`);
      if (proposal.plan.conferences.length + proposal.plan.refusals.length > 0)
        await show(`${planText(proposal.plan, settings.table, terminal.unicode)}\n`);
      if (proposal.plan.conferences.length > 0 && flags.yes !== true && !(await ask(proposal.plan, signal))) {
        await show('Nothing was written.\n');
        if (json !== null) await writeJson(looked, json.write);
        return report.exitCode;
      }
      const options = rounds === undefined ? {} : { rounds };
      const { outcome, exitCode } = await carryOutPlan(proposal.plan, report, mesh, settings, edge, options);
      const told: RunReport = { ...looked, heal: outcome, exitCode };
      if (json !== null) await writeJson(told, json.write);
      await show(renderOutcome(told, terminal));
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

function planText(plan: Plan, table: string, unicode: boolean): string {
  const lines = renderPlan(
    plan,
    (key, step) => spellStep(table, key, step),
    (text) => displayText(text, unicode),
    SHOWN,
  );
  return `${lines.join('\n')}\n`;
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
