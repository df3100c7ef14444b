// The lab of the tests with a real sshd: that sshd, two stand-ins for HAProxy behind it, keys,
// and transports to them.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeKey, type SshdOptions, startSshd } from '../../lab/servers/sshd.ts';
import type { SshSettings } from '../../src/domain/settings.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { jumpsThrough, openTransport, sshSettings, targetOf } from '../transport/settings.ts';
import { deadPort } from './bad-proxies.ts';
import { startStatsSocket } from './stats-socket.ts';

/** Whether a program is on the path of this process; what it says is for `describe.skipIf`. */
export const installed = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/**
 * 20 MB of lines that no two of which are alike, so that a lost, doubled or swapped piece shows.
 */
export const dump = Buffer.from(
  Array.from(
    { length: 200_000 },
    (_, i) => `0x55d${i}: key=tenant/room-${i} use=0 exp=${i} shard=0 server_id=1 server_key=-\n`,
  )
    .join('')
    .padEnd(20_000_000, '#'),
);

export type SshdLab = Awaited<ReturnType<typeof startSshdLab>>;

/** Keys in `folder`: `locked` (passphrase `open sesame`) may log in, `stranger` may not. */
export async function startSshdLab() {
  const folder = mkdtempSync(join(tmpdir(), 'ssh-'));
  makeKey(join(folder, 'locked'), 'ed25519', 'open sesame');
  makeKey(join(folder, 'stranger'), 'ed25519');
  const publicKey = (name: string) => readFileSync(join(folder, `${name}.pub`), 'utf8').trim();
  const sshd = await startSshd({ authorizedKeys: [publicKey('locked')] });
  // Punctuation to which shells and socat give a meaning.
  mkdirSync(join(folder, "it's, a:b!"));
  const path = join(folder, "it's, a:b!", 'admin "1" $HOME.sock');
  const answer = (request: string) => (request === 'show table nodes\n' ? dump : request && `<${request}>`);
  const stats = await startStatsSocket(path, answer);
  const statsTcp = await startStatsSocket(null, answer);
  const transports: Transport[] = [];
  // By another name than the proxy's host: `ssh` goes through no host to that same host.
  const hostKeyLines = `${sshd.hostKeyLine}\n${sshd.hostKeyLine.replace('127.0.0.1', 'localhost')}\n`;
  writeFileSync(join(folder, 'known_hosts'), hostKeyLines);
  writeFileSync(join(folder, 'ssh_config'), '');
  const closeTransports = async () => {
    for (const transport of transports.splice(0)) await transport.close();
  };

  return {
    sshd,
    folder,
    publicKey,
    /**
     * The system's `ssh`, which knows that sshd's key, and nothing of this machine's own
     * configuration.
     */
    openssh: {
      kind: 'openssh',
      configFile: join(folder, 'ssh_config'),
      knownHostsFile: join(folder, 'known_hosts'),
    } as const,
    /** The socket that all these ways lead to. */
    statsPath: path,
    /** A port of this machine behind which somebody answers. */
    statsPort: statsTcp.port,
    /** Every proxy behind that sshd. */
    jumps: jumpsThrough({ user: sshd.user, host: 'localhost', port: sshd.port }),
    keyFile: (name: string, passphrase: string | null = null) => ({
      path: name,
      contents: readFileSync(join(folder, name), 'utf8'),
      passphrase,
    }),
    /** A transport that works, but for what `more` and `at` change. */
    open: (more: Partial<SshSettings> = {}, at: { path?: string; port?: number } = {}) => {
      const port = at.port ?? sshd.port;
      const endpoint = { kind: 'ssh', user: sshd.user, host: '127.0.0.1', port, path: at.path ?? path } as const;
      const privateKey = { path: sshd.clientKeyPath, contents: sshd.clientKey, passphrase: null };
      const knownHosts = { path: 'known_hosts', text: hostKeyLines };
      const transport = openTransport(targetOf(endpoint), sshSettings({ privateKey, knownHosts, ...more }));
      transports.push(transport);
      return transport;
    },
    /** Runs `work` with a second sshd that lets the same client key in. */
    withSshd: async (
      options: SshdOptions,
      work: (port: number, knownHosts: { path: string; text: string }) => Promise<void>,
    ) => {
      const authorizedKeys = [readFileSync(`${sshd.clientKeyPath}.pub`, 'utf8').trim()];
      const second = await startSshd({ authorizedKeys, ...options });
      try {
        await work(second.port, { path: 'known_hosts', text: second.hostKeyLine });
      } finally {
        await closeTransports();
        await second.stop();
      }
    },
    deadPort,
    closeTransports,
    clear: async () => {
      await stats.stop();
      await statsTcp.stop();
      await sshd.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
