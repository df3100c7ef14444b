// The login at one host that conversations and forwarded connections share: made when it is first
// needed, and anew when it broke.

import { TransportError } from '../../errors.ts';
import { TURN, unlessAborted, type Wait } from '../deadline.ts';
import type { LogIn, SshTarget } from './logins.ts';
import type { Login } from './way.ts';

export interface KeptLogin {
  /** The login that stands, else a new one. Rejects with `TransportError`. */
  standing(wait: Wait): Promise<Login>;
  /** Never rejects. */
  close(): Promise<void>;
}

export function keepLogin(target: SshTarget, logIn: LogIn): KeptLogin {
  let current: Login | null = null;
  let opening: Promise<Login> | null = null;

  async function opened(wait: Wait): Promise<Login> {
    // What is left of it ends by itself, within a second; nobody has time to lose.
    void current?.close();
    current = null;
    opening = logIn(target, wait);
    try {
      current = await opening;
      return current;
    } finally {
      opening = null;
    }
  }

  return {
    async standing(wait) {
      while (opening !== null) {
        wait.queues({ ...TURN, what: 'the login at the same host' });
        try {
          return await unlessAborted(opening, wait.signal);
        } catch (error) {
          // The time of another conversation was over, not that of this one.
          const isOthers =
            error instanceof TransportError && (error.code === 'timeout' || error.code === 'interrupted');
          if (wait.signal.aborted || !isOthers) throw error;
        }
      }
      return current === null || current.broken.aborted ? opened(wait) : current;
    },
    async close() {
      await opening?.catch(() => {});
      await current?.close();
      current = null;
    },
  };
}
