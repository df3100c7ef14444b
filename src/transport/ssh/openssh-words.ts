// The arguments and options of the system's `ssh`: options for the whole run, arguments for one
// proxy. Pure.

import type { SshClient, SshSettings } from '../../domain/settings.ts';
import { hopsTo, spellHop } from './hops.ts';
import type { SshTarget } from './logins.ts';

/** The files that `ssh` reads by default; with `-F` it would read neither. */
const OWN_FILES = ['~/.ssh/config', '/etc/ssh/ssh_config'] as const;

/**
 * A configuration for `ssh -F`: our options, then the person's own file; `ssh` takes the first
 * value that it finds. It is a file, because `ssh` uses the file of `-F` also for the hosts of
 * `-J`, but not the options of its command line.
 */
export function openSshConfig(
  settings: SshSettings,
  { configFile, knownHostsFile }: Extract<SshClient, { kind: 'openssh' }>,
  connectMs: number,
): string {
  const options = [
    'BatchMode yes',
    `ConnectTimeout ${Math.ceil(connectMs / 1000)}`,
    'ServerAliveInterval 5',
    'ServerAliveCountMax 3',
    'ForwardAgent no',
    'ForwardX11 no',
    ...(knownHostsFile === null ? [] : [`UserKnownHostsFile ${quote(knownHostsFile)}`]),
    ...(settings.refusesAgent ? ['IdentityAgent none'] : []),
    ...(settings.privateKey === null ? [] : [`IdentityFile ${quote(settings.privateKey.path)}`]),
  ];
  const files = configFile === null ? OWN_FILES : [quote(configFile)];
  return ['Host *', ...options.map((option) => `  ${option}`), ...files.map((file) => `Include ${file}`), ''].join(
    '\n',
  );
}

/** The arguments before the host, without those of a shared connection. */
export function openSshWords(target: SshTarget, settings: SshSettings): readonly string[] {
  const { user, port } = target.endpoint;
  const hops = hopsTo(target, settings.jumps);
  const options = ['LogLevel=INFO', 'RequestTTY=no', 'RemoteCommand=none'];
  return [
    ...(hops.length === 0 ? [] : ['-J', hops.map(spellHop).join(',')]),
    ...['-l', user],
    // Port 22 is left out: the person's own configuration may name another port for this host.
    ...(port === 22 ? [] : ['-p', String(port)]),
    ...options.flatMap((option) => ['-o', option]),
  ];
}

/** In quotes of ssh_config: a path may hold blanks. `%` begins a token there, so it is doubled. */
function quote(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}
