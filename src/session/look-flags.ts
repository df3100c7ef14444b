// What the flags of a command that looks at a mesh say beside the mesh: its files, its logs.

import type { LogLevel } from '../process/log.ts';
import type { MeshFlags } from './mesh-flags.ts';

/** What the flags of a command that looks at live proxies say. */
export interface LiveFlags extends Omit<MeshFlags, 'from' | 'save'> {
  readonly json?: string;
  readonly junit?: string;
  /** A folder for every file of the run: what jobs archive. */
  readonly out?: string;
  readonly logLevel?: LogLevel;
  readonly showNames?: boolean;
}

export interface LookFlags extends LiveFlags {
  /** The plan that `plan` writes. */
  readonly output?: string;
  /** Files beside the configuration that the command has read: no output overwrites them. */
  readonly reads?: readonly string[];
  readonly save?: string;
  readonly from?: string;
}
