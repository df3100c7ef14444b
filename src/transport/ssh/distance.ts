// How far away a host is, measured over an open login.

import type { Client } from 'ssh2';
import { unlessAborted } from '../deadline.ts';

/**
 * Whether sshd answers within `limitMs`; waits no longer, and rejects when the connection breaks.
 * SSH has no ping. This asks to end a forwarding that does not exist: every server denies that at
 * once (RFC 4254, section 7.1), and OpenSSH does not log it. The time of TCP's handshake would only
 * measure the way to a jump host or a forwarder.
 */
export function answersWithin(limitMs: number, client: Client, broken: AbortSignal): Promise<boolean> {
  const answer = new Promise<boolean>((resolve) => {
    // An answer that came while this process was busy is read before the check phase of the event
    // loop, in which `setImmediate` runs.
    const timer = setTimeout(() => setImmediate(() => resolve(false)), limitMs);
    const answered = () => {
      clearTimeout(timer);
      resolve(true);
    };
    // ssh2 throws where the connection has ended: the request that follows reports that.
    try {
      client.unforwardIn('127.0.0.1', 1, answered);
    } catch {
      answered();
    }
  });
  return unlessAborted(answer, broken);
}
