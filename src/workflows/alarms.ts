// `alarms plan` and `alarms apply`: compare the wanted alarms and dashboard with CloudWatch's. No
// proxy is asked.

import { type Access, withAccess } from '../cloudwatch/access.ts';
import { renderAlarmPlan } from '../cloudwatch/alarm-plan-text.ts';
import { type AlarmPlan, applyAlarms, planAlarms } from '../cloudwatch/alarms.ts';
import { isAwsTrouble } from '../cloudwatch/client.ts';
import { loadSettings } from '../config/load.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import type { Settings } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { writeOut } from '../process/output.ts';
import { configOf } from '../session/mesh-flags.ts';
import { machine } from '../session/settings.ts';

/** The flags of both commands. */
export interface AlarmsFlags {
  readonly config?: string;
  readonly prune?: boolean;
}

/**
 * Tries per call. Many calls follow each other under a quota of 3 a second, so throttled ones are
 * repeated for longer.
 */
const MAX_ATTEMPTS = 6;

/**
 * Exit codes: 0 all is as wanted; 2 something differs; 4 an alarm of somebody else is in the way,
 * or CloudWatch refuses or cannot be reached.
 */
export function planAlarmsCommand({ config, prune = false }: AlarmsFlags, signal: AbortSignal): Promise<number> {
  return withAlarms(config, signal, async (settings, access) => {
    const plan = await planAlarms(settings, { ...access, signal });
    if (isAwsTrouble(plan)) return failed(plan.because);
    await writeOut(renderAlarmPlan(plan, prune));
    const changes = changesOf(plan);
    if (changes.includes('foreign')) return exitCodes.refused;
    return changes.every((change) => change === 'keep' || (change === 'stray' && !prune))
      ? exitCodes.agree
      : exitCodes.disagreement;
  });
}

/** Exit codes: 0 all is as wanted now; 4 not all, for the reasons that `plan` has. */
export function applyAlarmsCommand({ config, prune = false }: AlarmsFlags, signal: AbortSignal): Promise<number> {
  return withAlarms(config, signal, async (settings, access) => {
    const tools = { ...access, signal };
    const { done, trouble } = await applyAlarms(settings, tools, { prune });
    await writeOut(done.map((line) => `${line}\n`).join(''));
    if (trouble !== null) return failed(trouble.because);
    // CloudWatch is asked once more: a write that was sent is no proof.
    const left = await planAlarms(settings, tools);
    if (isAwsTrouble(left)) return failed(left.because);
    await writeOut(renderAlarmPlan(left, prune));
    return changesOf(left).every((change) => change === 'keep' || (change === 'stray' && !prune))
      ? exitCodes.agree
      : exitCodes.refused;
  });
}

function changesOf({ alarms, dashboard }: AlarmPlan): readonly string[] {
  return [...alarms, dashboard].map(({ change }) => change);
}

async function withAlarms(
  given: string | undefined,
  signal: AbortSignal,
  body: (settings: Settings, access: Access) => Promise<number>,
): Promise<number> {
  const config = configOf({ config: given, proxy: [] });
  if (config === undefined) {
    throw new ConfigError(['which mesh? There is no splitbrain.yaml in this folder: give -c FILE']);
  }
  const settings = loadSettings(config, machine);
  const options = { region: settings.metrics.region, maxAttempts: MAX_ATTEMPTS };
  return withAccess(options, { env: machine.env, signal }, async (access) => {
    const exitCode = await body(settings, access);
    for (const note of warnings(settings)) await writeOut(`${note}\n`);
    return exitCode;
  });
}

function warnings({ metrics, alarms }: Settings): readonly string[] {
  return [
    ...(alarms.actions.length === 0 ? ['Note: `alarms.actions` is empty, so that the paging alarm tells nobody.'] : []),
    ...(metrics.configured
      ? []
      : ['Note: without a `metrics:` section `splitbrain monitor` sends nothing, and these alarms will say so.']),
  ];
}

function failed(because: string): number {
  process.stderr.write(`splitbrain: CloudWatch: ${because}\n`);
  return exitCodes.refused;
}
