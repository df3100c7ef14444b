// Starts a real sshd (Debian's openssh-server) on loopback, with keys of its own, and ends it
// again. Used by tests and the demo.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { atExit } from '../at-exit.ts';
import { claimPorts } from '../free-ports.ts';

const SSHD = '/usr/sbin/sshd';

/**
 * OpenSSH 10 in a root of its own, where `scripts/fetch-sshd.sh sid` has put it; only root may
 * start it.
 */
export const NEWER_SSHD = fileURLToPath(new URL('../../.cache/sshd/sid/sshd', import.meta.url));

export interface SshdOptions {
  /** The program; Debian's own unless said otherwise. */
  readonly program?: string;
  /** The host's key; ed25519 unless said otherwise. */
  readonly hostKeyType?: 'ed25519' | 'ecdsa' | 'rsa';
  /**
   * Further lines of sshd_config; sshd takes the first line that names an option, and these come
   * first.
   */
  readonly config?: readonly string[];
  /** Public keys that may log in beside the client key. */
  readonly authorizedKeys?: readonly string[];
}

/**
 * `hostKeyLine` is a line of known_hosts, `clientKey` the contents of the private key at
 * `clientKeyPath`, without passphrase.
 */
export interface Sshd {
  readonly port: number;
  readonly user: string;
  readonly hostKeyLine: string;
  readonly clientKeyPath: string;
  readonly clientKey: string;
  /** What it has logged so far. */
  readonly log: () => readonly string[];
  stop(): Promise<void>;
}

/** Why no sshd can be started here, or `null` where one can. */
export function sshdMissing(): string | null {
  return existsSync(SSHD) ? null : `${SSHD} is missing (Debian: apt-get install openssh-server)`;
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'sshd-'));
  const hostKey = makeKey(join(folder, 'host_key'), options.hostKeyType ?? 'ed25519');
  const clientKey = makeKey(join(folder, 'client_key'), 'ed25519');
  const authorized = [clientKey.publicKey, ...(options.authorizedKeys ?? [])];
  writeFileSync(join(folder, 'authorized_keys'), `${authorized.join('\n')}\n`, { mode: 0o600 });
  // As root, sshd gives its unprivileged child this empty folder; the package's own unit would
  // create it.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });

  const block = await claimPorts(1);
  const port = block.ports[0]!;
  writeFileSync(join(folder, 'sshd_config'), configText(folder, port, options.config ?? []));
  const child = spawn(options.program ?? SSHD, ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  const forget = atExit(() => {
    child.kill('SIGTERM');
    removeFolder();
  });
  const stop = async () => {
    await ended(child);
    await block.release();
    removeFolder();
    forget();
  };

  const log: string[] = [];
  const complaint = await listening(child, log);
  if (complaint !== null) {
    await stop();
    throw new Error(`sshd did not start: ${complaint}`);
  }
  const [type, blob] = hostKey.publicKey.split(' ');
  return {
    port,
    user: userInfo().username,
    hostKeyLine: `[127.0.0.1]:${port} ${type} ${blob}`,
    clientKeyPath: clientKey.path,
    clientKey: readFileSync(clientKey.path, 'utf8'),
    log: () => log,
    stop,
  };
}

/** Why no newer sshd can be started here, or `null` where one can. */
export function newerSshdMissing(): string | null {
  return existsSync(NEWER_SSHD) ? null : 'OpenSSH 10 is missing: run scripts/fetch-sshd.sh sid';
}

/** Makes a key pair with ssh-keygen; `publicKey` is one line without a comment. */
export function makeKey(path: string, type: string, passphrase = ''): { path: string; publicKey: string } {
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', '', '-f', path]);
  chmodSync(path, 0o600);
  return { path, publicKey: readFileSync(`${path}.pub`, 'utf8').trim() };
}

function configText(folder: string, port: number, first: readonly string[]): string {
  return [
    ...first,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${folder}/host_key`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PidFile none',
    // The folder is below /tmp, which StrictModes distrusts; PAM would need root and an account
    // with a password.
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UseDNS no',
    // The last line counts here, unlike elsewhere (OpenSSH 9.2).
    first.find((line) => line.startsWith('MaxStartups')) ?? 'MaxStartups 100',
    '',
  ].join('\n');
}

/** `null` once sshd says that it listens, else what it said when it gave up. */
function listening(child: ChildProcess, said: string[]): Promise<string | null> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: child.stderr! });
    // Read to the end, or sshd would stall on a full pipe.
    lines.on('line', (line) => {
      said.push(line);
      if (line.startsWith('Server listening')) resolve(null);
    });
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => resolve(said.join('; ')));
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
