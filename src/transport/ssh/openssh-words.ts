// What the system's `ssh` is told: options for the whole run, and words for one proxy. Pure.

import type { SshClient, SshSettings } from '../../domain/settings.ts';
import { hopsTo, spellHop } from './hops.ts';
import type { SshTarget } from './logins.ts';

/** The files that `ssh` reads by itself; `-F` would put an end to both. */
const OWN_FILES = ['~/.ssh/config', '/etc/ssh/ssh_config'] as const;

/**
 * A configuration for `ssh -F`: our options first, for the first value that it finds counts, then
 * the person's own file. In a file, because `ssh` hands it on to the hosts of `-J`, and options of
 * the command line not.
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

/** The words in front of the host, but for what makes a connection shared. */
export function openSshWords(target: SshTarget, settings: SshSettings): readonly string[] {
  const { user, port } = target.endpoint;
  const hops = hopsTo(target, settings.jumps);
  const options = ['LogLevel=INFO', 'RequestTTY=no', 'RemoteCommand=none'];
  return [
    ...(hops.length === 0 ? [] : ['-J', hops.map(spellHop).join(',')]),
    ...['-l', user],
    // The usual port says nothing: the person's own configuration may have another one for this
    // host.
    ...(port === 22 ? [] : ['-p', String(port)]),
    ...options.flatMap((option) => ['-o', option]),
  ];
}

/** In quotes of ssh_config: a path may hold blanks. `%` begins a token of its own there. */
function quote(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}
