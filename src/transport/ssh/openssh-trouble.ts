// Why a login by the system's `ssh` failed, with a remedy that a person on call can carry out. The
// words are those of OpenSSH 9.2 to 10.6 in English. Pure.

import type { Trouble } from '../../domain/proxy.ts';
import { connectionLost, socketTrouble } from '../socket-trouble.ts';
import { greetingTrouble } from './login-trouble.ts';

/** This machine has no `ssh`. */
export function sshMissingTrouble(place: string): Trouble {
  return {
    code: 'ssh',
    message: `${place} is to be reached by the system's \`ssh\`, and there is no such program here.`,
    remedy: 'Install openssh-client, or set ssh.client: builtin.',
  };
}

const SOCKET_WORDS: readonly [shows: RegExp, code: string][] = [
  [/Could not resolve hostname/, 'ENOTFOUND'],
  [/Connection refused/, 'ECONNREFUSED'],
  [/timed out|No route to host|Network is unreachable/, 'ETIMEDOUT'],
];

/** `place` is `user@host:port`; `said` is what `ssh` wrote on standard error. */
export function openSshTrouble(place: string, said: string): Trouble {
  const lines = said
    .split('\n')
    .map((line) => line.replace(/[^\x20-\x7e]+/g, ' ').trim())
    .filter(Boolean);
  const last = lines.at(-1) ?? 'ssh ended without a word';
  const by = (message: string, remedy: string, code: Trouble['code']): Trouble => ({ code, message, remedy });
  const key = lines.find((line) => /host key|HOST IDENTIFICATION|REVOKED/i.test(line)) ?? last;
  if (/REVOKED HOST KEY|host key .* (?:is )?revoked/i.test(said)) {
    return by(`${place} shows a host key that is revoked: ${key}.`, 'Do not log in there.', 'host-key-revoked');
  }
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said)) {
    const where = lines.find((line) => /Offending/.test(line));
    return by(
      `${place} shows another host key than known_hosts has for it${where ? ` (${where})` : ''}.`,
      'If the host was rebuilt, compare its key with the host itself, then remove the old line (`ssh-keygen -R`) and add the new one.',
      'host-key-changed',
    );
  }
  if (/Host key verification failed/.test(said)) {
    return by(
      `ssh does not know the host key of ${place}: ${key}.`,
      'Compare the key with the host itself, then add it to known_hosts: one login by hand does so.',
      'host-key-unknown',
    );
  }
  if (/Permission denied|Too many authentication failures/.test(said)) {
    const denied = lines.find((line) => /Permission denied|Too many/.test(line)) ?? last;
    return by(
      `${place} did not let this user in: ${denied}`,
      `Try \`ssh -v -o BatchMode=yes\` to ${place} by hand: it must log in without a question.`,
      'authentication',
    );
  }
  const socket = SOCKET_WORDS.find(([shows]) => shows.test(said));
  if (socket) return socketTrouble(place, Object.assign(new Error(last), { code: socket[1] }));
  const greeting = /Exceeded MaxStartups|Not allowed at this time/.exec(said)?.[0];
  if (greeting) return greetingTrouble(place, greeting);
  if (/Connection (?:closed|reset)|Broken pipe/.test(said)) return connectionLost(place, last);
  return by(`ssh could not log in at ${place}: ${last}.`, `Try \`ssh -v\` to ${place} by hand.`, 'ssh');
}
