// The gate around an upgrade, a reload or a recycle: looks at the mesh, judges it item by item, and
// waits until it passes where asked to.

import type { CheckRules, CheckSources } from '../checklist/check-facts.ts';
import { checkMesh } from '../checklist/check-mesh.ts';
import { readExpectation } from '../config/readers.ts';
import type { AlarmsSeen, CheckProfile, CheckResult } from '../domain/checklist.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import { ConfigError } from '../errors.ts';
import { isProblem } from '../input/complaint.ts';
import { parseDuration } from '../input/duration.ts';
import { writeOut } from '../process/output.ts';
import { startTimeLimit } from '../process/time-limit.ts';
import { checkDocument } from '../report/check-json.ts';
import { renderCheckJunit } from '../report/check-junit.ts';
import { pendingLine, renderCheck } from '../report/check-text.ts';
import { printableJson } from '../report/printable-json.ts';
import { describeTerminal } from '../report/terminal.ts';
import { type CommandRun, withCommandRun } from '../session/command-run.ts';
import type { LookFlags } from '../session/look-flags.ts';
import type { Call, MeshRun } from '../session/mesh.ts';
import { machine } from '../session/settings.ts';
import { look } from './look.ts';

/** The flags of `splitbrain check`; durations with their units. */
export interface CheckFlags extends Omit<LookFlags, 'wait'> {
  readonly wait?: string;
  readonly haproxy?: string;
  readonly loadedWithin?: string;
  readonly expect?: string;
  readonly withoutTable?: boolean;
  readonly beforeUpgrade?: boolean;
  readonly afterScaleUp?: boolean;
  readonly afterScaleDown?: boolean;
}

/** What the flags ask for. */
interface Asked {
  readonly rules: CheckRules;
  /** 0: one check. */
  readonly waitMs: number;
  readonly expected: { readonly min: number; readonly max: number } | null;
}

/** Milliseconds between two checks, at least; the proxies rest as long as a look takes. */
const PAUSE_MS = 2_000;

/**
 * Resolves to 0 where every item passes, 2 where one fails, and 3 where one is unknown or the view
 * is incomplete.
 */
export async function checkCommand(flags: CheckFlags, call: Call): Promise<number> {
  const asked = askedBy(flags);
  const { wait: _, ...lookFlags } = flags;
  return withCommandRun(lookFlags, call, async (commandRun) => {
    const result = await untilPass(commandRun, asked);
    commandRun.context.progress.stop();
    await tell(result, commandRun);
    return result.exitCode;
  });
}

function askedBy(flags: CheckFlags): Asked {
  const complaints: string[] = [];
  const durationOf = (flag: string, value: string | undefined): number | null => {
    if (value === undefined) return null;
    const milliseconds = parseDuration(value);
    if (!isProblem(milliseconds)) return milliseconds;
    complaints.push(`${flag} ${value}: ${milliseconds.problem}`);
    return null;
  };
  const occasions = (
    [
      ['before-upgrade', flags.beforeUpgrade],
      ['after-scale-up', flags.afterScaleUp],
      ['after-scale-down', flags.afterScaleDown],
    ] as const
  ).flatMap(([profile, isGiven]): CheckProfile[] => (isGiven === true ? [profile] : []));
  const waitMs = durationOf('--wait', flags.wait) ?? 0;
  const loadedWithinMs = durationOf('--loaded-within', flags.loadedWithin);
  const expected = flags.expect === undefined ? null : readExpectation(flags.expect);
  if (isProblem(expected)) complaints.push(`--expect ${flags.expect}: ${expected.problem}`);
  if (occasions.length > 1)
    complaints.push(`${occasions.map((name) => `--${name}`).join(' and ')} are two occasions: give one of them`);
  if (flags.from !== undefined && waitMs > 0)
    complaints.push('--from reads saved dumps, which do not change: it does not go with --wait');
  if (flags.haproxy === '') complaints.push('--haproxy: expected the beginning of a version, such as 2.8');
  if (complaints.length > 0) throw new ConfigError(complaints);
  const [profile = 'general'] = occasions;
  return {
    rules: { profile, haproxy: flags.haproxy ?? null, loadedWithinMs, withoutTable: flags.withoutTable === true },
    waitMs,
    expected: isProblem(expected) ? null : expected,
  };
}

/**
 * Checks until a check passes, or the time is over: then the last whole result counts. The first
 * check is never cut short.
 */
async function untilPass(run: CommandRun, asked: Asked): Promise<CheckResult> {
  const { clock, signal, progress } = run.context;
  const endsAt = clock.now() + asked.waitMs;
  let startedAt = clock.now();
  let result = await checkOnce(run, asked);
  let told = '';
  let trouble = '';
  while (result.exitCode !== exitCodes.agree && clock.now() < endsAt) {
    const missing = `${pendingLine(result)}${trouble}`;
    if (missing !== told) {
      progress.stop();
      const seconds = Math.ceil((endsAt - clock.now()) / 1000);
      process.stderr.write(`splitbrain: ${missing}; waiting for ${seconds} s at most\n`);
      told = missing;
    }
    await clock.sleep(Math.min(Math.max(PAUSE_MS, clock.now() - startedAt), endsAt - clock.now()), signal);
    const limit = startTimeLimit({ signal, timeoutMs: Math.max(1, endsAt - clock.now()) });
    startedAt = clock.now();
    try {
      const mesh = await run.meshAgain(limit.signal);
      trouble = '';
      result = await checkOnce({ ...run, mesh, context: { ...run.context, signal: limit.signal } }, asked);
    } catch (error) {
      signal.throwIfAborted();
      // What the inventory cannot say now it may say later.
      if (error instanceof ConfigError) trouble = `; ${error.complaints.join('; ')}`;
      else if (!limit.signal.aborted) throw error;
    } finally {
      limit.release();
    }
  }
  return result;
}

async function checkOnce(commandRun: CommandRun, { rules, expected }: Asked): Promise<CheckResult> {
  const { mesh } = commandRun;
  const run = { ...commandRun, mesh: { ...mesh, expected: expected ?? mesh.expected } };
  const [report, alarms] = await Promise.all([look(run), alarmsOf(run)]);
  const { settings, context } = run;
  const { discovery } = settings;
  const sources: CheckSources = {
    discovery:
      discovery === null ? 'none' : discovery.consul === null && discovery.file === null ? 'maps' : 'catalogue',
    census: settings.census !== null,
    alarms,
    namesProxies: mesh.kind === 'live' && settings.proxies.source.kind !== 'peers',
    knowsKeyLength: settings.keyLength !== null,
  };
  const result = checkMesh({ report, rules, sources });
  const { verdict, exitCode, items } = result;
  const open = items.filter(({ result: each }) => each !== 'pass').map(({ id, result: each }) => `${id} ${each}`);
  context.log.info('checked', { verdict, exitCode, open });
  return result;
}

/** The SDK is loaded only where there is something to ask. */
async function alarmsOf({ settings, mesh, context }: MeshRun): Promise<AlarmsSeen | null> {
  const { alarms, metrics, environment } = settings;
  if (mesh.kind === 'saved' || !(alarms.configured || metrics.configured)) return null;
  const [{ withAccess }, { readAlarmStates }] = await Promise.all([
    import('../cloudwatch/access.ts'),
    import('../cloudwatch/seen-alarms.ts'),
  ]);
  const { signal } = context;
  try {
    return await withAccess({ region: metrics.region }, { env: machine.env, signal }, ({ cloudWatch }) =>
      readAlarmStates({ prefix: alarms.prefix, environment }, { cloudWatch, signal }),
    );
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { trouble: error.message };
  }
}

async function tell(result: CheckResult, { files }: CommandRun): Promise<void> {
  await files.writeJson(`${printableJson(checkDocument(result), 2)}\n`);
  await files.writeJunit(renderCheckJunit(result));
  await files.writePages(async () => (await import('../report/html/check-page.ts')).checkPages(result));
  if (!files.takeStandardOutput) await writeOut(renderCheck(result, describeTerminal(process.stdout, process.env)));
}
