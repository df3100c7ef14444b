// A stats socket that this machine can open itself: a unix socket, or TCP. One connection per conversation.

import net from 'node:net';
import { type Endpoint, spellEndpoint } from '../domain/proxy.ts';
import { TransportError } from '../errors.ts';
import { type OnChunk, pour, requestBytes } from './conversation.ts';
import { onAbort, startDeadline } from './deadline.ts';
import { socketTrouble } from './socket-trouble.ts';
import type { Transport } from './transport.ts';

type SocketEndpoint = Exclude<Endpoint, { kind: 'ssh' }>;

/**
 * Node tries the addresses of a name one after the other and gives each but the last 250 ms, less than a round trip
 * between distant regions.
 */
const PATIENCE_PER_ADDRESS_MS = 2_000;

/**
 * A TCP connection that may still be connecting. Commands are short: Nagle's algorithm would only delay them, by 40 ms each
 * through SSH. `allowHalfOpen` keeps our side open when the far end has closed its own.
 */
export function connectTcp(host: string, port: number, allowHalfOpen: boolean): net.Socket {
  const autoSelectFamilyAttemptTimeout = PATIENCE_PER_ADDRESS_MS;
  return net.connect({ host, port, noDelay: true, allowHalfOpen, autoSelectFamilyAttemptTimeout });
}

export function socketTransport(endpoint: SocketEndpoint): Transport {
  const place = spellEndpoint(endpoint);
  const closing = new AbortController();
  return {
    async ask(request, onChunk, { timeoutMs, signal }) {
      const bytes = requestBytes(request);
      const deadline = startDeadline(place, timeoutMs, [signal, closing.signal]);
      try {
        deadline.signal.throwIfAborted();
        const socket =
          endpoint.kind === 'unix'
            ? net.connect({ path: endpoint.path, allowHalfOpen: true })
            : connectTcp(endpoint.host, endpoint.port, true);
        await converse(socket, bytes, { place, onChunk, signal: deadline.signal });
      } finally {
        deadline.release();
      }
    },
    async close() {
      closing.abort();
    },
  };
}

interface Conversation {
  readonly place: string;
  readonly onChunk: OnChunk;
  readonly signal: AbortSignal;
}

/** Resolves when the far end has closed its side and every chunk was taken. The socket is gone afterwards, whatever happened. */
function converse(socket: net.Socket, request: Buffer, { place, onChunk, signal }: Conversation): Promise<void> {
  return new Promise((resolve, reject) => {
    let forget = () => {};
    const fail = (error: unknown) => {
      forget();
      socket.destroy();
      reject(error);
    };
    let complete = false;
    // Stays for the socket's whole life: an error after the end has a listener and does nothing.
    socket.on('error', (error) => {
      if (!complete) fail(new TransportError(socketTrouble(place, error), { cause: error }));
    });
    const poured = pour(socket, onChunk, fail);
    socket.once('end', async () => {
      complete = true;
      await poured.drained();
      forget();
      socket.destroy();
      resolve();
    });
    forget = onAbort([signal], fail);
    // HAProxy answers what it has read when it sees our end, and then closes; without the half-close it would wait for more.
    socket.end(request);
  });
}
