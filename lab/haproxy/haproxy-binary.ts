// Which HAProxies this machine has: the system's, those that scripts/fetch-haproxy.sh unpacked, and
// those named in SPLITBRAIN_HAPROXIES.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `version` as HAProxy says it (`2.6.12-1+deb12u4`), `branch` its first two numbers (`2.6`). */
export interface HaproxyBinary {
  readonly version: string;
  readonly branch: string;
  readonly command: string;
}

export interface AbsentHaproxy {
  readonly name: string;
  readonly reason: string;
}

const project = fileURLToPath(new URL('../../', import.meta.url));
const fetched = [
  { suite: 'trixie', name: 'HAProxy 3.0' },
  { suite: 'sid', name: 'HAProxy 3.2' },
  { suite: 'experimental', name: 'HAProxy 3.4' },
];
// sbin is not on the search path of an ordinary user.
const systemPaths = ['/usr/local/sbin/haproxy', '/usr/sbin/haproxy'];

function probe(command: string): HaproxyBinary | string {
  const run = spawnSync(command, ['-v'], { encoding: 'utf8', timeout: 60_000 });
  const version = /^HA-?Proxy version (\S+)/.exec(run.stdout ?? '')?.[1];
  const branch = version && /^\d+\.\d+/.exec(version)?.[0];
  if (!version || !branch) return `${command} -v does not answer as HAProxy: ${run.error?.message ?? run.stderr}`;
  return { version, branch, command };
}

/** Looks once; oldest version first, a version that is there twice counts once. */
function look(): { readonly found: readonly HaproxyBinary[]; readonly absent: readonly AbsentHaproxy[] } {
  const found = new Map<string, HaproxyBinary>();
  const absent: AbsentHaproxy[] = [];
  const add = (name: string, command: string, remedy: string) => {
    const binary = existsSync(command) ? probe(command) : `no ${command}; ${remedy}`;
    if (typeof binary === 'string') absent.push({ name, reason: binary });
    else if (!found.has(binary.version)) found.set(binary.version, binary);
  };
  const system = systemPaths.find((path) => existsSync(path)) ?? '/usr/sbin/haproxy';
  add("the system's HAProxy", system, 'run scripts/install-debian-packages.sh haproxy');
  for (const { suite, name } of fetched) {
    add(name, `${project}.cache/haproxy/${suite}/haproxy`, `run scripts/fetch-haproxy.sh ${suite}`);
  }
  for (const path of (process.env.SPLITBRAIN_HAPROXIES ?? '').split(':').filter((path) => path !== '')) {
    add(path, path, 'SPLITBRAIN_HAPROXIES names it');
  }
  const oldestFirst = [...found.values()].sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
  return { found: oldestFirst, absent };
}

let seen: ReturnType<typeof look> | undefined;
const looked = () => {
  seen ??= look();
  return seen;
};

/** Every HAProxy that starts here, oldest first; empty where there is none. */
export function haproxyBinaries(): readonly HaproxyBinary[] {
  return looked().found;
}

/**
 * The versions one could have and has not, each with the reason: a test that skips them says so.
 */
export function absentHaproxies(): readonly AbsentHaproxy[] {
  return looked().absent;
}
