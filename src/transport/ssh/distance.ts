// How far away a host is, measured over a login that stands.

import type { Client } from 'ssh2';
import { unlessAborted } from '../deadline.ts';

/**
 * Whether an answer of sshd comes within `limitMs`; waits no longer than that, and rejects when the
 * connection breaks. SSH has no ping: this asks to end a forwarding that was never begun, which
 * every server denies at once (RFC 4254, section 7.1) and OpenSSH does not log. The time of TCP's
 * own handshake would end at a jump host or a forwarder.
 */
export function answersWithin(limitMs: number, client: Client, broken: AbortSignal): Promise<boolean> {
  const answer = new Promise<boolean>((resolve) => {
    // An answer that came while this process was busy is read before the check phase, in which
    // `setImmediate` runs.
    const timer = setTimeout(() => setImmediate(() => resolve(false)), limitMs);
    const answered = () => {
      clearTimeout(timer);
      resolve(true);
    };
    // ssh2 throws where the connection is gone: the conversation to come will say so.
    try {
      client.unforwardIn('127.0.0.1', 1, answered);
    } catch {
      answered();
    }
  });
  return unlessAborted(answer, broken);
}
