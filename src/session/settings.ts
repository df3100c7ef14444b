// The Settings of a run, from the configuration file or from flags alone.

import { readFileSync } from 'node:fs';
import type { Settings } from '../domain/settings.ts';
import type { HostAccess } from '../input/files.ts';
import type { LookFlags } from './look-flags.ts';

/** The machine that the program runs on: its files and its environment. */
export const machine: HostAccess = { readFile: (path: string) => readFileSync(path, 'utf8'), env: process.env };

/**
 * The settings of a run. `--table` overrides the file. Throws ConfigError with every complaint
 * about the file or the flags.
 */
export async function settingsOf({ config, proxy, from, ...said }: LookFlags): Promise<Settings> {
  const { table } = said;
  if (config !== undefined) {
    const { loadSettings } = await import('../config/load.ts');
    const settings = loadSettings(config, machine);
    return table === undefined ? settings : { ...settings, table };
  }
  const { settingsFromFlags } = await import('../config/flags.ts');
  const { backends, maxRatio, maxRatioFloor } = said;
  const overrides = { table, backends, maxRatio, maxRatioFloor };
  if (from === undefined) return settingsFromFlags(proxy, overrides, machine);
  // Saved dumps bring their own proxies, and a snapshot of this program its environment.
  const named = ['unix:///saved'];
  const settings = settingsFromFlags(named, overrides, machine);
  const { openParts } = await import('../snapshot/archive/parts.ts');
  const { environment } = openParts(from, settings.table);
  return environment === null ? settings : settingsFromFlags(named, { ...overrides, environment }, machine);
}
