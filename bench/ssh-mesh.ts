// An sshd of our own in front of the live mesh, the configuration that goes through it, and the
// command that `ssh` runs to compare with.

import { existsSync } from 'node:fs';
import type { MeshProxy } from '../lab/mesh/mesh.ts';
import { configure, type MeshConfig } from '../lab/mesh/mesh-config.ts';
import type { Scratch } from '../lab/scratch.ts';
import { type Sshd, sshdMissing, startSshd } from '../lab/servers/sshd.ts';

/** The first cipher that our transport offers; sshd takes what the client names first. */
const CIPHER = 'aes128-gcm@openssh.com';

/** A port in front of sshd (default: sshd itself), and peers of the mesh that are not looked at. */
interface Behind {
  readonly port?: number;
  readonly outside?: readonly string[];
}

export interface SshMesh {
  /** `-c FILE`: the proxies behind sshd, `compress` as the configuration spells it. */
  configure(proxies: readonly MeshProxy[], compress: 'auto' | 'never', more?: Behind): readonly string[];
  /** The same, dumps in plain, by the system's `ssh` on the same cipher. */
  configureOpenSsh(proxies: readonly MeshProxy[]): readonly string[];
  /** The words after `ssh` that dump one proxy's table, from the command on standard input. */
  clientWords(proxy: MeshProxy): readonly string[];
  readonly port: number;
  stop(): Promise<void>;
}

/** Why one cannot be had here, or `null`. */
export function sshMissing(): string | null {
  if (!existsSync('/usr/bin/ssh')) return 'ssh is not installed (Debian: openssh-client)';
  if (!existsSync('/usr/bin/socat')) return 'socat is not installed';
  return sshdMissing();
}

export async function startSshMesh(scratch: Scratch): Promise<SshMesh> {
  const sshd: Sshd = await startSshd();
  const hostKey = sshd.hostKeyLine.slice(sshd.hostKeyLine.indexOf(' '));
  const files = new Map<number, string>();
  // Written once: another ssh may be reading it.
  const knownHosts = (port: number): string => {
    const path = files.get(port) ?? scratch.file(`known_hosts-${port}`, `[127.0.0.1]:${port}${hostKey}\n`);
    files.set(port, path);
    return path;
  };
  const settings = (port: number) =>
    `agent: false, privateKey: ${sshd.clientKeyPath}, knownHosts: ${knownHosts(port)}, sudo: false`;
  const behind = (proxies: readonly MeshProxy[], port: number, more: MeshConfig) => {
    const endpoints = Object.fromEntries(
      proxies.map(({ name, socketPath }) => [name, `ssh://${sshd.user}@127.0.0.1:${port}${socketPath}`]),
    );
    return configure(scratch, { proxies }, { endpoints, ...more });
  };
  const ownConfig = scratch.file('ssh_config', `Ciphers ${CIPHER}\n`);
  return {
    port: sshd.port,
    configure: (proxies, compress, { port = sshd.port, outside = [] } = {}) => {
      const lines = [`ssh: { ${settings(port)} }`, `collect: { compress: ${compress} }`];
      return behind(proxies, port, { lines, ignorePeers: outside });
    },
    configureOpenSsh: (proxies) =>
      behind(proxies, sshd.port, {
        lines: [
          `ssh: { client: openssh, config: ${ownConfig}, ${settings(sshd.port)} }`,
          'collect: { compress: never }',
        ],
      }),
    clientWords: ({ socketPath }) => [
      ...['-F', 'none', '-c', CIPHER, '-p', String(sshd.port), '-i', sshd.clientKeyPath],
      ...['BatchMode=yes', 'IdentitiesOnly=yes', `UserKnownHostsFile=${knownHosts(sshd.port)}`].flatMap((each) => [
        '-o',
        each,
      ]),
      `${sshd.user}@127.0.0.1`,
      `socat -b65536 -t30 - 'UNIX-CONNECT:${socketPath}'`,
    ],
    stop: () => sshd.stop(),
  };
}
