// One login by SSH: from a byte stream to a connection on which channels can be opened, and that says when it is gone.

import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ConnectConfig } from 'ssh2';
import { hostAndPort } from '../../domain/proxy.ts';
import type { SshSettings } from '../../domain/settings.ts';
import { TransportError } from '../../errors.ts';
import { onAbort } from '../deadline.ts';
import { connectionLost } from '../socket-trouble.ts';
import { hostKeyAlgorithms, hostKeyTrouble } from './host-key.ts';
import { type LoginError, loginTrouble, privateKeyTrouble } from './login-trouble.ts';

/** A host to log in to, and as whom. */
export interface Hop {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

/** `broken` aborts when the connection is gone, with the `TransportError` that says how as its reason. `close` never rejects. */
export interface Login {
  readonly client: Client;
  readonly broken: AbortSignal;
  close(): Promise<void>;
}

/** A far end that does not even take a goodbye shall not hold up the end of a run. */
const GOODBYE_MS = 1_000;

/** `line` leads to the host's sshd and may still be connecting; it belongs to the login from here on. Rejects with `TransportError`. */
export function login(hop: Hop, line: Duplex, settings: SshSettings, signal: AbortSignal): Promise<Login> {
  return new Promise((resolve, reject) => {
    const place = `${hop.user}@${hostAndPort(hop.host, hop.port)}`;
    const client = new ssh2.Client();
    const gone = new AbortController();
    // Said is enough: nobody waits for a far end to hang up as well.
    const ended = new Promise<void>((done) => line.once('finish', done).once('close', done));
    const progress = { handshaken: false, agentError: null as Error | null };
    let refused: TransportError | null = null;

    let forget = () => {};
    const end = (reason: unknown) => {
      forget();
      gone.abort(reason);
      line.destroy();
      reject(reason);
    };
    // ssh2 1.17 may emit `error` twice, and after a failure of ours: this listener stays, and only the first reason counts.
    client.on('error', (error: LoginError) => {
      // An agent that does not answer is followed by the next way to log in, or by the failure of all.
      if (error.level === 'agent') progress.agentError = error;
      else end(refused ?? new TransportError(loginTrouble(place, error, settings, progress), { cause: error }));
    });
    client.on('end', () => end(new TransportError(connectionLost(place, 'the far end closed it'))));
    client.on('close', () => end(new TransportError(connectionLost(place, 'closed'))));
    client.once('handshake', () => {
      progress.handshaken = true;
    });
    client.once('ready', () => {
      forget();
      resolve({ client, broken: gone.signal, close });
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

    const verify = (key: Buffer) => {
      const trouble = hostKeyTrouble(settings.knownHosts, hop.host, hop.port, key);
      if (trouble) refused = new TransportError(trouble);
      return trouble === null;
    };
    forget = onAbort([signal], end);
    if (signal.aborted) return;
    try {
      client.connect(connectConfig(hop, line, settings, verify));
    } catch (error) {
      // ssh2 throws here for a key that it cannot read, and for nothing else that these settings allow.
      end(new TransportError(privateKeyTrouble(settings), { cause: error }));
    }
  });
}

function connectConfig(hop: Hop, line: Duplex, settings: SshSettings, hostVerifier: (key: Buffer) => boolean) {
  const config: ConnectConfig = {
    sock: line,
    username: hop.user,
    hostVerifier,
    // The deadline of the ask ends a login that hangs, by destroying the line.
    readyTimeout: 0,
    keepaliveInterval: 5_000,
    keepaliveCountMax: 3,
    // An sshd that cannot forward to a unix socket says so itself; ssh2 would guess it from the name of the software.
    strictVendor: false,
    algorithms: {
      serverHostKey: hostKeyAlgorithms(settings.knownHosts, hop.host, hop.port),
      // Fastest first: AES runs in hardware, GCM needs no second pass for integrity.
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
  // ssh2 would begin with `none`, and lose a round trip with every sshd that wants a key; there are servers that want none.
  const proofs: ('publickey' | 'agent' | 'none')[] = ['none'];
  config.authHandler = proofs;
  if (settings.agentSocket !== null) {
    proofs.unshift('agent');
    config.agent = settings.agentSocket;
  }
  if (settings.privateKey !== null) {
    proofs.unshift('publickey');
    config.privateKey = settings.privateKey.contents;
    if (settings.privateKey.passphrase !== null) config.passphrase = settings.privateKey.passphrase;
  }
  return config;
}
