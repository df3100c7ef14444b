// The scheduled run, and the run that an alarm starts: a look or a heal, with its metrics. The AWS
// SDK is loaded only where it is needed.

import { type Access, withAccess } from '../cloudwatch/access.ts';
import type { AlarmHint } from '../cloudwatch/alarm-event.ts';
import { readEvent } from '../cloudwatch/alarm-input.ts';
import { metricsOf } from '../cloudwatch/metrics.ts';
import type { Metric } from '../cloudwatch/proxy-metrics.ts';
import { decideRemediation, defaultMaxAgeMs, type Remediation } from '../cloudwatch/remediation.ts';
import { putMetrics, renderMetrics } from '../cloudwatch/send.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import type { NotifySettings } from '../domain/notification.ts';
import type { RunReport } from '../domain/run-report.ts';
import { ConfigError } from '../errors.ts';
import { isProblem } from '../input/complaint.ts';
import { parseDuration } from '../input/duration.ts';
import { writeOut } from '../process/output.ts';
import { type CommandRun, withCommandRun } from '../session/command-run.ts';
import type { LiveFlags } from '../session/look-flags.ts';
import type { Call } from '../session/mesh.ts';
import { machine } from '../session/settings.ts';
import { openRunMetrics, type RunMetrics } from './metrics-file.ts';
import { lookIn } from './report.ts';

type MetricsMode = 'print' | 'send' | 'none';

/** The flags of `splitbrain monitor`. */
export interface MonitorFlags extends LiveFlags {
  readonly heal?: boolean;
  /** Default: send where the configuration has a `metrics:` section. */
  readonly metrics?: MetricsMode;
}

/** The flags of `splitbrain remediate`. */
export interface RemediateFlags extends MonitorFlags {
  /** A file, or `-`. */
  readonly alarmEvent?: string;
  readonly alarmName?: string;
  /** A duration with its unit. */
  readonly maxAge?: string;
}

/**
 * `splitbrain monitor`. Resolves to the exit code of the look or the heal; metrics that could not
 * be sent do not change it.
 */
export async function monitorCommand(flags: MonitorFlags, call: Call): Promise<number> {
  const { signal } = call;
  const file = await openRunMetrics(flags);
  try {
    return await withCommandRun({ ...flags, keeps: true }, call, async (commandRun) => {
      requireBacking(flags, commandRun);
      const mode = metricsMode(flags, commandRun);
      if (mode !== 'send') return lookOrHeal(commandRun, flags, { mode, access: null, notes: [], file });
      const { region } = commandRun.settings.metrics;
      return withAccess({ region }, { env: machine.env, signal }, (access) =>
        lookOrHeal(commandRun, flags, { mode, access, notes: [], file }),
      );
    });
  } catch (error) {
    await file?.putFailure();
    throw error;
  }
}

/**
 * `splitbrain remediate`. The event only names the alarm; CloudWatch says whether it is on. Exit 4,
 * without asking a proxy, where the alarm is not one of this environment.
 */
export async function remediateCommand(flags: RemediateFlags, call: Call): Promise<number> {
  const { signal } = call;
  const maxAgeMs = maxAgeOf(flags.maxAge);
  const asked = await askedAlarm(flags, signal);
  // A run that does not look leaves the file of the monitor as it is.
  const file = await openRunMetrics(flags);
  const reads = flags.alarmEvent === undefined ? [] : [flags.alarmEvent];
  return withCommandRun({ ...flags, reads, keeps: true }, call, (commandRun) => {
    requireBacking(flags, commandRun);
    const { region } = commandRun.settings.metrics;
    return withAccess({ region }, { env: machine.env, signal }, async (access) => {
      const decision = await decide({ asked, maxAgeMs }, commandRun, access);
      if (decision.kind === 'refuse') return refuse(decision.because, commandRun);
      const heal = decision.kind === 'heal' && flags.heal === true;
      const dry = decision.kind === 'heal' && !heal ? '; not healing: --heal was not given' : '';
      const notes = [`${asked.name}: ${decision.because}${dry}`];
      const mode = metricsMode(flags, commandRun);
      return lookOrHeal(commandRun, { ...flags, heal }, { mode, access, notes, file });
    });
  });
}

/**
 * The alarm that started the run. `maxAgeMs`: how long it may have been on at most; `null`: the
 * default.
 */
interface AlarmRequest {
  readonly asked: AlarmHint;
  readonly maxAgeMs: number | null;
}

async function decide(
  { asked, maxAgeMs }: AlarmRequest,
  { settings, context }: CommandRun,
  { cloudWatch, region }: Access,
): Promise<Remediation> {
  const rules = {
    scope: { prefix: settings.alarms.prefix, environment: settings.environment },
    region,
    maxAgeMs: maxAgeMs ?? defaultMaxAgeMs(settings.alarms.periodSeconds),
  };
  const decision = await decideRemediation(asked, rules, { cloudWatch, clock: context.clock, signal: context.signal });
  context.signal.throwIfAborted();
  context.log.warn('remediation-decided', {
    decision: decision.kind,
    because: decision.because,
    messageId: asked.messageId,
    // The name of a foreign alarm is text of a stranger, and stays out of the log.
    ...(decision.kind === 'refuse' ? {} : { alarm: asked.name }),
  });
  return decision;
}

async function refuse(because: string, { files }: CommandRun): Promise<number> {
  const text = `REFUSED  ${because}\n\nNo proxy was asked, and nothing was written.\n\nExit code ${exitCodes.refused}: the remediation was refused.\n`;
  await files.writeSummary(text);
  if (!files.takeStandardOutput) await writeOut(text);
  return exitCodes.refused;
}

interface Aftermath {
  readonly mode: MetricsMode;
  /** Not `null` where the mode is `send`. */
  readonly access: Access | null;
  readonly notes: readonly string[];
  readonly file: RunMetrics | null;
}

/**
 * Looks, or heals. Without `heal`, no module that could write is loaded. Metrics are sent after
 * every completed look.
 */
async function lookOrHeal(
  commandRun: CommandRun,
  flags: MonitorFlags,
  { mode, access, notes, file }: Aftermath,
): Promise<number> {
  const { settings } = commandRun;
  let printed = '';
  const afterwards = async (report: RunReport): Promise<readonly string[]> => {
    const now = new Date(commandRun.context.clock.now());
    const metrics = metricsOf(report, settings.metrics, now.getTime() - report.run.startedAt.getTime());
    if (mode === 'print') printed = `\n${renderMetrics(metrics, settings.metrics.namespace)}`;
    const problems = mode === 'send' ? await send({ metrics, at: now }, commandRun, access!) : [];
    const unwritten = (await file?.putRun(report)) ?? null;
    if (unwritten !== null) commandRun.context.log.error('metrics-not-written', { because: unwritten });
    const unsaid = settings.notify === null ? [] : await notify(report, settings.notify, commandRun);
    const isForgotten = mode === 'none' && flags.metrics === undefined && file === null;
    return [
      ...notes,
      ...problems,
      ...(unwritten === null ? [] : [unwritten]),
      ...unsaid,
      ...(isForgotten ? ['no metrics were sent: the configuration has no `metrics:` section'] : []),
    ];
  };
  const exitCode =
    flags.heal === true
      ? await (await import('./heal.ts')).healIn(commandRun, flags, afterwards)
      : await lookIn(commandRun, flags, afterwards);
  // After a heal, text that cannot be printed is no failure.
  await writeOut(printed).catch((error: Error) => {
    if (flags.heal !== true) throw error;
    commandRun.context.log.error('output-lost', { because: error.message });
  });
  return exitCode;
}

async function notify(report: RunReport, settings: NotifySettings, commandRun: CommandRun): Promise<readonly string[]> {
  const { notifyOf } = await import('./notify.ts');
  return notifyOf(report, settings, commandRun);
}

/** Resolves to sentences for the summary; none where the metrics were sent. */
async function send(
  { metrics, at }: { readonly metrics: readonly Metric[]; readonly at: Date },
  { settings, context }: CommandRun,
  { cloudWatch }: Access,
): Promise<readonly string[]> {
  const { namespace } = settings.metrics;
  const sent = await putMetrics(cloudWatch, metrics, { namespace, at, signal: context.signal });
  if (sent.sent) {
    context.log.info('metrics-sent', { metrics: sent.metrics });
    return [];
  }
  context.log.error('metrics-not-sent', { because: sent.because });
  return [sent.because];
}

/** Where the metrics of the run go: by default where the configuration says. */
export function metricsMode({ metrics }: MonitorFlags, { settings }: Pick<CommandRun, 'settings'>): MetricsMode {
  return metrics ?? (settings.metrics.configured ? 'send' : 'none');
}

/** Throws ConfigError for flags that the configuration, or another flag, does not allow. */
function requireBacking(flags: MonitorFlags, commandRun: CommandRun): void {
  const complaints = flagComplaints(flags, commandRun);
  if (complaints.length > 0) throw new ConfigError(complaints);
}

/** What the configuration, or another flag, has against the flags. */
export function flagComplaints(
  { metrics, heal }: MonitorFlags,
  { settings, files }: Pick<CommandRun, 'settings' | 'files'>,
): readonly string[] {
  return [
    ...(heal === true && !settings.heal.consented
      ? [
          '--heal: the configuration has no `heal:` section, so that nothing may be healed without a person; add one (it may be empty: `heal: {}`)',
        ]
      : []),
    ...(metrics === 'send' && !settings.metrics.configured
      ? ['--metrics send: the configuration has no `metrics:` section; add one (it may be empty: `metrics: {}`)']
      : []),
    ...(metrics === 'print' && files.takeStandardOutput
      ? ["--metrics print and a report on standard output are in each other's way: give the report a file"]
      : []),
  ];
}

async function askedAlarm({ alarmEvent, alarmName }: RemediateFlags, signal: AbortSignal): Promise<AlarmHint> {
  if (alarmEvent !== undefined && alarmName === undefined) return readEvent(alarmEvent, process.stdin, { signal });
  if (alarmName !== undefined && alarmEvent === undefined) return { name: alarmName, arn: null, messageId: null };
  throw new ConfigError(['which alarm? Give either --alarm-event FILE (- is standard input) or --alarm-name NAME']);
}

/** Milliseconds, or `null` for the default. Throws ConfigError for what is no duration. */
export function maxAgeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const milliseconds = parseDuration(text);
  if (isProblem(milliseconds)) throw new ConfigError([`--max-age ${text}: ${milliseconds.problem}`]);
  return milliseconds;
}
