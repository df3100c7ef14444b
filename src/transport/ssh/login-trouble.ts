// Why a login by SSH failed: ssh2's errors, with a remedy that a person on call can carry out.
// Pure.

import type { Trouble } from '../../domain/proxy.ts';
import type { SshSettings } from '../../domain/settings.ts';
import { connectionLost, socketTrouble } from '../socket-trouble.ts';

/**
 * ssh2 1.17 puts a `level` on its own errors. A disconnect by the server has no level, and the
 * number of its reason as the code.
 */
export interface LoginError extends Error {
  readonly level?: string;
  readonly code?: string | number;
}

/** How far a login got. */
export interface LoginProgress {
  /** Whether keys were exchanged: from then on only authentication can fail. */
  readonly handshaken: boolean;
  /** The plain text that came before the server's version. */
  readonly greeting: string;
  readonly agentError: Error | null;
  /** How many keys the agent holds; `null` where it was not asked or did not answer. */
  readonly agentKeys: number | null;
  /** The proofs that the server still wants, by its last answer; empty where it named none. */
  readonly wanted: readonly string[];
  /** Whether the server took one proof and wants another. */
  readonly isHalfway: boolean;
}

/** A login that failed. */
export interface FailedLogin {
  /** `user@host:port`. */
  readonly place: string;
  readonly settings: SshSettings;
  readonly progress: LoginProgress;
}

/** Why it failed and what to do. */
export function loginTrouble(error: LoginError, failed: FailedLogin): Trouble {
  const { place, progress } = failed;
  if (!progress.handshaken && progress.greeting !== '') return greetingTrouble(place, progress.greeting);
  if (error.level === 'client-socket') return socketTrouble(place, error as NodeJS.ErrnoException);
  if (error.level === 'client-timeout') return connectionLost(place, 'it stopped answering keepalives');
  // OpenSSH disconnects (reason 2) where an agent offers more keys than its MaxAuthTries.
  const disconnectedByServer = typeof error.code === 'number' && progress.handshaken;
  if (error.level === 'client-authentication' || disconnectedByServer) {
    return authenticationTrouble(error, failed);
  }
  return {
    code: 'ssh',
    message: `SSH with ${place} failed: ${error.message}.`,
    remedy: `Try \`ssh -v\` to ${place} by hand, and read sshd's log there.`,
  };
}

/**
 * The words are those of OpenSSH 9.2 (`MaxStartups`) and 10.6 (`PerSourcePenalties`, since 9.8).
 */
export function greetingTrouble(place: string, greeting: string): Trouble {
  const message = `${place} refused the login before it began: ${JSON.stringify(greeting)}.`;
  if (/MaxStartups/.test(greeting)) {
    return {
      code: 'ssh',
      message,
      remedy: 'Too many logins were under way at that sshd: run again, or raise MaxStartups in its sshd_config.',
    };
  }
  if (/Not allowed at this time/.test(greeting)) {
    return {
      code: 'ssh',
      message,
      remedy:
        'Earlier logins from this address failed, and sshd shuts it out for a while (PerSourcePenalties): mend the key or the host key, wait some minutes, then run again.',
    };
  }
  return { code: 'ssh', message, remedy: 'Check the address and port: they must be those of an sshd.' };
}

function authenticationTrouble(error: LoginError, { place, settings, progress }: FailedLogin): Trouble {
  const { agentError, agentKeys, wanted, isHalfway } = progress;
  const trouble = (message: string, remedy: string): Trouble => ({ code: 'authentication', message, remedy });
  const key = settings.privateKey === null ? [] : [`the key ${settings.privateKey.path}`];
  const holds = agentError ? ` (which failed: ${agentError.message})` : agentKeys === 0 ? ' (which holds no key)' : '';
  const agent = settings.agentSocket === null ? [] : [`the agent at ${settings.agentSocket}${holds}`];
  const ways = [...key, ...agent];
  const others = wanted.filter((proof) => proof !== 'publickey');
  if (isHalfway || (wanted.length > 0 && others.length === wanted.length)) {
    return trouble(
      `${place} ${isHalfway ? 'took a key and wants another proof too' : 'takes no key alone'}: ${wanted.join(', ')}.`,
      "A run cannot type passwords or codes: let this user in with one key (AuthenticationMethods in sshd_config), give the agent a second key where sshd wants two, or set ssh.client: openssh where the system's ssh can log in by itself.",
    );
  }
  if (ways.length === 0) {
    return trouble(
      `${place} wants a key, and the configuration names neither an agent nor a private key.`,
      'Set ssh.agent: true with a running agent, or ssh.privateKey.',
    );
  }
  const remedy = agentError
    ? 'Start or unlock the agent and add the key (`ssh-add -l` lists what it holds), or set ssh.privateKey.'
    : agentKeys === 0 && key.length === 0
      ? 'Add the key to the agent with `ssh-add`, or set ssh.privateKey.'
      : "Check the user name, that the public key is in that user's authorized_keys, and that the agent does not offer too many others first.";
  return trouble(`${place} did not accept ${ways.join(' or ')}: ${error.message}.`, remedy);
}
