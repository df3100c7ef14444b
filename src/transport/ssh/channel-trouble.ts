// What it means when a channel does not open, or when the command behind it fails. Pure.

import type { Trouble } from '../../domain/proxy.ts';
import { shellTrouble } from './mark.ts';
import { sudoersLine } from './socat-command.ts';

/**
 * `reason` is the number of RFC 4254, section 5.1: 1 prohibited, 2 connect failed, 3 unknown type,
 * 4 resource shortage.
 */
export interface ChannelOpenError extends Error {
  readonly reason?: number | string;
}

/**
 * How a channel ended. `code` is the command's exit code, `null` where none was sent or a signal
 * ended it.
 */
export interface CommandEnd {
  readonly code: number | null;
  readonly killedBy: string | null;
  /** The first bytes of its standard error. */
  readonly stderr: string;
  /** Whether the mark of our command came (`mark.ts`). */
  readonly isMarked: boolean;
  /** What the login shell printed instead of running our command; `null` where the command ran. */
  readonly blamed: string | null;
}

/** Why a channel did not open. `place` names the far end in messages. */
export function channelTrouble(
  place: string,
  kind: 'exec' | 'streamlocal' | 'tcp',
  { reason, message }: ChannelOpenError,
): Trouble {
  if (kind === 'exec') {
    return {
      code: 'remote-command',
      message: `sshd refused to run a command for ${place}: ${message}.`,
      remedy: 'Check ForceCommand and MaxSessions of that sshd, or set ssh.via: streamlocal, which runs no command.',
    };
  }
  if (reason === 1 || reason === 3) {
    const option = kind === 'streamlocal' ? 'AllowStreamLocalForwarding' : 'AllowTcpForwarding';
    return {
      code: 'ssh',
      message: `sshd does not forward connections for ${place}: ${message}.`,
      remedy: `Set \`${option} yes\` for this user in sshd_config there, or set ssh.via: socat.`,
    };
  }
  if (kind === 'streamlocal') {
    return {
      code: 'no-socket',
      // OpenSSH 9.2 gives the same answer for a missing file, a forbidden one, and disabled
      // forwarding.
      message: `sshd could not open the socket of ${place}, and does not say why: ${message}.`,
      remedy:
        'Check that the path is what `stats socket` says, that HAProxy runs, that the login user may open it, and that sshd_config has no `AllowStreamLocalForwarding no`; where it takes sudo, set ssh.via: socat.',
    };
  }
  return {
    code: 'refused',
    message: `sshd could not connect to ${place}: ${message}.`,
    remedy: 'Check the address and port, and that something listens there and is reachable from that host.',
  };
}

/**
 * Trouble of the command that joins the channel to the stats socket; `null` where it succeeded. The
 * words are those of socat 1.7.4 and 1.8, and of sudo 1.9.
 */
export function commandTrouble(place: string, { code, killedBy, stderr, blamed }: CommandEnd): Trouble | null {
  if (blamed !== null) return shellTrouble(place, blamed);
  if (killedBy !== null) {
    return {
      code: 'remote-command',
      message: `The command that reads ${place} was killed there by ${killedBy}.`,
      remedy: 'Look who ended it (out of memory, a session limit, an administrator), then run again.',
    };
  }
  if (code === null || code === 0) return null;
  const complaint = stderr.trim().split('\n').at(-1)?.trim() || `exit code ${code}`;
  if (code === 127 || /command not found/.test(stderr)) {
    return {
      code: 'remote-command',
      message: `A program that is needed on the host of ${place} is missing: ${complaint}.`,
      remedy: 'Install socat there (and sudo, unless ssh.via has sudo: false), or set ssh.via: streamlocal.',
    };
  }
  // Checked before socat's own words: socat complains too when gzip, its reader, has ended.
  if (/^gzip ended with \d+$/m.test(stderr)) {
    return {
      code: 'remote-command',
      message: `gzip failed on the host of ${place}: ${complaint}.`,
      remedy: 'Look who ended it there (out of memory, an administrator), or set collect.compress: never.',
    };
  }
  if (/Permission denied/.test(stderr)) {
    return {
      code: 'socket-permission',
      message: `The login user may not open the socket of ${place}: ${complaint}.`,
      remedy: "Set sudo: true, or put the user into the socket's group (`stats socket ... mode 660 group ...`).",
    };
  }
  if (/No such file or directory/.test(stderr)) {
    return {
      code: 'no-socket',
      message: `There is no socket file for ${place}: ${complaint}.`,
      remedy: 'Correct the path to what `stats socket` says in haproxy.cfg there, or start HAProxy.',
    };
  }
  if (/Connection refused/.test(stderr)) {
    return {
      code: 'refused',
      message: `Nobody listens behind the socket of ${place}: ${complaint}.`,
      remedy: 'Start HAProxy there; a socket file can outlive its process.',
    };
  }
  if (/Connection reset by peer|Broken pipe/.test(stderr)) {
    return {
      code: 'reset',
      message: `HAProxy broke the conversation with ${place}: ${complaint}.`,
      remedy: 'Look whether HAProxy there restarted, then run again.',
    };
  }
  // Checked after socat's own words: sudo also prints warnings (of a host name that it cannot
  // resolve) and goes on.
  const sudo = sudoTrouble(place, stderr, complaint);
  if (sudo) return sudo;
  return {
    code: 'remote-command',
    message: `The command that reads ${place} failed there: ${complaint}.`,
    remedy: 'Run `socat` to that socket by hand on the host, as the login user.',
  };
}

/** sudo 1.9 did not run socat; `null` where its output does not say so. */
function sudoTrouble(place: string, stderr: string, complaint: string): Trouble | null {
  const { user = 'USER', path = '/run/haproxy/admin.sock' } =
    /^ssh:\/\/(?<user>[^@]+)@[^/]*(?<path>\/.*)$/.exec(place)?.groups ?? {};
  const message = `sudo refused to run socat for ${place}: ${complaint}.`;
  if (/must have a tty/.test(stderr)) {
    return {
      code: 'remote-command',
      message,
      remedy: `Add \`Defaults:${user} !requiretty\` to sudoers there: nobody sits at a terminal.`,
    };
  }
  if (!/^sudo:|sudoers|not allowed to execute|may not run sudo/m.test(stderr)) return null;
  return {
    code: 'remote-command',
    message,
    remedy: `Add this line to sudoers there (\`visudo\`): ${sudoersLine(user, path)} - or set ssh.sudo: false if ${user} may open the socket.`,
  };
}

/** A compressed answer is incomplete, and the command reported no error. */
export function cutTrouble(place: string): Trouble {
  return {
    code: 'truncated',
    message: `The compressed answer of ${place} broke off.`,
    remedy: 'Look who ended gzip or the login session there, then run again, or set collect.compress: never.',
  };
}

/**
 * A compressed answer cannot be decompressed. SSH protects every byte on the way, so the host
 * itself damaged it.
 */
export function damagedTrouble(place: string): Trouble {
  return {
    code: 'truncated',
    message: `The compressed answer of ${place} is damaged.`,
    remedy: 'Try `gzip -3 | gzip -t` on that host, or set collect.compress: never.',
  };
}
