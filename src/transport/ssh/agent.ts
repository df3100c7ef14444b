// An SSH agent whose connections can be closed and have a deadline. An agent may accept a
// connection and never answer, for instance while it waits for a person to confirm or to type a
// passphrase.

import net from 'node:net';
import ssh2 from 'ssh2';

/**
 * Milliseconds. An agent that needs no person is quicker, also with a key on a token. Less than
 * `collect.firstByte`, so that a login goes on to its next proof.
 */
const AGENT_MS = 8_000;

/**
 * An agent. `close` ends every connection to it: one that is never answered would keep the process
 * alive.
 */
export interface OwnedAgent {
  readonly agent: InstanceType<typeof ssh2.OpenSSHAgent>;
  /** How many keys the agent holds, `null` before it has answered. */
  readonly keyCount: () => number | null;
  close(): void;
}

/** The agent at `socketPath`. `onConnect` is called each time that the agent is asked. */
export function ownAgent(socketPath: string, onConnect: () => void): OwnedAgent {
  const sockets = new Set<net.Socket>();
  let count: number | null = null;

  class Agent extends ssh2.OpenSSHAgent {
    // ssh2 1.17 opens a connection for each question through this.
    override getStream(callback: (error?: Error | null, stream?: net.Socket) => void): void {
      onConnect();
      const socket = net.connect({ path: socketPath });
      sockets.add(socket);
      let isOpen = false;
      socket.setTimeout(AGENT_MS, () => socket.destroy(new Error(`no answer within ${AGENT_MS / 1000} s`)));
      socket.once('connect', () => {
        isOpen = true;
        callback(null, socket);
      });
      // This listener stays for the socket's whole life; ssh2 adds its own once it has the stream.
      socket.on('error', (error) => {
        if (!isOpen) callback(error);
      });
      socket.once('close', () => sockets.delete(socket));
    }

    override getIdentities(callback: Parameters<InstanceType<typeof ssh2.OpenSSHAgent>['getIdentities']>[0]): void {
      super.getIdentities((error, keys) => {
        if (!error) count = keys?.length ?? 0;
        callback(error, keys);
      });
    }
  }

  return {
    agent: new Agent(socketPath),
    keyCount: () => count,
    close: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}
