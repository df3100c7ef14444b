// What an error of a socket means: the codes of the operating system, with a remedy that a person
// on call can carry out.

import type { Trouble } from '../domain/proxy.ts';

/** `place` names the endpoint as the configuration does; `error` comes from `node:net`. */
export function socketTrouble(place: string, error: NodeJS.ErrnoException): Trouble {
  switch (error.code) {
    case 'ECONNREFUSED':
      return {
        code: 'refused',
        message: `${place} refused the connection: nobody listens there.`,
        remedy: 'Start HAProxy (or sshd) there, or correct the endpoint; a socket file can outlive its process.',
      };
    // The queue of connections of a unix socket is full: HAProxy takes them one after the other.
    case 'EAGAIN':
      return {
        code: 'refused',
        message: `${place} has no room for another connection right now.`,
        remedy:
          'Look who keeps connections to this socket open, or raise `backlog` on its `stats socket` line, and run again.',
      };
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
      return {
        code: 'no-socket',
        message: `There is no socket file for ${place}.`,
        remedy: 'Correct the path to what `stats socket` says in haproxy.cfg, or start HAProxy.',
      };
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'socket-permission',
        message: `This user may not open ${place}.`,
        remedy:
          "Run as a user in the socket's group, or set `stats socket ... mode 660 group ...` in haproxy.cfg, or use an ssh:// endpoint with sudo.",
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        code: 'unknown-host',
        message: `The host name in ${place} could not be resolved.`,
        remedy: 'Correct the name in the inventory, or check the resolver of this machine.',
      };
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        code: 'timeout',
        message: `${place} could not be reached over the network (${error.code}).`,
        remedy: 'Check that the host is up, and the route and firewalls between it and this machine.',
      };
    default:
      return connectionLost(place, error.code ?? error.message);
  }
}

/** The far end, or a host on the way, broke the connection. `how` is a word or two for people. */
export function connectionLost(place: string, how: string): Trouble {
  return {
    code: 'reset',
    message: `The connection to ${place} broke (${how}).`,
    remedy: 'Look whether HAProxy (or sshd) there restarted or reached its connection limit, then run again.',
  };
}
