// The flags that name a mesh, or splitbrain.yaml in the working folder; and the same flags again,
// for commands that a report suggests.

import { existsSync } from 'node:fs';
import { ConfigError } from '../errors.ts';

/** Flags that name the mesh, and those that replace values of a configuration. */
export interface MeshFlags {
  readonly config?: string | undefined;
  readonly proxy: readonly string[];
  /** Folders of saved dumps, each a part of the mesh. */
  readonly from?: readonly string[];
  /** A new folder for the dumps of this run. */
  readonly save?: string;
  /** A folder where the report of this run is kept. */
  readonly history?: string;
  readonly table?: string;
  readonly backends?: readonly string[];
  readonly maxRatio?: string;
  readonly maxRatioFloor?: string;
  /** Looks and writes although somebody has locked the environment or a proxy. */
  readonly ignoreLock?: boolean;
}

/** The configuration that is used where no flag names the mesh. */
export const USUAL_CONFIG = 'splitbrain.yaml';

/** Flags that a configuration replaces, with the names of the values there. */
const SAID_IN_FILE = [
  ['backends', '--backends', 'backends'],
  ['maxRatio', '--max-ratio', 'heal.maxRatio'],
  ['maxRatioFloor', '--max-ratio-floor', 'heal.maxRatioFloor'],
] as const;

/**
 * The configuration to use: the named one; else the usual one, if it exists and no flag names the
 * mesh.
 */
export function configOf({ config, proxy, from }: Pick<MeshFlags, 'config' | 'proxy' | 'from'>): string | undefined {
  if (config !== undefined || proxy.length > 0 || from !== undefined) return config;
  return existsSync(USUAL_CONFIG) ? USUAL_CONFIG : undefined;
}

/**
 * The flags, with the configuration to use. Throws ConfigError where they contradict each other or
 * name no mesh.
 */
export function withConfig<Flags extends MeshFlags>(flags: Flags): Flags {
  const config = configOf(flags);
  const complaints = contradictions({ ...flags, config });
  if (complaints.length > 0) throw new ConfigError(complaints);
  return config === undefined ? flags : { ...flags, config };
}

function contradictions(flags: MeshFlags): string[] {
  const { config, proxy, from, save, history } = flags;
  const complaints: string[] = [];
  if (config !== undefined && proxy.length > 0)
    complaints.push('-c and --proxy name the proxies twice: give one of them');
  if (from !== undefined && proxy.length > 0) complaints.push('--from reads saved dumps: it does not go with --proxy');
  if (from !== undefined && save !== undefined) complaints.push('--from reads saved dumps: there is nothing to --save');
  if (from !== undefined && history !== undefined)
    complaints.push('--from reads saved dumps, which are of another time: their report is no part of the --history');
  if (config === undefined && proxy.length === 0 && from === undefined) {
    complaints.push(
      `which proxies? There is no ${USUAL_CONFIG} in this folder: give -c FILE, or --proxy /run/haproxy/admin.sock (repeated), or --from DIR with saved dumps`,
    );
  }
  for (const [name, flag, path] of SAID_IN_FILE) {
    if (config !== undefined && flags[name] !== undefined)
      complaints.push(`${flag} goes with --proxy: say it as ${path} in ${config}`);
  }
  return complaints;
}

/**
 * The flags that name the mesh, for another command on the same mesh; none for a configuration that
 * is found in the working folder.
 */
export function meshWords(flags: MeshFlags): readonly string[] {
  const { config, proxy, from, table, backends = [], maxRatio, maxRatioFloor, ignoreLock } = flags;
  return [
    ...(config === undefined ? [] : ['-c', config]),
    ...proxy.flatMap((endpoint) => ['--proxy', endpoint]),
    ...(from ?? []).flatMap((folder) => ['--from', folder]),
    ...(table === undefined ? [] : ['--table', table]),
    ...backends.flatMap((glob) => ['--backends', glob]),
    ...(maxRatio === undefined ? [] : ['--max-ratio', maxRatio]),
    ...(maxRatioFloor === undefined ? [] : ['--max-ratio-floor', maxRatioFloor]),
    ...(ignoreLock === true ? ['--ignore-lock'] : []),
  ];
}
