// The writing half of the runtime API over one transport. Only a heal ever holds one.

import pLimit from 'p-limit';
import { ProtocolError, TransportError } from '../errors.ts';
import type { Transport } from '../transport/transport.ts';
import { WRITES_LIMIT } from './answer-limits.ts';
import { isLineTooLong } from './read-commands.ts';
import { createTextAnswer } from './text-answer.ts';
import { clearKeys, halvesOf, setServerIds, spellLine, type WriteLine } from './write-commands.ts';

/**
 * What became of one command. `busy`: the entry cannot be cleared just now, because a dump is
 * paused on it. `unknown`: the connection broke before the answer, so that the command may or may
 * not have been carried out. `answer` is HAProxy's sentence, or what broke the connection.
 */
export type WriteAnswer =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'busy' | 'rejected' | 'unknown'; readonly answer: string };

/**
 * Sends writes to one proxy, many on a line; the answers come in the order of the commands, one
 * each. Never rejects for a proxy's fault.
 */
export interface TableWriter {
  setServerIds(
    entries: readonly { readonly key: string; readonly serverId: number }[],
  ): Promise<readonly WriteAnswer[]>;
  clear(keys: readonly string[]): Promise<readonly WriteAnswer[]>;
}

/**
 * Lines that are sent at once: with a distant proxy a conversation is mostly waiting. Their keys
 * differ.
 */
const LINES_AT_ONCE = 8;

const MOST_SHOWN_CHARACTERS = 1_000;

/**
 * Takes no signal: the answer to a write that has gone out is awaited, within `timeoutMs` a line,
 * so that it can be recorded. After a line that broke off, the remaining lines are not sent. A line
 * that is too long for the proxy (`tune.bufsize`, 3.2 and later) is sent again as two.
 */
export function createTableWriter(transport: Transport, table: string, timeoutMs: number): TableWriter {
  async function send(lines: readonly WriteLine[]): Promise<readonly WriteAnswer[]> {
    const limit = pLimit(LINES_AT_ONCE);
    let broken: string | null = null;
    const [first, ...others] = lines;
    if (first === undefined) return [];
    // Alone: where it breaks off, nothing more goes out.
    const answers = await sendLine(first);
    return [...answers, ...(await Promise.all(others.map((line) => limit(sendLine, line)))).flat()];

    async function sendLine(line: WriteLine): Promise<readonly WriteAnswer[]> {
      if (broken !== null) {
        const answer = `not sent: ${broken}`;
        return line.commands.map((): WriteAnswer => ({ outcome: 'rejected', answer }));
      }
      const received = createTextAnswer(WRITES_LIMIT);
      let isBroken = false;
      let isTooLarge = false;
      try {
        await transport.ask(spellLine(line), received.push, { timeoutMs, signal: new AbortController().signal });
      } catch (error) {
        isTooLarge = error instanceof ProtocolError;
        if (!isTooLarge && !(error instanceof TransportError)) throw error;
        broken = (error as Error).message;
        isBroken = true;
      }
      // An answer that is too long does not belong to these commands, whatever it begins with.
      const text = isTooLarge ? '' : received.text();
      // Nothing of such a line was carried out.
      if (isLineTooLong(text)) {
        if (line.commands.length === 1) return [{ outcome: 'rejected', answer: shown(text) }];
        const [first, second] = halvesOf(line);
        return [...(await sendLine(first!)), ...(await sendLine(second!))];
      }
      const why = isBroken ? broken! : 'the connection was closed before the answer';
      return splitAnswers(text, line.commands.length, why);
    }
  }
  return {
    setServerIds: (entries) => send(setServerIds(table, entries)),
    clear: (keys) => send(clearKeys(table, keys)),
  };
}

/**
 * Each answer ends with an empty line, and a command that succeeds prints nothing else (2.6 to
 * 3.4): `\n`, or a text and `\n\n`. If there are more answers than commands, it is not known which
 * answer belongs to which command, so all are `unknown`.
 */
export function splitAnswers(text: string, count: number, whyMissing: string): readonly WriteAnswer[] {
  const answers: WriteAnswer[] = [];
  let at = 0;
  while (answers.length < count) {
    if (text[at] === '\n') {
      answers.push({ outcome: 'accepted' });
      at++;
      continue;
    }
    const end = text.indexOf('\n\n', at);
    if (end < 0) {
      answers.push({ outcome: 'unknown', answer: whyMissing });
      at = text.length;
      continue;
    }
    answers.push(refusal(text.slice(at, end)));
    at = end + 2;
  }
  if (at < text.length) {
    const extra = shown(text.slice(at).trimStart().split('\n', 1)[0]!);
    return answers.map(() => ({ outcome: 'unknown', answer: `more answers than commands: ${extra}` }));
  }
  return answers;
}

/** `Entry currently in use, cannot remove` to a `clear` (2.6 to 3.4). */
function refusal(sentence: string): WriteAnswer {
  return { outcome: sentence.includes('currently in use') ? 'busy' : 'rejected', answer: shown(sentence) };
}

/** The first words of an answer are enough for a person, and for the journal. */
function shown(answer: string): string {
  return answer.slice(0, MOST_SHOWN_CHARACTERS).trimEnd();
}
