// The commands that write to tables: heal, apply, undo and pin; and the heals of monitor and
// remediate. Each looks first, shows its plan, and asks.

import { readFileSync } from 'node:fs';
import { exitCodes } from '../domain/exit-codes.ts';
import type { Pin, Plan } from '../domain/plan.ts';
import type { Proposal, RunReport } from '../domain/run-report.ts';
import { ConfigError } from '../errors.ts';
import { readJournal } from '../heal/journal.ts';
import { parsePins, pinOf } from '../plan/pin-file.ts';
import { parsePlan } from '../plan/plan-file.ts';
import { writeOut } from '../process/output.ts';
import { displayText } from '../report/display.ts';
import { describeTerminal, type Terminal } from '../report/terminal.ts';
import { renderLook, renderOutcome } from '../report/text.ts';
import { isExpressible } from '../runtime-api/escape.ts';
import { type CommandRun, withCommandRun } from '../session/command-run.ts';
import type { LookFlags } from '../session/look-flags.ts';
import type { Call } from '../session/mesh.ts';
import { machine } from '../session/settings.ts';
import { carryOutPlan } from './carry-out.ts';
import { leaseFor, type Obstacle } from './heal-lease.ts';
import { onlyThese } from './heal-only.ts';
import { ask, planText, withoutStalePeople } from './heal-question.ts';
import { look } from './look.ts';
import { type CheckedPlan, checkPlan, checkShardNames, planPins, planWayBack } from './named-plans.ts';
import { propose } from './propose.ts';
import type { Afterwards } from './report.ts';

/** The flags of a command that writes. */
export interface HealFlags extends LookFlags {
  /** Writes without asking. */
  readonly yes?: boolean;
}

/** `notes` are sentences for the report. */
type ProposalWithNotes = Proposal & { readonly notes: readonly string[] };

type MakePlan = (
  report: RunReport,
  commandRun: CommandRun,
) => Plan | Proposal | ProposalWithNotes | CheckedPlan | Promise<Plan>;

/** What differs between the commands that write. */
export interface Story {
  readonly makePlan: MakePlan;
  /** What is said beside the plan, and beside the outcome. */
  readonly words?: StoryWords;
  /** The most rounds of writing; by default, as many as the healer takes. */
  readonly rounds?: number;
  readonly afterwards?: Afterwards;
  /** Throws `ConfigError`, before the lock is taken. */
  readonly checkUsage?: (commandRun: CommandRun) => void;
  readonly beforeLook?: (commandRun: CommandRun) => Promise<void>;
}

/** Text for people, of a report with its proposal. */
export interface StoryWords {
  readonly beforePlan: (report: RunReport, terminal: Terminal) => string;
  readonly afterOutcome: (report: RunReport, terminal: Terminal) => string;
  /** How many conferences of the plan are shown in full. */
  readonly limit: number;
}

/** `splitbrain heal`. Resolves to the exit code, as all commands of this file. */
export function healCommand(flags: HealFlags & { readonly only?: readonly string[] }, call: Call): Promise<number> {
  const { only = [] } = flags;
  if (only.length === 0) return writing(flags, call, { makePlan: propose });
  return writing(flags, call, {
    makePlan: (report, commandRun) => {
      const { keys, notes } = onlyThese(only, report, commandRun.settings);
      return { ...propose(report, commandRun, ({ key }) => keys.has(key)), notes };
    },
  });
}

/**
 * `splitbrain apply`: one round of exactly the steps of the file. A step is refused where its entry
 * has changed.
 */
export function applyCommand(path: string, flags: HealFlags, call: Call): Promise<number> {
  const planned = parsePlan(readText(path), path, isExpressible);
  const makePlan: MakePlan = (report, commandRun) => checkPlan(planned, report, commandRun);
  return writing({ ...flags, reads: [path] }, call, { makePlan, rounds: 1 });
}

/** `splitbrain undo`: puts back what the run of a journal changed. */
export function undoCommand(
  journalPath: string,
  flags: HealFlags & { readonly older?: boolean },
  call: Call,
): Promise<number> {
  const wayBack = { records: readJournal(journalPath), path: journalPath, older: flags.older === true };
  return writing({ ...flags, reads: [journalPath] }, call, {
    makePlan: (report, commandRun) => planWayBack(wayBack, report, commandRun),
  });
}

/**
 * The conference and the shard as they were typed; both `undefined` where the pins come from a
 * file.
 */
export interface PinWords {
  readonly conference: string | undefined;
  readonly shard: string | undefined;
}

/** `splitbrain pin`: puts conferences on the shards that a person names. */
export function pinCommand(
  words: PinWords,
  flags: HealFlags & { readonly file?: string; readonly new?: boolean },
  call: Call,
): Promise<number> {
  const wanted = { pins: pinsOf(words, flags.file), isNew: flags.new === true };
  return writing({ ...flags, reads: flags.file === undefined ? [] : [flags.file] }, call, {
    makePlan: (report, commandRun) => planPins(wanted, report, commandRun),
    beforeLook: (commandRun) => checkShardNames(wanted.pins, commandRun),
  });
}

function pinsOf({ conference, shard }: PinWords, file: string | undefined): readonly Pin[] {
  if (file !== undefined && conference === undefined) return parsePins(readText(file), file);
  if (file === undefined && conference !== undefined && /^https?:\/\//.test(conference)) {
    throw new ConfigError([
      `${JSON.stringify(conference)} is the address of a page: give the conference as the table names it, as reports show it`,
    ]);
  }
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

/** Runs a command that writes, after the checks that all of them share. */
export async function writing(flags: HealFlags, call: Call, story: Story): Promise<number> {
  if (flags.from !== undefined) throw new ConfigError(['--from reads saved dumps: there is nothing to write to']);
  if (flags.yes !== true && process.stdin.isTTY !== true)
    throw new ConfigError([
      `${call.run.command} asks before it writes, and there is no terminal to ask on: give --yes`,
    ]);
  return withCommandRun(flags, call, (commandRun) => {
    if (flags.yes !== true && commandRun.files.takeStandardOutput)
      throw new ConfigError([
        `a report on standard output leaves no room for the plan that ${call.run.command} asks about: give it a file, or --yes`,
      ]);
    story.checkUsage?.(commandRun);
    return writeIn(commandRun, flags, story);
  });
}

/** Heals without asking. The caller has checked that the configuration consents. */
export function healIn(commandRun: CommandRun, flags: LookFlags, afterwards: Afterwards): Promise<number> {
  return writeIn(commandRun, { ...flags, yes: true }, { makePlan: propose, afterwards });
}

/**
 * Takes the lock, looks, plans, shows, asks, writes and reports. The look is shown before the
 * question, the outcome after the writing.
 */
async function writeIn(
  commandRun: CommandRun,
  flags: HealFlags,
  { makePlan, words, rounds, afterwards, beforeLook }: Story,
): Promise<number> {
  const { settings, context, files } = commandRun;
  await beforeLook?.(commandRun);
  const lease = await leaseFor(commandRun);
  try {
    const looked = await look(commandRun, { waits: flags.wait === true });
    const obstacle = lease.obstacle();
    const leased = { ...looked, notes: [...looked.notes, ...lease.notes] };
    const wanted = await makePlan(leased, commandRun);
    const report = 'notes' in wanted ? { ...leased, notes: [...leased.notes, ...wanted.notes] } : leased;
    const plan = 'plan' in wanted ? wanted.plan : wanted;
    const decisions = 'decisions' in wanted ? wanted.decisions : new Map();
    const settled = 'settled' in wanted ? wanted.settled : [];
    const proposal = { plan: obstacle === null ? plan : refusedBy(obstacle, plan), decisions };
    const isSilent = obstacle?.reason === 'no-journal' && proposal.plan === plan;
    const proposed: RunReport = {
      ...report,
      notes: isSilent ? [...report.notes, obstacle.because] : report.notes,
      proposal,
    };
    context.progress.stop();
    const terminal = describeTerminal(process.stdout, process.env);
    // If the plan cannot be shown, nobody may be asked about it. If nobody is asked, the heal goes
    // on without the text.
    const show = async (text: string) => {
      if (files.takeStandardOutput) return;
      await writeOut(text).catch((error: Error) => {
        if (flags.yes !== true) throw error;
        context.log.error('output-lost', { because: error.message });
      });
    };
    await show(`${renderLook(proposed, terminal)}\n`);
    if (words !== undefined) await show(words.beforePlan(proposed, terminal));
    // The outcome says why a whole run is refused.
    if (proposal.plan.refused === null && proposal.plan.conferences.length + proposal.plan.refusals.length > 0)
      await show(`${planText(proposal.plan, proposed, { ...terminal, ...words })}\n`);
    let approved = proposal.plan;
    if (proposal.plan.conferences.length > 0 && flags.yes !== true) {
      const askedAt = context.clock.now();
      const answer = await ask(proposal.plan, context.signal);
      if (answer !== 'yes') {
        const exitCode = answer === 'none' ? exitCodes.interrupted : report.exitCode;
        await show('Nothing was written.\n');
        await files.write({ ...proposed, exitCode });
        return exitCode;
      }
      approved = withoutStalePeople(approved, context.clock.now() - askedAt, settings.census?.maxAgeMs);
    }
    const options = { settled, leaseLost: lease.lost, ...(rounds === undefined ? {} : { rounds }) };
    const carried = await carryOutPlan(approved, report, { ...commandRun, ...options });
    // A scheduled run that finds the lease taken ends like a look: the other run heals.
    const isKeptOut =
      afterwards !== undefined && obstacle?.isLock === false && proposal.plan.refused?.reason === 'locked';
    const exitCode = isKeptOut ? report.exitCode : carried.exitCode;
    const healed: RunReport = { ...proposed, heal: carried.outcome, exitCode };
    if (settings.census !== null) {
      const { rememberMoves } = await import('./take-census.ts');
      rememberMoves(commandRun, healed);
    }
    const notes = [...carried.notes, ...((await afterwards?.(healed)) ?? [])];
    const told: RunReport = { ...healed, notes: [...healed.notes, ...notes] };
    await files.write(told);
    await show(renderOutcome(told, terminal));
    if (words !== undefined) await show(words.afterOutcome(told, terminal));
    for (const note of notes) await show(`${displayText(note, terminal.unicode)}\n`);
    return exitCode;
  } finally {
    lease.release();
  }
}

/**
 * The plan with everything refused. Where it has nothing to write it stays as it is, unless the
 * mesh is locked: then what there is to write is not known.
 */
function refusedBy({ reason, because, isLock }: Obstacle, plan: Plan): Plan {
  if (plan.conferences.length === 0 && !isLock) return plan;
  const refused = { reason, because, key: null };
  return { ...plan, refused, conferences: [], refusals: [refused] };
}
