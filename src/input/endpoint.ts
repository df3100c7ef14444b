// Endpoints as a configuration spells them: unix:///path, tcp://host:port,
// ssh://user@host[:22]/path; and what people copy from haproxy.cfg, from scp or from a shell, where
// it has one meaning only.

import { isIPv6 } from 'node:net';
import { abstractName, type Endpoint, spellEndpoint } from '../domain/proxy.ts';
import { isProblem, type Problem } from './complaint.ts';
import { isHost, isUserName } from './names.ts';
import { nearestName } from './nearest-name.ts';

const FORMS = 'unix:///path, tcp://host:port or ssh://user@host[:22]/path';

/** The socket of Debian's and Jitsi's HAProxies: shown where a path is missing. */
const USUAL_PATH = '/run/haproxy/admin.sock';

const SCHEMES = ['unix', 'tcp', 'ssh'] as const;

/** HAProxy's prefixes of addresses (configuration manual, 11.1), and the schemes that they mean. */
const HAPROXY_PREFIXES: Readonly<Record<string, (typeof SCHEMES)[number]>> = {
  unix: 'unix',
  ipv4: 'tcp',
  ipv6: 'tcp',
  tcp: 'tcp',
  tcp4: 'tcp',
  tcp6: 'tcp',
};

/**
 * Reads an endpoint. Without a scheme, an absolute path is a unix socket, `user@host:/path` is SSH,
 * and `host:port` is TCP. A `problem` never quotes the text; a `hint` may, and is a complete
 * endpoint.
 */
export function parseEndpoint(text: string): Endpoint | Problem {
  const trimmed = text.trim();
  const [scheme, rest] = schemeOf(trimmed);
  switch (scheme) {
    case 'unix':
      return parseUnix(rest);
    case 'tcp':
      return parseTcp(rest);
    case 'ssh':
      return parseSsh(rest);
    case 'http':
    case 'https':
      return { problem: `expected a \`stats socket\` of haproxy.cfg, not a web page: ${FORMS}` };
    case 'abnsz':
      return { problem: 'expected abns@name: the names of abnsz@ cannot be opened by Node 20' };
    default: {
      const nearest = nearestName(scheme, SCHEMES);
      return { problem: `expected ${FORMS}`, hint: nearest && `${nearest}://${rest}` };
    }
  }
}

/** The scheme in small letters, written or implied by the form; empty for an unknown form. */
function schemeOf(text: string): readonly [scheme: string, rest: string] {
  const url = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text);
  if (url) return [url[1]!.toLowerCase(), url[2]!];
  const short = /^(unix|tcp|ssh):(.*)$/is.exec(text);
  if (short) return [short[1]!.toLowerCase(), short[2]!];
  const prefix = /^(abnsz?|[a-z]+[46]?)@(.*)$/s.exec(text);
  if (prefix?.[1] === 'abns') return ['unix', text];
  if (prefix?.[1] === 'abnsz') return ['abnsz', prefix[2]!];
  const known = prefix && HAPROXY_PREFIXES[prefix[1]!];
  if (known) return [known, prefix[2]!];
  if (/^\.{0,2}\//.test(text) || /^[\w.-]+\.sock(?:et)?$/.test(text)) return ['unix', text];
  if (/^[^@/]+@[^/]*\//.test(text)) return ['ssh', text];
  return /^[^/@\s]*:\d+$/.test(text) ? ['tcp', text] : ['', text];
}

function parseUnix(text: string): Endpoint | Problem {
  if (text.startsWith('abns@')) {
    return abstractName(text) !== null && /^[\x21-\x7e]{6,112}$/.test(text)
      ? { kind: 'unix', path: text }
      : { problem: 'expected a name of 1 to 107 letters after abns@' };
  }
  if (!text.startsWith('/')) {
    const hint = /^\w[\w.-]*\/[\w./-]+$/.test(text) ? `unix:///${text}` : undefined;
    return { problem: `expected an absolute path, as in unix://${USUAL_PATH}`, hint };
  }
  const path = parsePath(text);
  return isProblem(path) ? { ...path, hint: path.hint && `unix://${path.hint}` } : { kind: 'unix', path: path.path };
}

/** An absolute path; a `hint` is the path that was probably meant. */
function parsePath(path: string): { readonly path: string } | Problem {
  if (/[\x00-\x1f\x7f]/.test(path)) return { problem: 'expected a path without control characters' };
  const [, before] = /^(.*?) +(?:mode|level|user|group|uid|gid|expose-fd|accept-proxy) /.exec(`${path} `) ?? [];
  if (before !== undefined) {
    return { problem: 'expected the path alone, without what follows it in haproxy.cfg', hint: before };
  }
  // `%20` and the like are refused: no socket of HAProxy has such a name, so a file of that name
  // would be missing.
  if (/%[0-9A-Fa-f]{2}/.test(path)) {
    const decoded = path.replace(/%([2-7][0-9A-Fa-f])/g, (_, hex: string) => String.fromCharCode(Number(`0x${hex}`)));
    return { problem: 'expected a path as the file is called: nothing is percent-encoded here', hint: decoded };
  }
  return { path };
}

function parseTcp(text: string): Endpoint | Problem {
  const place = parseHostPort(text.replace(/\/$/, ''), null);
  return 'problem' in place ? { ...place, hint: place.hint && `tcp://${place.hint}` } : { kind: 'tcp', ...place };
}

function parseSsh(text: string): Endpoint | Problem {
  const slash = text.indexOf('/');
  // `host:/path`, as for scp: the port is the usual one.
  const place = (slash < 0 ? text : text.slice(0, slash)).replace(/:$/, '');
  const login = parseLogin(place);
  if ('problem' in login) {
    return { ...login, hint: login.hint && `ssh://${login.hint}${slash < 0 ? USUAL_PATH : text.slice(slash)}` };
  }
  if (slash < 0 || slash === text.length - 1) {
    return {
      problem: `expected the path of the socket after the host, as in ssh://user@host${USUAL_PATH}`,
      hint: spellEndpoint({ kind: 'ssh', ...login, path: USUAL_PATH }),
    };
  }
  if (text.startsWith('/abns@', slash)) {
    const name = parseUnix(text.slice(slash + 1));
    // socat splits its addresses at `,` and `:`, also within names.
    const isPlain = /^[A-Za-z0-9_.@+=~-]+$/.test(text.slice(slash + 1));
    if (isProblem(name)) return name;
    if (!isPlain) return { problem: 'expected a name of letters, digits and . _ - @ + = ~ only' };
    return { kind: 'ssh', ...login, path: text.slice(slash + 1) };
  }
  const path = parsePath(text.slice(slash));
  if (isProblem(path)) {
    return { ...path, hint: path.hint && spellEndpoint({ kind: 'ssh', ...login, path: path.hint }) };
  }
  // socat splits its addresses at `,` `:` and `!!`, and the path passes through a shell on the
  // proxy's host.
  if (!/^\/[A-Za-z0-9_./@+=~% -]+$/.test(path.path)) {
    return { problem: 'expected a path of letters, digits, spaces and . _ - / @ + = ~ % only' };
  }
  return { kind: 'ssh', ...login, path: path.path };
}

/** `user@host[:22]`, as in an endpoint or for a jump host. */
export function parseLogin(
  text: string,
): { readonly user: string; readonly host: string; readonly port: number } | Problem {
  const at = text.indexOf('@');
  if (at <= 0) {
    const place = parseHostPort(text.slice(at + 1), 22);
    const problem = 'expected the user to log in as in front of the host, as in user@host';
    return isProblem(place) ? { problem } : { problem, hint: `USER@${text.slice(at + 1)}` };
  }
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
    const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(text) ?? [];
    return {
      problem: 'expected host:port with the port a number, and an IPv6 address in brackets, as in [::1]:9999',
      hint: isIPv6(address) ? `[${address}]:${port}` : undefined,
    };
  }
  const [, bracketed, bare, digits] = parts;
  const host = bracketed ?? bare ?? '';
  if ((host === '' || host === '*') && bracketed === undefined && digits !== undefined) {
    return { problem: 'expected a host in front of the port', hint: `127.0.0.1:${digits}` };
  }
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
