// From a proxy to the transport that reaches it.

import type { ProxyTarget } from '../domain/proxy.ts';
import type { SshSettings } from '../domain/settings.ts';
import type { Compress } from './compressed/compression.ts';
import type { Patience } from './deadline.ts';
import { socketTransport } from './socket.ts';
import type { LogIn, SshTarget } from './ssh/logins.ts';
import type { SshTransport } from './ssh/transport.ts';
import type { Dialect, Transport } from './transport.ts';

export interface TransportOptions {
  readonly ssh: SshSettings;
  /** For dumps over SSH; the other transports never compress. */
  readonly compress: Compress;
  readonly dialect: Dialect;
  readonly patience: Patience;
}

/** Makes a transport without connecting: its first request connects. */
export type OpenTransport = (target: ProxyTarget) => Transport;

/** Transports for the proxies of one run. They share the logins at bastions. */
export function transportsOf(options: TransportOptions): OpenTransport {
  const { ssh, compress, dialect, patience } = options;
  let logins: Promise<LogIn> | null = null;
  return (target) => {
    const { endpoint } = target;
    if (endpoint.kind !== 'ssh') return socketTransport(endpoint, patience);
    const there: SshTarget = { ...target, endpoint };
    const { shell, ...transport } = whenAsked(async () => {
      const { sshTransport } = await import('./ssh/transport.ts');
      logins ??= loginsOf(options);
      return sshTransport(there, { logIn: await logins, via: ssh.via, compress, dialect, patience });
    });
    // The other ways are for hosts that run no commands.
    return ssh.via.kind === 'socat' ? { ...transport, shell } : transport;
  };
}

async function loginsOf({ ssh, patience }: TransportOptions): Promise<LogIn> {
  if (ssh.client.kind === 'openssh') {
    const { openSshLogins } = await import('./ssh/openssh.ts');
    return openSshLogins(ssh, ssh.client, patience);
  }
  const { builtinLogins } = await import('./ssh/logins.ts');
  return builtinLogins(ssh, patience);
}

/**
 * The SSH library takes longer to load than the rest of the program: it is loaded at the first
 * request.
 */
function whenAsked(open: () => Promise<SshTransport>): SshTransport {
  let opened: Promise<SshTransport> | null = null;
  let closed = false;
  const asked = async () => {
    opened ??= open();
    const transport = await opened;
    if (closed) await transport.close();
    return transport;
  };
  return {
    ask: async (...words) => (await asked()).ask(...words),
    dial: async (...words) => (await asked()).dial(...words),
    shell: async (...words) => (await asked()).shell(...words),
    async close() {
      closed = true;
      await (await opened)?.close();
    },
  };
}
