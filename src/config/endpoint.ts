// Endpoints as people write them: unix:///path, tcp://host:port, ssh://user@host[:22]/path.

import type { Endpoint } from '../domain/proxy.ts';
import type { Problem } from './complaint.ts';
import { isHost, isUserName } from './names.ts';
import { nearestName } from './nearest-name.ts';

const FORMS = 'unix:///path, tcp://host:port or ssh://user@host[:22]/path';

/** Reads an endpoint (also `unix:/path`). A `problem` never quotes the text. */
export function parseEndpoint(text: string): Endpoint | Problem {
  const parts = /^([a-z]+):(\/\/)?(.*)$/s.exec(text);
  const [, scheme = '', slashes, rest = ''] = parts ?? [];
  if (scheme === 'unix') return parseUnix(rest);
  if (scheme === 'tcp' && slashes) return parseTcp(rest);
  if (scheme === 'ssh' && slashes) return parseSsh(rest);
  if (text.startsWith('/')) return { problem: `expected ${FORMS}`, hint: 'unix:// in front of the path' };
  const nearest = slashes ? nearestName(scheme, ['unix', 'tcp', 'ssh']) : undefined;
  return { problem: `expected ${FORMS}`, hint: nearest && `${nearest}://` };
}

function parseUnix(path: string): Endpoint | Problem {
  if (!path.startsWith('/')) return { problem: 'expected an absolute path, as in unix:///run/haproxy/admin.sock' };
  if (/[\x00-\x1f\x7f]/.test(path)) return { problem: 'expected a path without control characters' };
  return { kind: 'unix', path };
}

function parseTcp(rest: string): Endpoint | Problem {
  const place = parseHostPort(rest, null);
  return 'problem' in place ? place : { kind: 'tcp', ...place };
}

function parseSsh(rest: string): Endpoint | Problem {
  const slash = rest.indexOf('/');
  if (slash < 0) {
    return {
      problem: 'expected the path of the socket after the host, as in ssh://user@host/var/run/haproxy/admin.sock',
    };
  }
  const login = parseLogin(rest.slice(0, slash));
  if ('problem' in login) return login;
  const path = rest.slice(slash);
  // socat splits its addresses at `,` `:` and `!!`, and the path passes through a shell on the proxy's host.
  if (!/^\/[A-Za-z0-9_./@+=~%-]+$/.test(path)) {
    return { problem: 'expected a path of letters, digits and . _ - / @ + = ~ % only' };
  }
  return { kind: 'ssh', ...login, path };
}

/** `user@host[:22]`, as in an endpoint or for a jump host. */
export function parseLogin(
  text: string,
): { readonly user: string; readonly host: string; readonly port: number } | Problem {
  const at = text.indexOf('@');
  if (at <= 0) return { problem: 'expected the user to log in as in front of the host, as in user@host' };
  const user = text.slice(0, at);
  if (user.includes(':')) {
    return { problem: 'expected no password: logins use the agent or ssh.privateKey' };
  }
  if (!isUserName(user)) return { problem: 'expected a user name of letters, digits and . _ - only' };
  const place = parseHostPort(text.slice(at + 1), 22);
  return 'problem' in place ? place : { user, ...place };
}

/** `host:port`, IPv6 in brackets; `defaultPort` is `null` where the port must be said. */
export function parseHostPort(
  text: string,
  defaultPort: number | null,
): { readonly host: string; readonly port: number } | Problem {
  const parts = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text);
  if (!parts) {
    return { problem: 'expected host:port with the port a number, and an IPv6 address in brackets, as in [::1]:9999' };
  }
  const [, bracketed, bare, digits] = parts;
  const host = bracketed ?? bare ?? '';
  if (bracketed !== undefined ? !(host.includes(':') && isHost(host)) : !isHost(host)) {
    return {
      problem:
        bracketed === undefined ? 'expected a host name or an address' : 'expected an IPv6 address in the brackets',
    };
  }
  if (digits === undefined && defaultPort === null)
    return { problem: 'expected a port after the host, as in host:9999' };
  const port = digits === undefined ? defaultPort! : Number(digits);
  if (port < 1 || port > 65_535) return { problem: 'expected a port between 1 and 65535' };
  return { host, port };
}
