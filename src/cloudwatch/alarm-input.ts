// Reads an alarm's event from a file or standard input, with limits for its length and for the
// wait.

import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { ConfigError } from '../errors.ts';
import { type AlarmHint, readAlarmEvent } from './alarm-event.ts';

/** Bytes: more than the longest event, so that a longer text is recognised. */
const LONGEST = 300_000;
/** Milliseconds. An event that is piped is complete when the run begins. */
const WAIT_MS = 30_000;

/**
 * Reads the event in the file `path`; `-` is standard input. Throws ConfigError where the text
 * cannot be read within `waitMs`, or is no alarm's event. The text may come from a stranger, and is
 * never shown.
 */
export async function readEvent(
  path: string,
  standardInput: Readable,
  { signal, waitMs = WAIT_MS }: { readonly signal: AbortSignal; readonly waitMs?: number },
): Promise<AlarmHint> {
  // Not `AbortSignal.any` over `AbortSignal.timeout`: in Node 20 the timeout can be
  // garbage-collected, and then never fires.
  const ending = new AbortController();
  const end = () => ending.abort(signal.reason);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    ending.abort();
  }, waitMs);
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
  const complain = (text: string, cause?: unknown) =>
    new ConfigError([`--alarm-event ${path}: ${text}`], cause === undefined ? {} : { cause });
  let text: string;
  try {
    const stream = path === '-' ? standardInput : createReadStream(path);
    text = await readText(addAbortSignal(ending.signal, stream));
  } catch (cause) {
    signal.throwIfAborted();
    if (isLate) throw complain(`no whole event came within ${waitMs} ms`, cause);
    throw complain(`cannot be read: ${(cause as Error).message}`, cause);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
  const hint = readAlarmEvent(text);
  if ('unreadable' in hint) throw complain(hint.unreadable);
  return hint;
}

async function readText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > LONGEST) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
