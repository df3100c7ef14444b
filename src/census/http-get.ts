// One GET of the census: the answer's bytes as they come, before a deadline and below a size.

import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { CensusTrouble } from '../domain/census.ts';
import { TransportError } from '../errors.ts';
import type { Dial } from '../transport/dial.ts';
import { unreached } from './http-trouble.ts';

/** Enough of a refusal for a person; the rest of its body is not read. */
const MOST_REFUSAL = 2_000;

export interface HttpLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface HttpQuestion {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What to look at where nobody answers. */
  readonly remedy: string;
  readonly limits: HttpLimits;
  /** `null`: from here. */
  readonly dial: Dial | null;
  readonly signal: AbortSignal;
}

/** `text` is the beginning of the body where the status is not 200, else empty. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/**
 * `onChunk` gets the body of an answer with status 200 and says whether it wants more of it.
 * Resolves to the trouble where there is no whole answer, though chunks of it may have come.
 * Rejects with the signal's reason only.
 */
export async function getHttp(
  question: HttpQuestion,
  onChunk: (chunk: Buffer) => boolean,
): Promise<HttpAnswer | CensusTrouble> {
  const { url, limits, signal, remedy } = question;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), limits.timeoutMs);
  const interrupt = () => deadline.abort();
  signal.addEventListener('abort', interrupt, { once: true });
  let bytes = 0;
  const taking = (chunk: Buffer) => {
    bytes += chunk.length;
    return bytes > limits.maxBytes ? false : onChunk(chunk);
  };
  try {
    signal.throwIfAborted();
    const line = await dialled(question, deadline.signal);
    const answer = await exchange(question, line, { onChunk: taking, signal: deadline.signal });
    return bytes > limits.maxBytes ? tooLarge(url, limits.maxBytes) : answer;
  } catch (error) {
    signal.throwIfAborted();
    if (bytes > limits.maxBytes) return tooLarge(url, limits.maxBytes);
    if (deadline.signal.aborted) return tooLate(question, bytes);
    if (error instanceof TransportError) {
      return { code: error.code, message: `${url}: ${error.message}`, remedy: error.remedy };
    }
    return unreached(url, error, remedy);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupt);
  }
}

async function dialled({ url, dial }: HttpQuestion, signal: AbortSignal): Promise<Duplex | null> {
  if (dial === null) return null;
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const line = await dial(host, Number(port || (protocol === 'https:' ? 443 : 80)), signal);
  return protocol === 'https:' ? tls.connect({ socket: line, servername: host, ALPNProtocols: ['http/1.1'] }) : line;
}

interface Exchange {
  readonly onChunk: (chunk: Buffer) => boolean;
  readonly signal: AbortSignal;
}

function exchange(
  { url, headers }: HttpQuestion,
  line: Duplex | null,
  { onChunk, signal }: Exchange,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith('https:') && line === null ? https : http;
    const lines = line === null ? { agent: false as const } : { createConnection: () => line as never };
    // A channel is told of the end by `destroy` only; an error after the end does nothing.
    line?.on('error', reject);
    const sent = request(url, { headers: { ...headers }, ...lines, signal }, (answer) => {
      const { statusCode: status = 0 } = answer;
      let text = '';
      const done = () => {
        resolve({ status, headers: answer.headers, text });
        sent.destroy();
        line?.destroy();
      };
      answer.on('data', (chunk: Buffer) => {
        if (status === 200) {
          if (!onChunk(chunk)) done();
          return;
        }
        text += chunk.toString('latin1');
        if (text.length >= MOST_REFUSAL) done();
      });
      answer.once('error', reject);
      answer.once('end', done);
    });
    sent.on('error', (error) => {
      line?.destroy();
      reject(error);
    });
    sent.end();
  });
}

function tooLate({ url, limits, remedy }: HttpQuestion, bytes: number): CensusTrouble {
  const seconds = `${limits.timeoutMs / 1000} s`;
  return bytes === 0
    ? { code: 'timeout', message: `${url} did not answer within ${seconds}.`, remedy }
    : {
        code: 'timeout',
        message: `${url} did not finish its answer within ${seconds}; ${bytes} bytes had come.`,
        remedy: 'Look whether that host or the network is overloaded, or raise census.timeout.',
      };
}

function tooLarge(url: string, maxBytes: number): CensusTrouble {
  return {
    code: 'too-large',
    message: `${url} answered with more than ${maxBytes} bytes.`,
    remedy: 'Look what answers there; a mesh that is so large needs a higher census.maxBytes.',
  };
}
