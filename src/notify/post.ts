// One message to a webhook, with a deadline and one more try. Never rejects: a run does not fail
// because nobody could be told.

import http from 'node:http';
import https from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { startTimeLimit } from '../process/time-limit.ts';

/** Slack answers within a second. */
const TRY_MS = 4_000;
const PAUSE_MS = 1_000;
const TRIES = 2;

export interface PostLimits {
  readonly tryMs: number;
  readonly pauseMs: number;
}

/**
 * `null` where the receiver took it (2xx), else why not. The sentence names no URL and quotes no
 * answer: the URL is a secret, and a receiver may repeat it. A redirect is not followed, because it
 * would carry the message elsewhere.
 */
export async function postMessage(
  url: string,
  body: string,
  { signal, tryMs = TRY_MS, pauseMs = PAUSE_MS }: Partial<PostLimits> & { readonly signal: AbortSignal },
): Promise<string | null> {
  let problem = '';
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (signal.aborted) return 'the run was interrupted';
    const limit = startTimeLimit({ signal, timeoutMs: tryMs });
    const answer = await post(url, body, limit.signal).finally(limit.release);
    if ('status' in answer) {
      const { status } = answer;
      if (status >= 200 && status < 300) return null;
      problem = statusWords(status);
      // Another answer is a decision of the receiver.
      if (status < 500 && status !== 429) return problem;
    } else problem = signal.aborted ? 'the run was interrupted' : answer.problem;
    if (attempt < TRIES) await delay(pauseMs, undefined, { signal }).catch(() => {});
  }
  return problem;
}

function statusWords(status: number): string {
  if (status >= 300 && status < 400) return `the receiver answered ${status}, a redirect, which is not followed`;
  const remedy = status === 403 || status === 404 || status === 410 ? ': is `notify.url` still valid?' : '';
  return `the receiver answered ${status}${remedy}`;
}

/** The answer's body is not read: only its status counts. */
function post(
  url: string,
  body: string,
  signal: AbortSignal,
): Promise<{ readonly status: number } | { readonly problem: string }> {
  return new Promise((resolve) => {
    const { request } = url.startsWith('https:') ? https : http;
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    try {
      const sent = request(url, { method: 'POST', headers, agent: false, signal }, (answer) => {
        resolve({ status: answer.statusCode ?? 0 });
        answer.on('error', () => {});
        sent.destroy();
      });
      sent.on('error', (error: NodeJS.ErrnoException) => resolve({ problem: errorWords(error) }));
      sent.end(body);
    } catch {
      // Node's own message would quote the URL.
      resolve({ problem: 'the request cannot be made: is `notify.url` valid?' });
    }
  });
}

function errorWords({ name, code }: NodeJS.ErrnoException): string {
  if (name === 'AbortError' || name === 'TimeoutError') return 'the receiver did not answer in time';
  return `the receiver cannot be reached (${code ?? name})`;
}
