// What Consul's answers say: instances of a service, and values of its KV. Pure.

import { hostAndPort } from '../domain/address.ts';
import type { WantedProxy, WantedShard } from '../domain/discovery.ts';
import { quote } from '../input/complaint.ts';

/** What was understood of an answer, and what is odd about the rest; `null`: nothing. */
export interface Understood<T> {
  readonly value: T;
  readonly odd: string | null;
}

export interface Pin {
  readonly tenant: string;
  readonly release: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** The id of a shard's server is its number and this (Jitsi's haproxy.cfg template). */
const FIRST_SERVER_ID = 10;

/**
 * The shards of an environment, of `/v1/catalog/service/signal`. HAProxy's template takes the
 * address of the node, and the port that the metadata names: 443 on virtual machines, any under
 * Nomad. Several registrations of one shard at one address are one.
 */
export function readShards(body: unknown, environment: string): Understood<readonly WantedShard[]> | null {
  const rows = rowsOf(body);
  if (rows === null) return null;
  const odd: string[] = [];
  const shards = new Map<string, WantedShard>();
  for (const row of rows) {
    const meta = textsOf(row.ServiceMeta);
    if (meta.environment !== environment) continue;
    const shard = shardOf(row, meta);
    if (typeof shard === 'string') odd.push(shard);
    else shards.set(`${shard.name} ${shard.address}`, shard);
  }
  return { value: [...shards.values()], odd: spellOdd(odd) };
}

function shardOf(row: Fields, meta: Readonly<Record<string, string>>): WantedShard | string {
  const { Node: node, Address: host, Datacenter: region, ServiceTags: tags } = row;
  const name = meta.shard || tagged(tags, 'shard-');
  const who = `the instance of node ${quote(String(node))}`;
  if (!name) return `${who} has no ServiceMeta.shard`;
  const port = Number(meta.http_backend_port);
  if (typeof host !== 'string' || !isIp(host)) return `shard ${quote(name)} has no IP address as its node's Address`;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    return `shard ${quote(name)} has no port in ServiceMeta.http_backend_port`;
  }
  const id = meta.shard_id;
  if (id !== undefined && !/^\d{1,9}$/.test(id))
    return `shard ${quote(name)} has the ServiceMeta.shard_id ${quote(id)}`;
  const release = meta.release_number ? `release-${meta.release_number}` : tagged(tags, 'release-', true);
  return {
    name,
    address: hostAndPort(host, port),
    serverId: id === undefined ? null : Number(id) + FIRST_SERVER_ID,
    release: release || null,
    region: typeof region === 'string' ? region : null,
    meta,
  };
}

/** The proxies of an environment, by the names that their peers list them under. */
export function readProxies(body: unknown, environment: string): Understood<readonly WantedProxy[]> | null {
  const rows = rowsOf(body);
  if (rows === null) return null;
  const odd: string[] = [];
  const proxies = new Map<string, WantedProxy>();
  for (const { ServiceMeta, Node: node, Address: address, Datacenter: region } of rows) {
    const meta = textsOf(ServiceMeta);
    if (meta.environment !== environment) continue;
    const name = meta.hostname || node;
    if (typeof name !== 'string' || name === '') odd.push('an instance of the proxies has neither hostname nor node');
    else {
      const textOrNull = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
      proxies.set(name, { name, address: textOrNull(address), region: textOrNull(region) });
    }
  }
  return { value: [...proxies.values()], odd: spellOdd(odd) };
}

/** The release that a key of Consul's KV names as plain text; `null` where there is no such key. */
export function readLive(body: unknown): Understood<string | null> | null {
  const rows = rowsOf(body);
  if (rows === null || rows.length > 1) return null;
  if (rows.length === 0) return { value: null, odd: null };
  const release = releaseIn(rows[0]!);
  return release === null
    ? { value: null, odd: `${quote(String(rows[0]!.Key))} holds no name of a release` }
    : { value: release, odd: null };
}

/** The pins below a prefix; tenants are lower-case in the proxies' map. */
export function readPins(body: unknown, prefix: string): Understood<readonly Pin[]> | null {
  const rows = rowsOf(body);
  if (rows === null) return null;
  const odd: string[] = [];
  const pins: Pin[] = [];
  for (const row of rows) {
    const { Key: key } = row;
    if (typeof key !== 'string' || !key.startsWith(prefix)) return null;
    const tenant = key.slice(prefix.length).toLowerCase();
    // A folder that somebody made by hand.
    if (tenant === '' || tenant.endsWith('/')) continue;
    const release = releaseIn(row);
    if (release === null) odd.push(`${quote(key)} holds no name of a release`);
    else pins.push({ tenant, release });
  }
  return { value: pins, odd: spellOdd(odd) };
}

function releaseIn({ Value: value }: Fields): string | null {
  if (typeof value !== 'string') return null;
  const text = Buffer.from(value, 'base64').toString('latin1').trim();
  return /^[A-Za-z0-9_.:-]{1,100}$/.test(text) ? text : null;
}

function rowsOf(body: unknown): readonly Fields[] | null {
  if (!Array.isArray(body)) return null;
  return body.every((row) => typeof row === 'object' && row !== null) ? (body as Fields[]) : null;
}

function textsOf(meta: unknown): Readonly<Record<string, string>> {
  if (typeof meta !== 'object' || meta === null) return {};
  return Object.fromEntries(
    Object.entries(meta).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** What stands behind the prefix of a tag, or the whole of it. */
function tagged(tags: unknown, prefix: string, whole = false): string {
  const tag = Array.isArray(tags)
    ? tags.find((each) => typeof each === 'string' && each.startsWith(prefix) && each.length > prefix.length)
    : undefined;
  return tag === undefined ? '' : whole ? tag : tag.slice(prefix.length);
}

function isIp(host: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host) || /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]+$/.test(host);
}

function spellOdd(odd: readonly string[]): string | null {
  if (odd.length === 0) return null;
  return odd.length === 1 ? odd[0]! : `${odd[0]}, and ${odd.length - 1} more are odd`;
}
