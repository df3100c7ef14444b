// How to log in to proxies, from the `ssh` section and the files that it names.

import type { SshClient, SshSettings } from '../domain/settings.ts';
import { type Complaint, isProblem, type Problem } from '../input/complaint.ts';
import { lookUp } from '../input/environment.ts';
import { DEFAULT_KNOWN_HOSTS, type HostAccess, locateFile, readTextFile } from '../input/files.ts';
import type { SshSection } from './schema.ts';

/** Jitsi's playbooks touch it to keep their status runs away, and test only whether it is there. */
const USUAL_LOCK_FILE = '/tmp/haproxy-status.lock';

type ReadLogin = { readonly ssh: SshSettings; readonly complaints: readonly Complaint[] };

/**
 * Reads the private key, which must exist, and the known hosts, which need not. Relative names
 * start at `folder`.
 */
export function readLogin(section: SshSection, folder: string, host: HostAccess): ReadLogin {
  const complaints: Complaint[] = [];
  const privateKey = readKey(section, folder, host);
  if (isProblem(privateKey)) complaints.push({ path: ['ssh', 'privateKey'], text: privateKey.problem });
  const knownHosts = readKnownHosts(section.knownHosts, folder, host);
  if (isProblem(knownHosts)) complaints.push({ path: ['ssh', 'knownHosts'], text: knownHosts.problem });
  const client = readClient(section, folder, host);
  if (isProblem(client)) complaints.push({ path: ['ssh', 'config'], text: client.problem });
  const { agent, via, sudo, lockFile, jump } = section;
  const ssh: SshSettings = {
    client: isProblem(client) ? { kind: 'builtin' } : client,
    agentSocket: agent === false ? null : lookUp(host.env, 'SSH_AUTH_SOCK') || null,
    refusesAgent: agent === false,
    privateKey: isProblem(privateKey) ? null : privateKey,
    knownHosts: isProblem(knownHosts) ? { path: section.knownHosts, text: '' } : knownHosts,
    via: via.kind === 'socat' ? { kind: 'socat', sudo: sudo ?? true } : via,
    lockFile: lockFile === undefined ? USUAL_LOCK_FILE : lockFile,
    jumps: jump ?? [],
  };
  return { ssh, complaints };
}

/** The system's `ssh` reads its configuration itself; a file that is named here must exist. */
function readClient(section: SshSection, folder: string, host: HostAccess): SshClient | Problem {
  if (section.client === 'builtin') return { kind: 'builtin' };
  const { config, knownHosts } = section;
  const configFile = config === undefined ? null : locateFile(config, folder, host.env);
  if (configFile !== null) {
    if (isProblem(configFile)) return configFile;
    const file = readTextFile(configFile, host);
    if (isProblem(file)) return file;
  }
  const named = knownHosts === DEFAULT_KNOWN_HOSTS ? null : locateFile(knownHosts, folder, host.env);
  return { kind: 'openssh', configFile, knownHostsFile: isProblem(named) ? null : named };
}

function readKey(section: SshSection, folder: string, host: HostAccess): SshSettings['privateKey'] | Problem {
  if (section.privateKey === undefined) return null;
  const path = locateFile(section.privateKey, folder, host.env);
  if (isProblem(path)) return path;
  const file = readTextFile(path, host);
  return isProblem(file) ? file : { path, contents: file.text, passphrase: section.passphrase || null };
}

function readKnownHosts(name: string, folder: string, host: HostAccess): SshSettings['knownHosts'] | Problem {
  const path = locateFile(name, folder, host.env);
  // Without a home directory there is no known_hosts: only logins by SSH fail by it, and they
  // report it.
  if (isProblem(path)) return name === DEFAULT_KNOWN_HOSTS ? { path: name, text: '' } : path;
  const file = readTextFile(path, host);
  if (!isProblem(file)) return { path, text: file.text };
  return file.isMissing ? { path, text: '' } : file;
}
