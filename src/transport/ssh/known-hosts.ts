// Judges a host key by the text of an OpenSSH known_hosts file, as ssh(1) of OpenSSH 9.2 does.
// Pure.

import { createHmac } from 'node:crypto';
import type { HostPort } from '../../domain/proxy.ts';

interface Line {
  readonly number: number;
  readonly marker: 'revoked' | 'cert-authority' | null;
  readonly hosts: string;
  readonly type: string;
  readonly blob: Buffer;
}

/**
 * Line numbers count from 1. `changed`: `lines` hold other keys of this type for this host.
 * `unknown`: `otherLines` hold keys of other types for this host; `authorityLines` name a
 * certificate authority for it, which is no key of the host.
 */
export type HostKeyVerdict =
  | { readonly verdict: 'known' }
  | { readonly verdict: 'unknown'; readonly otherLines: readonly number[]; readonly authorityLines: readonly number[] }
  | { readonly verdict: 'changed'; readonly lines: readonly number[] }
  | { readonly verdict: 'revoked'; readonly lines: readonly number[] };

/**
 * `keyBlob` is the public key as it goes over the wire. A revoked key stays revoked, whatever other
 * lines hold.
 */
export function judgeHostKey(text: string, server: HostPort, keyBlob: Uint8Array): HostKeyVerdict {
  const type = typeOf(keyBlob);
  const lines = parseLines(text);
  const isThisKey = (line: Line) => line.blob.equals(keyBlob);
  const [name, fallback] = namesOf(server);
  const named = lines.filter((line) => namesHost(line.hosts, name));
  const namedWithoutPort = fallback === undefined ? [] : lines.filter((line) => namesHost(line.hosts, fallback));
  const either = [...named, ...namedWithoutPort];

  const revoked = either.filter((line) => line.marker === 'revoked' && isThisKey(line));
  if (revoked.length > 0) return { verdict: 'revoked', lines: numbersOf(revoked) };
  const plain = named.filter((line) => line.marker === null);
  if (plain.some(isThisKey)) return { verdict: 'known' };
  const sameType = plain.filter((line) => line.type === type);
  if (sameType.length > 0) return { verdict: 'changed', lines: numbersOf(sameType) };
  // A line without the port counts only where no line with the port has a key of this type, as with
  // ssh. Another key there proves nothing about this port.
  if (namedWithoutPort.some((line) => line.marker === null && isThisKey(line))) return { verdict: 'known' };
  return {
    verdict: 'unknown',
    otherLines: numbersOf(plain),
    authorityLines: numbersOf(either.filter((line) => line.marker === 'cert-authority')),
  };
}

/**
 * The host key algorithms for which the file has a key of this host, in the file's order; empty
 * where it has none. A server that is asked for another algorithm first would show a key that the
 * file does not have, and that looks like an attack.
 */
export function hostKeyTypes(text: string, server: HostPort): string[] {
  const names = namesOf(server);
  const algorithms = parseLines(text)
    .filter((line) => line.marker === null && names.some((name) => namesHost(line.hosts, name)))
    .flatMap((line) => (line.type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [line.type]));
  return [...new Set(algorithms)];
}

/** The host as known_hosts spells it: with the port, unless that is 22. */
export function knownHostName({ host, port }: HostPort): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** The type of a key as its blob names it, e.g. `ssh-ed25519`; empty where it names no type. */
export function typeOf(keyBlob: Uint8Array): string {
  return fieldsOf(Buffer.from(keyBlob))?.[0]?.toString('latin1') ?? '';
}

/** The names to look for: with the port as known_hosts spells it, then without. */
function namesOf({ host, port }: HostPort): [string, ...string[]] {
  const name = host.toLowerCase();
  return port === 22 ? [name] : [knownHostName({ host: name, port }), name];
}

function numbersOf(lines: readonly Line[]): number[] {
  return [...new Set(lines.map((line) => line.number))];
}

function parseLines(text: string): Line[] {
  return text.split(/\r?\n/).flatMap((line, index) => parseLine(line, index + 1) ?? []);
}

/** Comments, blank lines and malformed lines are `null`: ssh skips them too. */
function parseLine(text: string, number: number): Line | null {
  const fields = text.trim().split(/[ \t]+/);
  const mark = fields[0]?.startsWith('@') ? fields.shift() : null;
  const marker = mark === '@revoked' ? 'revoked' : mark === '@cert-authority' ? 'cert-authority' : null;
  const [hosts, type, base64] = fields;
  if ((mark !== null && marker === null) || !hosts || hosts.startsWith('#') || !type || !base64) return null;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const blob = Buffer.from(base64, 'base64');
  return typeOf(blob) === type ? { number, marker, hosts, type, blob } : null;
}

/**
 * The length-prefixed fields of a key's blob, or `null` where they do not fill it exactly (RFC
 * 4253, section 6.6).
 */
function fieldsOf(blob: Buffer): Buffer[] | null {
  const fields: Buffer[] = [];
  let at = 0;
  while (at + 4 <= blob.length) {
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return null;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return at === blob.length && fields.length > 1 ? fields : null;
}

/**
 * `hosts` is the host field of a line: one hashed name, or a list of patterns. A pattern that
 * begins with `!` must not match.
 */
function namesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return isHashOf(hosts, name);
  let named = false;
  for (const entry of hosts.toLowerCase().split(',')) {
    const negated = entry.startsWith('!');
    if (!matchesPattern(negated ? entry.slice(1) : entry, name)) continue;
    if (negated) return false;
    named = true;
  }
  return named;
}

/** `|1|salt|hash`, both base64: HMAC-SHA1 of the name, keyed with the salt. */
function isHashOf(hashed: string, name: string): boolean {
  const parts = /^\|1\|([^|]+)\|([^|]+)$/.exec(hashed);
  if (!parts?.[1] || !parts[2]) return false;
  const hash = createHmac('sha1', Buffer.from(parts[1], 'base64')).update(name).digest();
  return hash.equals(Buffer.from(parts[2], 'base64'));
}

/** `*` stands for any characters, `?` for one; everything else is literal, brackets too. */
function matchesPattern(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let starName = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      starName = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++starName;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
