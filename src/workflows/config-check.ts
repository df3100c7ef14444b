// Reads a configuration as every command does, and says what it means.

import { loadSettings } from '../config/load.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import { ConfigError } from '../errors.ts';
import { writeOut } from '../process/output.ts';
import { renderSettings } from '../report/settings-text.ts';
import { describeTerminal } from '../report/terminal.ts';
import { withCommandRun } from '../session/command-run.ts';
import type { Call } from '../session/mesh.ts';
import { configOf, USUAL_CONFIG } from '../session/mesh-flags.ts';
import { machine } from '../session/settings.ts';
import { tellFirstLook } from './first-look.ts';

export interface ConfigCheckFlags {
  readonly config?: string;
  readonly connect?: boolean;
}

/** Resolves to 0, or with `connect` to 3. Rejects with ConfigError, every complaint at once. */
export async function configCheckCommand({ config, connect }: ConfigCheckFlags, call: Call): Promise<number> {
  const path = configOf({ config, proxy: [] });
  if (path === undefined)
    throw new ConfigError([
      `there is no ${USUAL_CONFIG} in this folder: give -c FILE, or write one by splitbrain init ENDPOINT`,
    ]);
  const settings = loadSettings(path, machine);
  const { unicode } = describeTerminal(process.stdout, process.env);
  await writeOut(`${path} is good. It means:\n${renderSettings(settings, unicode)}`);
  if (connect !== true) return exitCodes.agree;
  const flags = config === undefined ? { proxy: [] } : { config, proxy: [] };
  return withCommandRun(flags, call, (commandRun) => tellFirstLook(commandRun, path));
}
