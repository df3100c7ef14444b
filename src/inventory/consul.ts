// Asks Consul which hosts run the proxies' service, in every datacenter that the configuration
// names.

import { type ConsulAnswer, getConsul, isConsulTrouble, spellTrouble } from '../consul/get-consul.ts';
import type { ProxySource } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { quote } from '../input/complaint.ts';
import { startTimeLimit } from '../process/time-limit.ts';
import { foundHosts, type Instance, type Registration, readCatalog, readInstances } from './consul-instances.ts';
import type { Found } from './found-host.ts';
import type { InventoryContext } from './inventory-context.ts';

type ConsulSource = Extract<ProxySource, { kind: 'consul' }>;
type Ask = (path: string, search: Readonly<Record<string, string | null>>) => Promise<ConsulAnswer | string>;

/**
 * Every instance of the service, also those that fail their check: a sick proxy still holds a
 * table. Without datacenters, the agent's own is asked. Throws ConfigError with a complaint for
 * each datacenter that could not be asked or whose answer is incomplete.
 */
export async function readConsul(source: ConsulSource, context: InventoryContext): Promise<Found> {
  const deadline = startTimeLimit(context);
  try {
    const { url, token, service } = source;
    const access = { url, token, section: 'proxies.consul', otherwise: ', or name the proxies in proxies.list' };
    const named = {
      asked: `the service ${quote(service)}`,
      hidden: 'proxies',
      rights: `service:read on ${quote(service)} and node:read on every node`,
      deadline: deadline.signal,
    };
    return await askAll(source, async (path, search) => {
      const answer = await getConsul(access, { path, search, ...named }, context);
      return isConsulTrouble(answer) ? spellTrouble(answer) : answer;
    });
  } finally {
    deadline.release();
  }
}

async function askAll(source: ConsulSource, ask: Ask): Promise<Found> {
  const asked = await datacentersOf(source, ask);
  if (typeof asked === 'string') throw new ConfigError([asked]);
  const answers = await Promise.all(asked.map((datacenter) => askDatacenter(source, datacenter, ask)));
  const complaints = answers.filter((answer) => typeof answer === 'string');
  if (complaints.length > 0) throw new ConfigError(complaints);
  const instances = answers.filter((answer) => typeof answer !== 'string').flat();
  if (instances.length === 0) throw new ConfigError([nobody(source, asked)]);
  return foundHosts(instances, source.endpoint);
}

/** The datacenters to ask; `null` stands for the agent's own. */
async function datacentersOf(source: ConsulSource, ask: Ask): Promise<readonly (string | null)[] | string> {
  if (source.datacenters !== 'all') return source.datacenters.length > 0 ? source.datacenters : [null];
  const answer = await ask('/v1/catalog/datacenters', {});
  if (typeof answer === 'string') return answer;
  const { body, url } = answer;
  const isList = Array.isArray(body) && body.length > 0 && body.every((name) => typeof name === 'string');
  return isList ? body : `${url}: the answer is not Consul's list of datacenters: check proxies.consul.url`;
}

async function askDatacenter(source: ConsulSource, dc: string | null, ask: Ask): Promise<readonly Instance[] | string> {
  const service = encodeURIComponent(source.service);
  const health = (filter: string | null) => ask(`/v1/health/service/${service}`, { dc, filter });
  const answer = await health(source.filter);
  if (typeof answer === 'string') return answer;
  if (answer.refusedSelector === null) return readInstances(answer, dc);
  // The filter uses the names of the catalog (ServiceMeta.x, not Service.Meta.x). The catalog has
  // no checks, so both are asked.
  const [catalog, all] = await Promise.all([
    ask(`/v1/catalog/service/${service}`, { dc, filter: source.filter }),
    health(null),
  ]);
  if (typeof catalog === 'string') return catalog;
  if (typeof all === 'string') return all;
  if (catalog.refusedSelector !== null) {
    return `${catalog.url}: Consul refuses proxies.consul.filter: ${quote(catalog.refusedSelector)}`;
  }
  const wanted = readCatalog(catalog);
  const instances = readInstances(all, dc);
  if (typeof wanted === 'string') return wanted;
  if (typeof instances === 'string') return instances;
  const isWanted = ({ node, id }: Registration) => wanted.some((one) => one.node === node && one.id === id);
  return instances.filter(isWanted);
}

function nobody({ service, filter, token }: ConsulSource, asked: readonly (string | null)[]): string {
  const where = asked.map((datacenter) => datacenter ?? "the agent's datacenter").join(', ');
  const access =
    token === null
      ? 'where Consul has ACLs it answers so without proxies.consul.token'
      : `the policy of proxies.consul.token must allow service:read on ${quote(service)} and node:read`;
  const what = filter === null ? 'no instance' : `no instance that proxies.consul.filter lets through`;
  return `proxies.consul: ${what} of the service ${quote(service)} in ${where}: check its name and the datacenters; ${access}`;
}
