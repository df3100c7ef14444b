// Settings without a configuration file, from flags. The flags become a tree as a file would give
// it: so the schema checks them, and gives the defaults.

import type { Settings } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { type Complaint, isProblem, type Path, quote, spellPath, spellProblem } from '../input/complaint.ts';
import type { HostAccess } from '../input/files.ts';
import { deepFreeze } from './freeze.ts';
import { readHeal } from './heal-section.ts';
import { normalise } from './normalise.ts';
import { parseWith } from './parse-with.ts';
import { readProxyFlags } from './proxy-flags.ts';
import { readText } from './readers.ts';
import { configurationSchema, sshSection } from './schema.ts';
import { readLogin } from './ssh-login.ts';

/** The environment where neither a file nor a manifest names one. */
export const NAMELESS = 'adhoc';
/** Relative file names start in the working folder. */
const FOLDER = '.';

/** The other flags, as they were typed. */
export interface Overrides {
  readonly table?: string | undefined;
  /** From the manifest of saved dumps, where it may be any text of one line. */
  readonly environment?: string | undefined;
  readonly backends?: readonly string[] | undefined;
  readonly maxRatio?: string | undefined;
  readonly maxRatioFloor?: string | undefined;
}

/**
 * The settings of a command line with `--proxy` flags: the file's defaults, environment `adhoc`, no
 * consent to heal unasked. Throws ConfigError with a line `--proxy #2: what is wrong` per
 * complaint.
 */
export function settingsFromFlags(proxies: readonly string[], overrides: Overrides, host: HostAccess): Settings {
  const { environment = NAMELESS } = overrides;
  const name = readText(environment);
  const parsed = parseWith(configurationSchema, treeOf(overrides));
  const { targets, complaints: ofProxies } = readProxyFlags(proxies);
  const login = readLogin(sshSection.parse({}), FOLDER, host);
  const complaints = [
    ...(isProblem(name) ? [`--environment: ${spellProblem({ text: name.problem }, quote(environment))}`] : []),
    ...('complaints' in parsed ? parsed.complaints.map((complaint) => spellComplaint(complaint, overrides)) : []),
    ...ofProxies,
    ...login.complaints.map(({ path, text }) => `${spellPath(path)}: ${text}`),
  ];
  if ('complaints' in parsed) throw new ConfigError(complaints);
  const configuration = { ...parsed.value, environment };
  const heal = readHeal(configuration, FOLDER, host);
  if (isProblem(heal)) complaints.push(`heal.journal: ${heal.problem}`);
  if (isProblem(heal) || complaints.length > 0) throw new ConfigError(complaints);
  const source = { kind: 'list', proxies: targets } as const;
  // `heal.maxRatio` on the command line is no consent to heal unasked, as a section of a file is.
  const unasked = { ...heal, consented: false };
  const history = { ...configuration.history, folder: null };
  return deepFreeze(normalise(configuration, { source, ssh: login.ssh, heal: unasked, discovery: null, history }));
}

/** The flags as a file would spell them. `proxy-flags.ts` reads the proxies. */
function treeOf({ table, backends, maxRatio, maxRatioFloor }: Overrides): unknown {
  return { environment: NAMELESS, table, backends, proxies: {}, heal: { maxRatio, maxRatioFloor } };
}

/** A complaint under the name of the flag, in place of the name in a file. */
function spellComplaint({ path, text, hint }: Complaint, overrides: Overrides): string {
  const { flag, value } = flagOf(path, overrides);
  return `${flag}: ${spellProblem({ text, hint }, value === undefined ? null : quote(value))}`;
}

function flagOf(path: Path, overrides: Overrides): { readonly flag: string; readonly value: string | undefined } {
  const { table, backends, maxRatio, maxRatioFloor } = overrides;
  const [section, name] = path;
  if (section === 'table') return { flag: '--table', value: table };
  if (section === 'backends') return { flag: '--backends', value: backends?.[Number(name)] };
  if (name === 'maxRatio') return { flag: '--max-ratio', value: maxRatio };
  if (name === 'maxRatioFloor') return { flag: '--max-ratio-floor', value: maxRatioFloor };
  throw new Error(`no flag says ${spellPath(path)}`);
}
