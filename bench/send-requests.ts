// Many HTTP requests as fast as one proxy takes them: a few connections, many requests under way on
// each.

import { connect } from 'node:net';
import { atExit } from '../lab/at-exit.ts';

const CONNECTIONS = 8;
const UNDER_WAY = 64;
const DEADLINE_MS = 15_000;
const OK = 'HTTP/1.1 200';

/**
 * Sends the requests `0` to `count - 1`, in no particular order. Rejects at the first answer that
 * is not 200, or when nothing comes for 15 s.
 */
export async function sendRequests(port: number, count: number, requestOf: (n: number) => string): Promise<void> {
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, lane) => sendLane(port, lane, count, requestOf)));
}

/** Every eighth request, one after the other on one connection. */
function sendLane(port: number, lane: number, count: number, requestOf: (n: number) => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const forget = atExit(() => socket.destroy());
    let next = lane;
    let underWay = 0;
    let carried = '';
    const finish = (error: Error | null) => {
      forget();
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    const send = () => {
      let batch = '';
      for (; underWay < UNDER_WAY && next < count; next += CONNECTIONS, underWay++) batch += requestOf(next);
      if (batch !== '') socket.write(batch, 'latin1');
      else if (underWay === 0) finish(null);
    };
    socket.setTimeout(DEADLINE_MS, () => finish(new Error(`port ${port} has not answered for ${DEADLINE_MS} ms`)));
    socket.once('connect', send);
    socket.on('error', finish);
    socket.on('close', () => finish(new Error(`port ${port} closed the connection, ${underWay} requests under way`)));
    socket.setEncoding('latin1').on('data', (text: string) => {
      const seen = carried + text;
      for (let at = seen.indexOf('HTTP/1.1 '); at >= 0; at = seen.indexOf('HTTP/1.1 ', at + 1)) {
        // Cut off by the end of the chunk: counted with the next one.
        if (at + OK.length > seen.length) break;
        if (!seen.startsWith(OK, at)) return finish(new Error(`port ${port} answered ${seen.slice(at, at + 100)}`));
        underWay--;
      }
      carried = seen.slice(-(OK.length - 1));
      // Refilled by half, so that a write carries many requests.
      if (underWay <= UNDER_WAY / 2) send();
    });
  });
}
