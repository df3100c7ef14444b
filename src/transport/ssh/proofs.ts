// The proofs that a login offers, one after the other, and the server's answers.

import type { AnyAuthMethod, AuthenticationType, AuthHandlerMiddleware, ParsedKey } from 'ssh2';
import type { OwnedAgent } from './agent.ts';

/**
 * `offer` is the handler in which ssh2 asks what to try next. `wanted` and `isHalfway` are as in
 * `LoginProgress`.
 */
export interface Proofs {
  readonly offer: AuthHandlerMiddleware;
  readonly wanted: () => readonly string[];
  readonly isHalfway: () => boolean;
}

/**
 * The key file first, then the agent's keys, then `none`. ssh2 alone would begin with `none`, which
 * costs a round trip at every sshd that wants a key. Some servers want no proof at all.
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
      // `false` ends the login as failed; the types of ssh2 1.17 lack it.
      next(left.shift() ?? (false as never));
    },
    wanted: () => wanted,
    isHalfway: () => isHalfway,
  };
}
