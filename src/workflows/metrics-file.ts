// `--metrics-file` of a scheduled run: its metrics for Prometheus, also where the run fails.

import type { RunReport } from '../domain/run-report.ts';
import { ConfigError } from '../errors.ts';
import { systemClock } from '../process/clock.ts';
import { writeOut } from '../process/output.ts';
import { type MetricsFile, openMetricsFile } from '../prometheus/metrics-file.ts';
import { renderFailure, renderRun } from '../prometheus/metrics-text.ts';
import { isStandardOutput } from '../report/distinct-files.ts';
import type { LiveFlags } from '../session/look-flags.ts';
import { withConfig } from '../session/mesh-flags.ts';
import { settingsOf } from '../session/settings.ts';

/** The file of one run. */
export interface RunMetrics {
  /** Resolves to a sentence where it could not be written, else to `null`. */
  putRun(report: RunReport): Promise<string | null>;
  /** After an exception: does nothing where the run's metrics are written already. */
  putFailure(): Promise<void>;
}

/**
 * `null` without the flag. Opened before anything else, so that a run that ends before its look
 * leaves its failure there. Throws ConfigError where it cannot be written.
 */
export async function openRunMetrics(flags: LiveFlags): Promise<RunMetrics | null> {
  const { metricsFile: path } = flags;
  if (path === undefined) return null;
  const { environment, metrics } = await settingsOf(withConfig(flags));
  const file = isStandardOutput(path) ? { put: writeOut } : opened(path);
  let isWritten = false;
  const put = async (text: string): Promise<string | null> => {
    try {
      await file.put(text);
      return null;
    } catch (error) {
      return `--metrics-file ${path}: cannot be written: ${(error as Error).message}`;
    }
  };
  return {
    async putRun(report) {
      const at = new Date(systemClock.now());
      const durationMs = at.getTime() - report.run.startedAt.getTime();
      isWritten = true;
      return put(renderRun(report, { durationMs, perProxy: metrics.perProxy }, { environment, at }));
    },
    async putFailure() {
      if (isWritten) return;
      const problem = await put(renderFailure({ environment, at: new Date(systemClock.now()) }));
      if (problem !== null) process.stderr.write(`splitbrain: ${problem}\n`);
    },
  };
}

function opened(path: string): MetricsFile {
  try {
    return openMetricsFile(path);
  } catch (cause) {
    throw new ConfigError([`--metrics-file ${path}: cannot be written: ${(cause as Error).message}`], { cause });
  }
}
