// What it means that a login by SSH failed: ssh2's errors as trouble that a person on call can act on. Pure.

import type { Trouble } from '../../domain/proxy.ts';
import type { SshSettings } from '../../domain/settings.ts';
import { connectionLost, socketTrouble } from '../socket-trouble.ts';

/** ssh2 1.17 puts a `level` on its own errors; a disconnect by the server has none and the reason's number as its code. */
export interface LoginError extends Error {
  readonly level?: string;
  readonly code?: string | number;
}

/** How far a login got: `handshaken` once keys were exchanged, so that only authentication can fail from there on. */
export interface LoginProgress {
  readonly handshaken: boolean;
  readonly agentError: Error | null;
}

/** `place` is `user@host:port`. */
export function loginTrouble(
  place: string,
  error: LoginError,
  settings: SshSettings,
  progress: LoginProgress,
): Trouble {
  if (error.level === 'client-socket') return socketTrouble(place, error as NodeJS.ErrnoException);
  if (error.level === 'client-timeout') return connectionLost(place, 'it stopped answering keepalives');
  // OpenSSH disconnects (reason 2) where an agent offers more keys than its MaxAuthTries.
  const disconnectedByServer = typeof error.code === 'number' && progress.handshaken;
  if (error.level === 'client-authentication' || disconnectedByServer) {
    return authenticationTrouble(place, error, settings, progress);
  }
  return {
    code: 'ssh',
    message: `SSH with ${place} failed: ${error.message}.`,
    remedy: `Try \`ssh -v\` to ${place} by hand, and read sshd's log there.`,
  };
}

function authenticationTrouble(
  place: string,
  error: LoginError,
  settings: SshSettings,
  { agentError }: LoginProgress,
): Trouble {
  const key = settings.privateKey === null ? [] : [`the key ${settings.privateKey.path}`];
  const agent =
    settings.agentSocket === null
      ? []
      : [`the agent at ${settings.agentSocket}${agentError ? ` (which failed: ${agentError.message})` : ''}`];
  const ways = [...key, ...agent];
  if (ways.length === 0) {
    return {
      code: 'authentication',
      message: `${place} wants a key, and the configuration names neither an agent nor a private key.`,
      remedy: 'Set ssh.agent: true with a running agent, or ssh.privateKey.',
    };
  }
  return {
    code: 'authentication',
    message: `${place} did not accept ${ways.join(' or ')}: ${error.message}.`,
    remedy: agentError
      ? 'Start the agent and add the key (`ssh-add -l` lists what it holds), or set ssh.privateKey.'
      : "Check the user name, that the public key is in that user's authorized_keys, and that the agent does not offer too many others first.",
  };
}

/** A private key that cannot be read at all. */
export function privateKeyTrouble({ privateKey }: SshSettings): Trouble {
  const path = privateKey?.path ?? 'the private key';
  return {
    code: 'authentication',
    message:
      privateKey?.passphrase == null
        ? `${path} is encrypted, or not a private key.`
        : `${path} is not a private key, or its passphrase is wrong.`,
    remedy: `Check with \`ssh-keygen -y -f ${path}\`, and set the passphrase of ssh.privateKey or give the key to an agent.`,
  };
}
