// A mesh named on the command line: Settings without a configuration file, from `--proxy
// [name=]endpoint`.

import type { Endpoint, ProxyTarget } from '../domain/proxy.ts';
import { spellEndpoint } from '../domain/proxy.ts';
import type { Settings } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { isProblem, type Problem, quote, spellPath, spellProblem } from '../input/complaint.ts';
import { parseEndpoint } from '../input/endpoint.ts';
import type { HostAccess } from '../input/files.ts';
import { isProxyName } from '../input/names.ts';
import { readCloudWatch } from './cloudwatch-section.ts';
import { deepFreeze } from './freeze.ts';
import { readHeal } from './heal-section.ts';
import { readBackendGlob, readRatio, readTableName, readText, wholeNumber } from './readers.ts';
import { defaultLogin } from './ssh-login.ts';

interface Named {
  readonly flag: string;
  readonly name: string | null;
  readonly endpoint: Endpoint;
}

/** What else the flags say, as it was typed. */
export interface Overrides {
  readonly table?: string | undefined;
  readonly environment?: string | undefined;
  readonly backends?: readonly string[] | undefined;
  readonly maxRatio?: string | undefined;
  readonly maxRatioFloor?: string | undefined;
}

/**
 * What holds for `--proxy` given once or more and nothing else: the file's defaults, environment
 * `adhoc`, table `nodes`. Throws ConfigError with a line `--proxy #2: what is wrong` per complaint.
 */
export function settingsFromFlags(proxies: readonly string[], overrides: Overrides, host: HostAccess): Settings {
  const complaints: string[] = [];
  const table = overrides.table ?? 'nodes';
  const environment = overrides.environment ?? 'adhoc';
  const read = <T>(flag: string, value: string, reader: (value: unknown) => T | Problem): T | undefined => {
    const result = reader(value);
    if (!isProblem(result)) return result;
    complaints.push(`${flag}: ${spellProblem({ text: result.problem }, quote(value))}`);
    return undefined;
  };
  read('--table', table, readTableName);
  read('--environment', environment, readText);
  const backends = overrides.backends?.flatMap((glob) => read('--backends', glob, readBackendGlob) ?? []) ?? null;
  const { maxRatio, maxRatioFloor } = overrides;
  const limits = {
    ...(maxRatio !== undefined && { maxRatio: read('--max-ratio', maxRatio, readRatio) ?? 0 }),
    ...(maxRatioFloor !== undefined && {
      maxRatioFloor: read('--max-ratio-floor', maxRatioFloor, wholeNumber(0)) ?? 0,
    }),
  };
  if (proxies.length === 0)
    complaints.push('--proxy: is missing: name at least one proxy, as in --proxy tcp://host:9999');
  const named = proxies.map((text, index) => readFlag(text, `--proxy #${index + 1}`, complaints));
  const targets =
    complaints.length === 0
      ? nameAll(
          named.filter((proxy) => proxy !== null),
          complaints,
        )
      : [];
  const login = defaultLogin(host);
  complaints.push(...login.complaints.map(({ path, text }) => `${spellPath(path)}: ${text}`));
  const heal = readHeal(undefined, 3000, '.', host);
  if (isProblem(heal)) complaints.push(`heal.journal: ${heal.problem}`);
  if (isProblem(heal) || complaints.length > 0) throw new ConfigError(complaints);
  return deepFreeze({
    environment,
    table,
    backends,
    keyLength: null,
    proxies: { source: { kind: 'list', proxies: targets }, expected: null, ignorePeers: [] },
    ssh: login.ssh,
    collect: { concurrency: 20, perRegion: 1, timeoutMs: 60_000, firstByteMs: 10_000, compress: 'auto' },
    confirm: { reads: 2, settleMs: 3000 },
    census: null,
    heal: { ...heal, ...limits },
    discovery: null,
    ...readCloudWatch(undefined, undefined, environment),
  });
}

function readFlag(text: string, flag: string, complaints: string[]): Named | null {
  const parts = /^([^=:/@]*)=(.*)$/s.exec(text);
  const name = parts ? parts[1]! : null;
  const several = text.split(/[,\s]+/).filter((part) => part !== '');
  if (several.length > 1 && several.every((part) => !isProblem(parseEndpoint(part)))) {
    complaints.push(`${flag}: expected one endpoint, found ${several.length}: give --proxy for each`);
    return null;
  }
  const endpoint = parseEndpoint(parts ? parts[2]! : text);
  if (isProblem(endpoint)) {
    complaints.push(`${flag}: ${spellProblem({ text: endpoint.problem, hint: endpoint.hint }, quote(text))}`);
    return null;
  }
  if (name !== null && !isProxyName(name)) {
    complaints.push(`${flag}: expected a name of letters, digits and . _ - in front of the =, found ${quote(name)}`);
    return null;
  }
  return { flag, name, endpoint };
}

/** Gives every proxy a name: its own, else the shortest that no other one has. */
function nameAll(proxies: readonly Named[], complaints: string[]): readonly ProxyTarget[] {
  const seen = new Map<string, string>();
  for (const { flag, name, endpoint } of proxies) {
    for (const claim of name === null ? [spellEndpoint(endpoint)] : [spellEndpoint(endpoint), name]) {
      const first = seen.get(claim);
      if (first === undefined) seen.set(claim, flag);
      else complaints.push(`${flag}: ${quote(claim)} is also that of ${first}`);
    }
  }
  const choices = proxies.map(({ name, endpoint }) => (name === null ? namesFor(endpoint) : [name]));
  const taken = new Set(proxies.map(({ name }) => name).filter((name) => name !== null));
  return proxies.map(({ name, endpoint }, index) => {
    const others = new Set(choices.filter((_, other) => other !== index).map(([first]) => first));
    const free = choices[index]!.find((choice, level) => (level > 0 || !others.has(choice)) && !taken.has(choice));
    const chosen = name ?? free ?? numbered(choices[index]![0]!, taken);
    taken.add(chosen);
    return { name: chosen, endpoint, region: null };
  });
}

/**
 * From short to long: the socket's file name and its folder's, or the host and the host with its
 * port.
 */
function namesFor(endpoint: Endpoint): readonly string[] {
  if (endpoint.kind !== 'unix') return [endpoint.host, `${endpoint.host}:${endpoint.port}`].map(asName);
  const [file = '', folder = ''] = endpoint.path.split('/').filter(Boolean).reverse();
  const base = file.replace(/^abns@|\.sock(?:et)?$/g, '');
  return (folder === '' ? [base] : [base, folder, `${folder}-${base}`]).map(asName);
}

function asName(text: string): string {
  return (
    text
      .replace(/[^A-Za-z0-9_.:-]/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 200) || 'proxy'
  );
}

function numbered(base: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
  }
}
