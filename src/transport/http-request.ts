// One HTTP request and the status of its answer; the body is read and dropped.

import http from 'node:http';
import https from 'node:https';

/**
 * Resolves to the status of the answer; rejects with what failed. Header values are one byte per
 * character. `timeoutMs` limits the whole exchange.
 */
export function requestStatus(
  url: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith('https:') ? https : http;
    // No agent: a kept connection could lead to a process from before a reload.
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
