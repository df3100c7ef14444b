// What a host key means for a login: which keys to ask a server for, and what to tell people when a
// key is refused. Pure.

import { createHash } from 'node:crypto';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { hostAndPort } from '../../domain/address.ts';
import type { HostPort, Trouble } from '../../domain/proxy.ts';
import type { SshSettings } from '../../domain/settings.ts';
import { hostKeyTypes, judgeHostKey, knownHostName, typeOf } from './known-hosts.ts';

type KnownHosts = SshSettings['knownHosts'];

/** What ssh2 1.17 can check, without SHA-1 and DSA. */
const ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
];

/**
 * The algorithms of keys that the file knows come first. A server without a known key then shows
 * another key, which can be named to people.
 */
export function hostKeyAlgorithms(knownHosts: KnownHosts, server: HostPort): ServerHostKeyAlgorithm[] {
  const known = hostKeyTypes(knownHosts.text, server);
  const rank = (algorithm: string) => (known.includes(algorithm) ? 0 : 1);
  return [...ALGORITHMS].sort((a, b) => rank(a) - rank(b));
}

/** `SHA256:...` as `ssh-keygen -l` prints it. */
export function fingerprintOf(keyBlob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(keyBlob).digest('base64').replace(/=+$/, '')}`;
}

/** Why this key is refused, or `null` where known_hosts has it for this server. */
export function hostKeyTrouble(knownHosts: KnownHosts, server: HostPort, keyBlob: Uint8Array): Trouble | null {
  const type = typeOf(keyBlob);
  const place = hostAndPort(server.host, server.port);
  const fingerprint = fingerprintOf(keyBlob);
  const entry = `${knownHostName(server)} ${type} ${Buffer.from(keyBlob).toString('base64')}`;
  const compare = `compare ${fingerprint} with what \`ssh-keygen -lf\` prints for the key on the host itself`;
  const judged = judgeHostKey(knownHosts.text, server, keyBlob);
  switch (judged.verdict) {
    case 'known':
      return null;
    case 'unknown': {
      const others = judged.otherLines.length > 0 ? ` (keys of other types: ${spellLines(judged.otherLines)})` : '';
      const authority =
        judged.authorityLines.length > 0
          ? ` (${spellLines(judged.authorityLines)} trusts a certificate authority, but certificates cannot be checked here)`
          : '';
      return {
        code: 'host-key-unknown',
        message: `${knownHosts.path} has no ${type} key for ${place}${others}${authority}.`,
        remedy: `First ${compare}, then add this line to ${knownHosts.path}: ${entry}`,
      };
    }
    case 'changed':
      return {
        code: 'host-key-changed',
        message: `${place} shows another ${type} key than ${knownHosts.path} has for it in ${spellLines(judged.lines)}.`,
        remedy: `If the host was rebuilt, ${compare}, remove ${spellLines(judged.lines)} of ${knownHosts.path} and add: ${entry}`,
      };
    case 'revoked':
      return {
        code: 'host-key-revoked',
        message: `${place} shows a ${type} key that ${knownHosts.path} revokes in ${spellLines(judged.lines)} (${fingerprint}).`,
        remedy: `Do not log in there: give the host a new key, then add that to ${knownHosts.path} in the form: ${knownHostName(server)} TYPE KEY`,
      };
  }
}

function spellLines(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? 'line' : 'lines'} ${numbers.join(', ')}`;
}
