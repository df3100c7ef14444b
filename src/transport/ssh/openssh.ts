// Logins by the system's `ssh`, with its own configuration: bastions of ~/.ssh/config,
// certificates, keys on tokens, GSSAPI. One process per login holds the connection (ControlMaster,
// in a private folder); every request goes through it.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { SshClient, SshSettings } from '../../domain/settings.ts';
import { TransportError } from '../../errors.ts';
import { onAbort, type Patience, TURN, unlessAborted, type Wait } from '../deadline.ts';
import { connectionLost } from '../socket-trouble.ts';
import { spellHop } from './hops.ts';
import type { LogIn, SshTarget } from './logins.ts';
import { openSshTrouble, sshMissingTrouble } from './openssh-trouble.ts';
import { openSshConfig, openSshWords } from './openssh-words.ts';
import { commandChannel, forwardedChannel } from './process-channel.ts';
import type { Channel, Login, Way } from './way.ts';

/**
 * OpenSSH begins to drop logins when ten are under way (`MaxStartups 10:30:100`), at a bastion too.
 */
const MOST_AT_ONCE = 8;

/** Milliseconds that the process may take to end before it is killed. */
const GOODBYE_MS = 1_000;

/** What the process that holds the connection prints when the connection stands. */
const READY = 'ready';

/**
 * Ends `ssh` when this program ends, however it ends: then the pipe to descriptor 3 closes. Removes
 * the folder of the control socket. `ssh` prints English, and opens no window to ask for a
 * password.
 */
const KEEPER = [
  'exec 3<&0',
  'folder=$1; shift',
  'export LC_ALL=C SSH_ASKPASS_REQUIRE=never',
  '"$@" </dev/null & ssh=$!',
  '{ read -r _ <&3; kill "$ssh"; } >/dev/null 2>&1 & watch=$!',
  'wait "$ssh"; status=$?',
  'kill "$watch" 2>/dev/null; rm -rf "$folder"; exit "$status"',
].join('\n');

type OpenSsh = Extract<SshClient, { kind: 'openssh' }>;

/** Logins by the system's `ssh`. */
export function openSshLogins(settings: SshSettings, client: OpenSsh, { firstByteMs }: Patience): LogIn {
  const limit = pLimit(MOST_AT_ONCE);
  return async (target, wait) => {
    wait.queues({ ...TURN, what: 'logins at other hosts' });
    const config = openSshConfig(settings, client, firstByteMs);
    const words = openSshWords(target, settings);
    const { login } = await unlessAborted(
      limit(() => logIn(target, { config, words, wait })),
      wait.signal,
    );
    return login;
  };
}

interface LoginWords {
  readonly config: string;
  readonly words: readonly string[];
  readonly wait: Wait;
}

/** The login is wrapped in an object, so that a promise can never take it for another promise. */
async function logIn(target: SshTarget, { config, words, wait }: LoginWords): Promise<{ readonly login: Login }> {
  wait.signal.throwIfAborted();
  const { host } = target.endpoint;
  const place = spellHop(target.endpoint);
  const folder = await mkdtemp(join(tmpdir(), 'splitbrain-'));
  const control = join(folder, 'c');
  await writeFile(join(folder, 'config'), config, { mode: 0o600 });
  const shared = ['ssh', '-F', join(folder, 'config'), ...words, '-o', `ControlPath=${control}`];
  const master = spawn(
    'sh',
    [
      ...['-c', KEEPER, 'sh', folder, ...shared, '-M', '-N', '-T'],
      ...['-o', 'ControlMaster=yes', '-o', 'ControlPersist=no', '-o', 'ClearAllForwardings=yes'],
      ...['-o', 'PermitLocalCommand=yes', '-o', `LocalCommand=echo ${READY}`, '--', host],
    ],
    // A process group of its own: Ctrl-C must reach this program alone, which may have to finish
    // its writes.
    OWN_GROUP,
  );
  const heard = hear(master);
  const gone = new AbortController();
  setMaxListeners(0, gone.signal);
  const ended = new Promise<void>((resolve) => master.once('close', () => resolve()));
  const close = async () => {
    master.stdin?.end();
    const kill = setTimeout(() => killGroup(master), GOODBYE_MS);
    await ended;
    clearTimeout(kill);
  };
  try {
    wait.awaits({
      what: `\`ssh\` to log in at ${place}`,
      remedy: `Try \`ssh -v ${place.replace(/:\d+$/, '')}\` by hand, in batch mode (-o BatchMode=yes).`,
    });
    await standing(master, heard, { place, wait });
  } catch (error) {
    void close();
    throw error;
  }
  void ended.then(() => gone.abort(new TransportError(connectionLost(place, heard.lastLine() || 'ssh ended'))));
  const mux = [...shared, '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false', '-T'];
  const login: Login = {
    broken: gone.signal,
    open: (way, opened) => {
      open(way, { mux, host, folder, heard }).then((channel) => opened(undefined, channel), opened as () => void);
    },
    // `ssh` has no command that asks sshd alone.
    answersWithin: () => null,
    close,
  };
  return { login };
}

interface Heard {
  readonly isReady: Promise<void>;
  /** What `ssh` has written on standard error, the last 4 KB. */
  readonly said: () => string;
  readonly lastLine: () => string;
}

function hear(master: ChildProcess): Heard {
  let said = '';
  master.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4_096);
  });
  master.stdin?.on('error', () => {});
  const isReady = new Promise<void>((resolve) => {
    let out = '';
    master.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out = (out + text).slice(-READY.length - 1);
      if (out.includes(READY)) resolve();
    });
  });
  const lastLine = () => said.trim().split('\n').at(-1)?.trim() ?? '';
  return { isReady, said: () => said, lastLine };
}

function standing(
  master: ChildProcess,
  heard: Heard,
  { place, wait }: { readonly place: string; readonly wait: Wait },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const forget = onAbort([wait.signal], reject);
    const fail = (trouble: TransportError) => {
      forget();
      reject(trouble);
    };
    master.once('error', (error) => fail(new TransportError(sshMissingTrouble(place), { cause: error })));
    master.once('close', (code) => {
      const trouble = code === 127 ? sshMissingTrouble(place) : openSshTrouble(place, heard.said());
      fail(new TransportError(trouble));
    });
    void heard.isReady.then(() => {
      forget();
      resolve();
    });
  });
}

interface Through {
  readonly mux: readonly string[];
  readonly host: string;
  readonly folder: string;
  readonly heard: Heard;
}

async function open(way: Way, { mux, host, folder, heard }: Through): Promise<Channel> {
  const [program = '', ...words] = mux;
  if (way.kind === 'exec') return commandChannel(spawn(program, [...words, '--', host, way.command], OWN_GROUP));
  const remote =
    way.kind === 'streamlocal'
      ? way.path.replace(/[\\:]/g, '\\$&')
      : `${way.host.includes(':') ? `[${way.host}]` : way.host}:${way.port}`;
  // A socket for each place: `ssh` would refuse to forward one to two.
  const local = join(folder, `s${createHash('sha256').update(remote).digest('hex').slice(0, 16)}`);
  // Requested each time: `ssh` accepts a forwarding that exists already.
  await forward(spawn(program, [...words, '-O', 'forward', '-L', `${local}:${remote}`, '--', host], OWN_GROUP));
  return forwardedChannel(net.connect({ path: local, allowHalfOpen: true }), heard.said);
}

const OWN_GROUP = { stdio: 'pipe', detached: true } as const;

function forward(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stdout?.resume();
    child.stdin?.on('error', () => {}).end();
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(said.trim() || `ssh ended with ${code}`)),
    );
  });
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
