// From a proxy to the transport that reaches it.

import type { ProxyTarget } from '../domain/proxy.ts';
import type { SshSettings } from '../domain/settings.ts';
import { socketTransport } from './socket.ts';
import { sshTransport } from './ssh.ts';
import type { Transport } from './transport.ts';

/** Opens nothing yet: the first ask connects. */
export function openTransport(target: ProxyTarget, ssh: SshSettings): Transport {
  const { endpoint } = target;
  return endpoint.kind === 'ssh' ? sshTransport(endpoint, ssh) : socketTransport(endpoint);
}
