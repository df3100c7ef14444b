// The flags of a command that looks at a mesh, beside those that name the mesh: its files and its
// logs.

import type { LogLevel } from '../process/log.ts';
import type { MeshFlags } from './mesh-flags.ts';

/** The flags of a command that looks at live proxies. */
export interface LiveFlags extends Omit<MeshFlags, 'from' | 'save' | 'history'> {
  readonly json?: string;
  readonly junit?: string;
  /** A folder of pages for a browser. */
  readonly html?: string;
  /** A folder for all files of the run, which jobs archive. */
  readonly out?: string;
  /** A folder where the JSON report is kept among those of other runs. */
  readonly history?: string;
  /** The metrics for a textfile collector of Prometheus. */
  readonly metricsFile?: string;
  /** Whether the folder of the configuration's `history` section gets the report too. */
  readonly keeps?: boolean;
  readonly logLevel?: LogLevel;
  readonly showNames?: boolean;
}

/** The flags of a command that can look at saved dumps too. */
export interface LookFlags extends LiveFlags {
  /** Takes a census that finds people apart again, once clients had time to move. */
  readonly wait?: boolean;
  /** The file for the plan that `plan` writes. */
  readonly output?: string;
  /** Other input files of the command: no output may overwrite them. */
  readonly reads?: readonly string[];
  readonly save?: string;
  readonly from?: readonly string[];
}
