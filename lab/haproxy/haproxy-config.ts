// The configuration of one proxy of the laboratory, as text.

/**
 * A server line: `shard` counts from 0; `id` is `null` where HAProxy is to number the servers
 * itself.
 */
export interface ServerSlot {
  readonly shard: number;
  readonly id: number | null;
}

export interface TableOptions {
  /**
   * `simple`: one backend holds table and servers. `jitsi`: the table's backend has no server, two
   * others share the table.
   */
  readonly layout: 'simple' | 'jitsi';
  readonly srvkey: 'addr' | 'name' | 'none';
  readonly expire: string;
  /** The table's `len`, bytes. */
  readonly keyLength: number;
  readonly size: string;
  /** What the TCP stats socket may do; the unix socket is always `admin`. */
  readonly level: 'admin' | 'operator' | 'user';
}

export interface ProxyLayout {
  readonly name: string;
  readonly socketPath: string;
  readonly statsPort: number;
  readonly httpPort: number;
  /** Every peer of the mesh, this proxy too, at the address where this proxy finds it. */
  readonly peers: readonly { readonly name: string; readonly address: string }[];
  readonly servers: readonly ServerSlot[];
  /** `ip:port` of each shard, by number. */
  readonly shardAddresses: readonly string[];
}

/** The name of the `i`th proxy and its peer: `hap-a`, `hap-b`, ... */
export const hapName = (i: number): string => `hap-${String.fromCharCode(97 + i)}`;

/**
 * The id that the `n`th shard has on every proxy, unless a test says otherwise: far from the
 * numbers HAProxy gives by itself.
 */
export const shardId = (n: number): number => 11 + n;

function servers(proxy: ProxyLayout, prefix: string): string[] {
  const lines = proxy.servers.map(({ shard, id }) => {
    const suffix = id === null ? '' : ` id ${id}`;
    return `  server ${prefix}shard-${shard + 1} ${proxy.shardAddresses[shard]}${suffix}`;
  });
  // A request may name its shard, so that a test does not depend on which one HAProxy picks.
  const rules = proxy.servers.map(
    ({ shard }) => `  use-server ${prefix}shard-${shard + 1} if { req.hdr(X-Force-Shard) ${shard + 1} }`,
  );
  return [...rules, ...lines];
}

const sticking = [
  '  balance roundrobin',
  '  stick match hdr(X-StickToken) table nodes if { req.hdr(X-StickToken) -m found }',
  '  stick store-request hdr(X-StickToken) table nodes if { req.hdr(X-StickToken) -m found }',
];

function backends(options: TableOptions, proxy: ProxyLayout): string[] {
  const srvkey = options.srvkey === 'none' ? '' : ` srvkey ${options.srvkey}`;
  const table = `  stick-table type string len ${options.keyLength} size ${options.size} peers mesh expire ${options.expire}${srvkey}`;
  if (options.layout === 'simple') return ['backend nodes', table, ...sticking, ...servers(proxy, '')];
  return [
    'backend nodes',
    table,
    'backend release-1',
    ...sticking,
    ...servers(proxy, ''),
    'backend release-2',
    ...sticking,
    ...servers(proxy, 'r2-'),
  ];
}

function routing(layout: TableOptions['layout']): string[] {
  if (layout === 'simple') return ['  default_backend nodes'];
  return ['  use_backend release-2 if { req.hdr(X-Release) release-2 }', '  default_backend release-1'];
}

/** The whole configuration file. */
export function haproxyConfig(options: TableOptions, proxy: ProxyLayout): string {
  return [
    'global',
    '  nbthread 2',
    `  stats socket ${proxy.socketPath} mode 600 level admin`,
    `  stats socket 127.0.0.1:${proxy.statsPort} level ${options.level}`,
    'defaults',
    '  mode http',
    '  timeout connect 2s',
    '  timeout client 60s',
    '  timeout server 60s',
    'peers mesh',
    ...proxy.peers.map(({ name, address }) => `  peer ${name} ${address}`),
    'frontend http',
    `  bind 127.0.0.1:${proxy.httpPort}`,
    `  http-request set-header X-Proxy ${proxy.name}`,
    ...routing(options.layout),
    ...backends(options, proxy),
    '',
  ].join('\n');
}
