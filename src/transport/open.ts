// From a proxy to the transport that reaches it.

import type { ProxyTarget } from '../domain/proxy.ts';
import type { SshSettings } from '../domain/settings.ts';
import type { Compress } from './compressed/compression.ts';
import { socketTransport } from './socket.ts';
import type { Transport } from './transport.ts';

/** Opens nothing yet: the first ask connects. `compress` is for dumps over SSH; nothing else could compress or needs to. */
export function openTransport(target: ProxyTarget, ssh: SshSettings, compress: Compress = 'never'): Transport {
  const { endpoint } = target;
  if (endpoint.kind !== 'ssh') return socketTransport(endpoint);
  return whenAsked(async () => {
    const { sshTransport } = await import('./ssh/transport.ts');
    return sshTransport(endpoint, ssh, compress);
  });
}

/** The SSH library takes longer to load than the rest of the program: only who needs it waits for it. */
function whenAsked(open: () => Promise<Transport>): Transport {
  let opened: Promise<Transport> | null = null;
  let closed = false;
  return {
    async ask(...words) {
      opened ??= open();
      const transport = await opened;
      if (closed) await transport.close();
      return transport.ask(...words);
    },
    async close() {
      closed = true;
      await (await opened)?.close();
    },
  };
}
