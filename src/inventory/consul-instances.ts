// Reads the instances of a service from Consul's answers, and makes proxies of them: which
// registrations are the same proxy, and its name.

import type { ConsulAnswer } from '../consul/get-consul.ts';
import { isProblem } from '../input/complaint.ts';
import { type PatternWord, parseEndpointPattern } from '../input/endpoint-pattern.ts';
import { type Found, type FoundHost, valueFor } from './found-host.ts';

/** A node that has the service. */
export interface Registration {
  readonly node: string;
  readonly id: string;
}

/** An instance of the service. */
export interface Instance extends Registration {
  readonly host: string;
  readonly port: string | undefined;
  readonly datacenter: string;
  readonly meta: Readonly<Record<string, string>>;
  /** Its checks: 0 none fails, 1 one fails, 2 the node itself is gone (`serfHealth`). */
  readonly failing: 0 | 1 | 2;
}

type JsonFields = Readonly<Record<string, unknown>>;

/**
 * The instances in an answer of `/v1/health/service`, or a complaint where the answer has another
 * form.
 */
export function readInstances({ body, url }: ConsulAnswer, datacenter: string | null): readonly Instance[] | string {
  const odd = `${url}: the answer is not Consul's list of a service's instances: check proxies.consul.url`;
  if (!Array.isArray(body)) return odd;
  const instances: Instance[] = [];
  for (const item of body as { Node?: JsonFields; Service?: JsonFields; Checks?: unknown }[]) {
    const node = item?.Node?.Node;
    // An empty address of the service means the node's.
    const host = item?.Service?.Address || item?.Node?.Address;
    const where = datacenter ?? item?.Node?.Datacenter;
    if (typeof node !== 'string' || typeof host !== 'string' || typeof where !== 'string') return odd;
    const { ID: id = '', Port: port, Meta: meta } = item.Service ?? {};
    instances.push({
      node,
      id: String(id),
      host,
      port: typeof port === 'number' && port > 0 ? String(port) : undefined,
      datacenter: where,
      meta: textsOf(meta),
      failing: failingOf(item.Checks),
    });
  }
  return instances;
}

/** The registrations in an answer of `/v1/catalog/service`, or a complaint. */
export function readCatalog({ body, url }: ConsulAnswer): readonly Registration[] | string {
  const odd = `${url}: the answer is not Consul's catalog of a service: check proxies.consul.url`;
  if (!Array.isArray(body)) return odd;
  const rows = (body as JsonFields[]).map((row) => ({ node: row?.Node, id: row?.ServiceID }));
  const isRow = (row: { node: unknown; id: unknown }): row is Registration =>
    typeof row.node === 'string' && typeof row.id === 'string';
  return rows.every(isRow) ? rows : odd;
}

function textsOf(meta: unknown): Readonly<Record<string, string>> {
  if (typeof meta !== 'object' || meta === null) return {};
  return Object.fromEntries(
    Object.entries(meta).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function failingOf(checks: unknown): Instance['failing'] {
  const critical = (Array.isArray(checks) ? (checks as JsonFields[]) : []).filter(
    (check) => check?.Status === 'critical',
  );
  if (critical.some(({ CheckID }) => CheckID === 'serfHealth')) return 2;
  return critical.length > 0 ? 1 : 0;
}

/**
 * The proxies. Instances of one node that the pattern leads to the same endpoint are one proxy. If
 * instances of several nodes lead to the same endpoint and some fail their checks, those are left
 * out: a node that is gone stays registered beside its successor. Hosts of the same name are called
 * `name.datacenter`; several instances of one node `name-address` or `name-port`.
 */
export function foundHosts(instances: readonly Instance[], endpoint: string): Found {
  const pattern = parseEndpointPattern(endpoint);
  const words: readonly PatternWord[] = isProblem(pattern) ? [] : pattern.words;
  const placed = instances.map((instance) => {
    const { host, port, meta, datacenter, node } = instance;
    const found: FoundHost = { name: node, host, port, meta, region: datacenter, where: `consul ${datacenter}` };
    const chosen = words.filter((word) => word !== 'host' && word !== 'name').map((word) => valueFor(found, word));
    return { ...instance, found, place: JSON.stringify([datacenter, host, ...chosen]) };
  });
  const ghosts = placed.filter(({ place, failing }) =>
    placed.some((other) => other.place === place && other.failing < failing),
  );
  const kept = placed.filter((one) => !ghosts.includes(one));
  const successor = (place: string) => kept.find((one) => one.place === place)!;
  const distinct = [...new Map(kept.map((one) => [`${one.node} ${one.place}`, one])).values()];
  const notes = ghosts
    .filter(({ node, place }) => successor(place).node !== node)
    .map(
      ({ node, place, host, datacenter }) =>
        `Consul's node ${node} (${datacenter}) is left out: it fails its checks, and ${successor(place).node} has its address ${host}.`,
    );
  const hosts = distinct.map(({ node, datacenter, host, port, id, found }) => {
    const siblings = distinct.filter((other) => other.node === node && other.datacenter === datacenter);
    const isEverywhere = distinct.some((other) => other.node === node && other.datacenter !== datacenter);
    const suffixes = [host, port, id].map((suffix) => suffix ?? '');
    const apart = [0, 1].find(
      (index) => new Set(siblings.map((one) => [one.host, one.port][index])).size === siblings.length,
    );
    const name = siblings.length > 1 ? `${node}-${suffixes[apart ?? 2]}` : node;
    return { ...found, name: isEverywhere ? `${name}.${datacenter}` : name };
  });
  return { hosts, notes };
}
