// One login by the built-in client: makes a byte stream into a connection on which channels can be
// opened.

import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ConnectConfig, type ParsedKey } from 'ssh2';
import type { Hop, SshSettings } from '../../domain/settings.ts';
import { TransportError } from '../../errors.ts';
import { onAbort, type Wait } from '../deadline.ts';
import { connectionLost } from '../socket-trouble.ts';
import { ownAgent } from './agent.ts';
import type { ChannelOpenError } from './channel-trouble.ts';
import { answersWithin } from './distance.ts';
import { hearGreeting } from './greeting.ts';
import { spellHop } from './hops.ts';
import { hostKeyAlgorithms, hostKeyTrouble } from './host-key.ts';
import { keyFileTrouble } from './key-file.ts';
import { type LoginError, loginTrouble } from './login-trouble.ts';
import { offerProofs } from './proofs.ts';
import type { Channel, Login, Way } from './way.ts';

/** Milliseconds. A far end that takes no goodbye must not delay the end of a run. */
const GOODBYE_MS = 1_000;

/** Where to log in, and with which keys. */
export interface LoginTarget {
  readonly hop: Hop;
  readonly settings: SshSettings;
}

/**
 * `line` leads to the host's sshd and may still be connecting; it belongs to the login from here
 * on. Rejects with `TransportError`.
 */
export function login({ hop, settings }: LoginTarget, line: Duplex, wait: Wait): Promise<Login> {
  return new Promise((resolve, reject) => {
    const place = spellHop(hop);
    const client = new ssh2.Client();
    const gone = new AbortController();
    setMaxListeners(0, gone.signal);
    const greeting = hearGreeting(line);
    const tell = (what: string, remedy: string) => wait.awaits({ what, remedy });
    const { agentSocket } = settings;
    const agent =
      agentSocket === null
        ? null
        : ownAgent(agentSocket, () =>
            tell(
              `the SSH agent at ${agentSocket}`,
              'It may wait for a person to unlock or confirm a key: look at it, set ssh.agent: false, or name ssh.privateKey.',
            ),
          );
    // The goodbye was sent: the far end's own close is not waited for.
    const ended = new Promise<void>((done) => line.once('finish', done).once('close', done));
    let handshaken = false;
    let agentError: Error | null = null;
    let refused: TransportError | null = null;

    let forget = () => {};
    const end = (reason: unknown) => {
      forget();
      agent?.close();
      gone.abort(reason);
      line.destroy();
      reject(reason);
    };
    const key = readKey(settings);
    if (key instanceof TransportError) return end(key);
    const proofs = offerProofs(hop.user, key, agent);
    const progress = () => ({
      handshaken,
      greeting: greeting(),
      agentError,
      agentKeys: agent?.keyCount() ?? null,
      wanted: proofs.wanted(),
      isHalfway: proofs.isHalfway(),
    });
    // ssh2 1.17 may emit `error` twice, also after the login has failed. This listener stays, and
    // only the first reason counts.
    client.on('error', (error: LoginError) => {
      // After an agent that does not answer, the next proof is tried; if none is left, the login
      // fails.
      if (error.level === 'agent') agentError = error;
      else
        end(
          refused ??
            new TransportError(loginTrouble(error, { place, settings, progress: progress() }), { cause: error }),
        );
    });
    client.on('end', () => end(new TransportError(connectionLost(place, 'the far end closed it'))));
    client.on('close', () => end(new TransportError(connectionLost(place, 'closed'))));
    client.once('handshake', () => {
      handshaken = true;
      tell(
        `${place} to let this user in`,
        `Look at sshd's log on that host: it may be waiting for PAM or a directory.`,
      );
    });
    client.once('ready', () => {
      forget();
      agent?.close();
      resolve({
        broken: gone.signal,
        open: (way, opened) => openOn(client, way, opened),
        answersWithin: (limitMs) => answersWithin(limitMs, client, gone.signal),
        close,
      });
    });
    const close = async () => {
      client.end();
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((done) => {
        timer = setTimeout(done, GOODBYE_MS);
      });
      await Promise.race([ended, patience]);
      clearTimeout(timer);
      line.destroy();
    };

    const verify = (blob: Buffer) => {
      const trouble = hostKeyTrouble(settings.knownHosts, hop, blob);
      if (trouble) refused = new TransportError(trouble);
      return trouble === null;
    };
    forget = onAbort([wait.signal], end);
    if (wait.signal.aborted) return;
    tell(`the SSH server at ${place}`, 'Check the address, the route and firewalls to it, and that sshd runs there.');
    client.connect({ ...connectConfig(hop, settings), sock: line, hostVerifier: verify, authHandler: proofs.offer });
  });
}

/** Reads the key here, because ssh2 would throw for one that it cannot read. */
function readKey({ privateKey }: SshSettings): ParsedKey | TransportError | null {
  if (privateKey === null) return null;
  const { contents, passphrase } = privateKey;
  const key = ssh2.utils.parseKey(contents, passphrase ?? undefined);
  if (key instanceof Error) return new TransportError(keyFileTrouble(privateKey, key.message), { cause: key });
  return key.isPrivateKey() ? key : new TransportError(keyFileTrouble(privateKey, 'it is a public key'));
}

function openOn(client: Client, way: Way, opened: (error: ChannelOpenError | undefined, channel: Channel) => void) {
  switch (way.kind) {
    case 'exec':
      client.exec(way.command, opened);
      return;
    case 'streamlocal':
      client.openssh_forwardOutStreamLocal(way.path, opened);
      return;
    case 'tcp':
      client.forwardOut('127.0.0.1', 0, way.host, way.port, opened);
      return;
  }
}

function connectConfig(hop: Hop, settings: SshSettings): ConnectConfig {
  return {
    username: hop.user,
    // The request's own deadline ends a login that hangs, by destroying the line.
    readyTimeout: 0,
    keepaliveInterval: 5_000,
    keepaliveCountMax: 3,
    // An sshd that cannot forward to a unix socket refuses it itself. ssh2 would guess that from
    // the name of the server software.
    strictVendor: false,
    algorithms: {
      serverHostKey: hostKeyAlgorithms(settings.knownHosts, hop),
      // Fastest first: AES runs in hardware, and GCM needs no second pass for integrity.
      cipher: [
        'aes128-gcm@openssh.com',
        'aes256-gcm@openssh.com',
        'aes128-ctr',
        'aes192-ctr',
        'aes256-ctr',
        'chacha20-poly1305@openssh.com',
      ],
    },
  };
}
