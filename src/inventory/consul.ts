// Asks Consul which hosts run the proxies' service, in every datacenter that the configuration names.

import { quote } from '../config/complaint.ts';
import type { ProxySource } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import type { InventoryEdge } from './edge.ts';
import type { FoundHost } from './found-host.ts';

type ConsulSource = Extract<ProxySource, { kind: 'consul' }>;

/** One registration of the service; several of one host (a port each) are one proxy. */
interface Instance {
  readonly node: string;
  readonly host: string;
  readonly datacenter: string;
}

/**
 * Every host with an instance of the service, also one that fails its check: a sick proxy still holds a table.
 * Without datacenters the agent's own is asked. Hosts of one name in two datacenters are called `name.datacenter`.
 * Throws ConfigError with a complaint per datacenter that could not be asked.
 */
export async function askConsul(source: ConsulSource, edge: InventoryEdge): Promise<readonly FoundHost[]> {
  const deadline = AbortSignal.any([edge.signal, AbortSignal.timeout(edge.timeoutMs)]);
  const asked = source.datacenters.length > 0 ? source.datacenters : [null];
  const answers = await Promise.all(asked.map((datacenter) => askDatacenter(source, datacenter, deadline, edge)));
  const complaints = answers.filter((answer) => typeof answer === 'string');
  if (complaints.length > 0) throw new ConfigError(complaints);
  const instances = answers.filter((answer) => typeof answer !== 'string').flat();
  const hosts = [...new Map(instances.map((one) => [`${one.datacenter} ${one.node} ${one.host}`, one])).values()];
  return hosts.map(({ node, host, datacenter }) => ({
    name: hosts.some((other) => other.node === node && other.datacenter !== datacenter)
      ? `${node}.${datacenter}`
      : node,
    host,
    region: datacenter,
    where: `consul ${datacenter}`,
  }));
}

async function askDatacenter(
  source: ConsulSource,
  datacenter: string | null,
  deadline: AbortSignal,
  edge: InventoryEdge,
): Promise<readonly Instance[] | string> {
  const url = new URL(`${source.url.replace(/\/+$/, '')}/v1/health/service/${encodeURIComponent(source.service)}`);
  if (datacenter !== null) url.searchParams.set('dc', datacenter);
  try {
    // A redirect is not followed: it would carry the token to a place that the configuration does not name.
    const response = await fetch(url, {
      headers: source.token === null ? {} : { 'X-Consul-Token': source.token },
      redirect: 'manual',
      signal: deadline,
    });
    const body = await response.text();
    return response.status === 200 ? readAnswer(body, datacenter, url) : `${url}: ${refusal(response.status, body)}`;
  } catch (error) {
    edge.signal.throwIfAborted();
    if (deadline.aborted) return `${url}: no answer within ${edge.timeoutMs} ms: is this Consul's address?`;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.message) : String(cause);
    return `${url}: Consul cannot be reached (${why}): check proxies.consul.url, or name the proxies in proxies.list`;
  }
}

function refusal(status: number, body: string): string {
  const said = `Consul answered ${status} ${quote(body.trim())}`;
  return status === 401 || status === 403
    ? `${said}: give proxies.consul.token a token that may read nodes and the service`
    : `${said}: check proxies.consul (url, service, datacenters)`;
}

function readAnswer(body: string, datacenter: string | null, url: URL): readonly Instance[] | string {
  const odd = `${url}: the answer is not Consul's list of a service's instances: check proxies.consul.url`;
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return odd;
  }
  if (!Array.isArray(answer)) return odd;
  const instances: Instance[] = [];
  for (const item of answer as { Node?: Record<string, unknown>; Service?: Record<string, unknown> }[]) {
    const node = item?.Node?.Node;
    // The address of the service is empty where it is the node's.
    const host = item?.Service?.Address || item?.Node?.Address;
    const where = datacenter ?? item?.Node?.Datacenter;
    if (typeof node !== 'string' || typeof host !== 'string' || typeof where !== 'string') return odd;
    instances.push({ node, host, datacenter: where });
  }
  return instances;
}
