// One HTTP request and how it was answered; the body is read and thrown away.

import http from 'node:http';
import https from 'node:https';

/**
 * The status of the answer; rejects with what went wrong. Header values are one character a byte.
 * `timeoutMs` bounds the whole exchange.
 */
export function requestStatus(
  url: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith('https:') ? https : http;
    // No agent: a connection that is kept could lead to a proxy that was reloaded since.
    const sent = request(
      url,
      { headers: { ...headers }, agent: false, signal: AbortSignal.timeout(timeoutMs) },
      (answer) => {
        answer.once('error', reject);
        answer.once('end', () => resolve(answer.statusCode ?? 0));
        answer.resume();
      },
    );
    sent.once('error', reject);
    sent.end();
  });
}
