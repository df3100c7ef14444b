// An address as text: host and port together.

/** `host:port`, with brackets around an IPv6 address. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The shard address that a server key spells, or `null` where it is no address (a name). With
 * `srvkey addr` HAProxy 2.6 to 3.4 writes `ip:port`, IPv6 without brackets (split at the last
 * colon), and `ip:+0` for a server without a port.
 */
export function addressOfServerKey(serverKey: string): string | null {
  const match = /^([0-9a-fA-F.:%]+):(\+?\d+)$/.exec(serverKey);
  if (!match) return null;
  const host = match[1]!;
  if (!host.includes(':') && !/^\d+\.\d+\.\d+\.\d+$/.test(host)) return null;
  return hostAndPort(host, Number(match[2]));
}
