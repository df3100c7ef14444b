// Asks one proxy for the members of its mesh: its own name among the peers, and the others with
// their addresses.

import { ProtocolError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import { MEMBERS_LIMIT } from './answer-limits.ts';
import { notStateTrouble } from './answer-trouble.ts';
import { type PeerAddress, parsePeerAddresses, parsePeers } from './parse-peers.ts';
import { type ProcessId, parseProcess } from './parse-state.ts';
import { showMembers } from './read-commands.ts';
import { createTextAnswer } from './text-answer.ts';

export interface Members {
  readonly process: ProcessId;
  readonly localPeer: string | null;
  readonly members: readonly PeerAddress[];
  /** Why there is no peer of this table; `null` where there is one. */
  readonly remark: string | null;
}

/** One conversation. Rejects with `TransportError` or `ProtocolError`. */
export async function readMembers(
  transport: Transport,
  table: string,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Members> {
  const received = createTextAnswer(MEMBERS_LIMIT);
  await transport.ask(showMembers(), received.push, { ...limits, isRepeatable: true });
  const text = received.text();
  const answer = parseProcess(text);
  if ('problem' in answer) throw new ProtocolError(notStateTrouble(answer.problem, answer.remark));
  // There is an empty line behind every peers section, and one where there is none (2.6 to 3.4).
  if (!text.endsWith('\n\n') || answer.rest === '') throw new ProtocolError(notStateTrouble('truncated', ''));
  const { localPeer, remark } = parsePeers(answer.rest, table);
  return { process: answer.process, localPeer, remark, members: parsePeerAddresses(answer.rest, table) };
}
