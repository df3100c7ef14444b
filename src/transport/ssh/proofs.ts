// The proofs that a login offers, one after the other, and what the server said of them.

import type { AnyAuthMethod, AuthenticationType, AuthHandlerMiddleware, ParsedKey } from 'ssh2';
import type { OwnedAgent } from './agent.ts';

/**
 * `offer` is ssh2's question what to try next. `wanted` and `isHalfway` are as in `LoginProgress`.
 */
export interface Proofs {
  readonly offer: AuthHandlerMiddleware;
  readonly wanted: () => readonly string[];
  readonly isHalfway: () => boolean;
}

/**
 * The key file first, then the agent's keys, then none at all: ssh2 alone would begin with `none`,
 * and lose a round trip with every sshd that wants a key; there are servers that want none.
 */
export function offerProofs(username: string, key: ParsedKey | null, agent: OwnedAgent | null): Proofs {
  const left: AnyAuthMethod[] = [];
  if (key !== null) left.push({ type: 'publickey', username, key });
  if (agent !== null) left.push({ type: 'agent', username, agent: agent.agent });
  left.push({ type: 'none', username });
  let wanted: readonly AuthenticationType[] = [];
  let isHalfway = false;
  return {
    offer: (methods, partial, next) => {
      if (methods) wanted = methods;
      isHalfway ||= partial === true;
      // Its types lack `false`, which ends the login as failed (ssh2 1.17).
      next(left.shift() ?? (false as never));
    },
    wanted: () => wanted,
    isHalfway: () => isHalfway,
  };
}
