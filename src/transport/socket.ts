// A stats socket that this machine can open itself: a unix socket, or TCP. One connection per
// request.

import net from 'node:net';
import { abstractName, type Endpoint, type HostPort, spellEndpoint } from '../domain/proxy.ts';
import { TransportError } from '../errors.ts';
import { type OnChunk, type Pouring, pourInto, requestBytes } from './conversation.ts';
import { type Awaited, type Deadline, FIRST_BYTE, onAbort, type Patience, startDeadline } from './deadline.ts';
import { socketTrouble } from './socket-trouble.ts';
import type { Transport } from './transport.ts';

type SocketEndpoint = Exclude<Endpoint, { kind: 'ssh' }>;

/**
 * Milliseconds. Node tries the addresses of a name in turn. By default it gives each but the last
 * 250 ms: less than a round trip between distant regions may take.
 */
const PATIENCE_PER_ADDRESS_MS = 2_000;

const CONNECTION: Awaited = {
  what: 'the connection',
  remedy: 'Check the address, and the route and firewalls between it and this machine.',
};

/**
 * Bytes. HAProxy sends several of its buffers (16 KB) before it serves other clients; one read of
 * ours takes all of them.
 */
const READ_BYTES = 1 << 18;

/**
 * A TCP connection that may still be connecting. Nagle's algorithm is off: commands are short, and
 * it would delay each by 40 ms through SSH. `allowHalfOpen` keeps our side open when the far end
 * has closed its side. `onread` gives the memory to read into.
 */
export function connectTcp({ host, port }: HostPort, allowHalfOpen: boolean, onread?: net.OnReadOpts): net.Socket {
  const autoSelectFamilyAttemptTimeout = PATIENCE_PER_ADDRESS_MS;
  return net.connect({
    ...{ host, port, noDelay: true, allowHalfOpen, autoSelectFamilyAttemptTimeout },
    ...(onread ? { onread } : {}),
  });
}

/** A transport for `endpoint`. `patience` is for requests that bring no limit of their own. */
export function socketTransport(endpoint: SocketEndpoint, patience: Patience): Transport {
  const place = spellEndpoint(endpoint);
  const closing = new AbortController();
  return {
    async ask(request, onChunk, { timeoutMs, signal }) {
      const bytes = requestBytes(request);
      const deadline = startDeadline(place, { ...patience, timeoutMs }, [signal, closing.signal]);
      try {
        deadline.signal.throwIfAborted();
        const connect = (onread: net.OnReadOpts) =>
          endpoint.kind === 'unix'
            ? net.connect({ path: addressOf(endpoint.path), allowHalfOpen: true, onread })
            : connectTcp(endpoint, true, onread);
        deadline.awaits(CONNECTION);
        const taking: OnChunk = (chunk) => {
          deadline.received(chunk.length);
          return onChunk(chunk);
        };
        await converse(connect, bytes, { place, onChunk: taking, deadline });
      } finally {
        deadline.release();
      }
    },
    async close() {
      closing.abort();
    },
  };
}

/** Bytes of a socket's address (`sun_path`) on Linux. */
const ADDRESS_BYTES = 108;

/**
 * HAProxy fills up the name of an abstract socket with NULs, which makes it another name than the
 * bare one. Node 20 fills it up too; Node 22 takes the name as it is.
 */
function addressOf(path: string): string {
  const name = abstractName(path);
  return name === null ? path : `\0${name}`.padEnd(ADDRESS_BYTES, '\0');
}

/** Who takes the answer, and until when. */
interface AnswerTaking {
  readonly place: string;
  readonly onChunk: OnChunk;
  readonly deadline: Deadline;
}

/**
 * Resolves when the far end has closed its side and the reader has taken every chunk. The socket is
 * destroyed in any case.
 */
function converse(
  connect: (onread: net.OnReadOpts) => net.Socket,
  request: Buffer,
  { place, onChunk, deadline }: AnswerTaking,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let forget = () => {};
    const fail = (error: unknown) => {
      forget();
      socket.destroy();
      reject(error);
    };
    let complete = false;
    let poured: Pouring;
    // One buffer for all reads: by default every read would allocate 64 KB.
    const socket = connect({
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (length, bytes) => poured.take((bytes as Buffer).subarray(0, length)),
    });
    poured = pourInto(onChunk, socket, fail);
    // This listener stays for the socket's whole life: without it, an error after the end would end
    // the process.
    socket.on('error', (error) => {
      if (!complete) fail(new TransportError(socketTrouble(place, error), { cause: error }));
    });
    socket.once('end', async () => {
      complete = true;
      await poured.drained();
      forget();
      socket.destroy();
      resolve();
    });
    socket.once('connect', () => deadline.awaits(FIRST_BYTE));
    forget = onAbort([deadline.signal], fail);
    // HAProxy answers what it has read when it sees our end, and then closes. Without the
    // half-close it would wait for more.
    socket.end(request);
  });
}
