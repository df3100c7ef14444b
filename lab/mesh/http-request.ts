// One real HTTP request for a conference through a proxy, written byte for byte: Node's client
// refuses names that HAProxy takes.

import { connect } from 'node:net';
import { bytesOf, type Conference } from '../haproxy/runtime-socket.ts';

/** `shard` is the `ip:port` that answered, `null` where none did (e.g. HAProxy's own 503). */
export interface Landing {
  readonly status: number;
  readonly shard: string | null;
}

export interface RequestOptions {
  /** The `jitsi` layout's backend; default `release-1`. */
  readonly release?: 'release-1' | 'release-2';
  /**
   * The shard, counted from 0, instead of the one that stickiness or load balancing would choose.
   */
  readonly forceShard?: number;
  readonly signal?: AbortSignal;
}

// Longer than any test holds an answer back.
const DEADLINE_MS = 60_000;

function requestBytes(conference: Conference, { release, forceShard }: RequestOptions): Buffer {
  const token = Buffer.from(bytesOf(conference));
  if (token.includes(0x0a) || token.includes(0x0d) || token.includes(0)) {
    throw new RangeError('a header cannot carry CR, LF or NUL');
  }
  const lines = ['GET /http-bind HTTP/1.1', 'Host: laboratory', 'Connection: close'];
  if (release) lines.push(`X-Release: ${release}`);
  if (forceShard !== undefined) lines.push(`X-Force-Shard: ${forceShard + 1}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\nX-StickToken: `), token, Buffer.from('\r\n\r\n')]);
}

/** Sends it to `127.0.0.1:port` and reads the whole answer. Rejects where no proxy answers. */
export function requestConference(
  port: number,
  conference: Conference,
  options: RequestOptions = {},
): Promise<Landing> {
  const bytes = requestBytes(conference, options);
  const { signal } = options;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    const chunks: Buffer[] = [];
    const abort = () => socket.destroy(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    socket.setTimeout(DEADLINE_MS, () =>
      socket.destroy(new Error(`no answer from port ${port} for ${DEADLINE_MS} ms`)),
    );
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      signal?.removeEventListener('abort', abort);
      const head = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n')[0]!;
      const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
      if (!status) return reject(new Error(`no HTTP answer from port ${port}: ${JSON.stringify(head.slice(0, 80))}`));
      resolve({ status: Number(status), shard: /^x-shard: (\S+)$/im.exec(head)?.[1] ?? null });
    });
  });
}
