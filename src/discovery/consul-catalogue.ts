// Asks Consul, in every datacenter, which shards and proxies there are, which release is live and
// which tenants are pinned.

import { type ConsulQuestion, type ConsulTrouble, getConsul, isConsulTrouble } from '../consul/get-consul.ts';
import { type Catalogue, type CataloguePart, catalogueParts, type DiscoveryTrouble } from '../domain/discovery.ts';
import type { DiscoveryConsul } from '../domain/settings.ts';
import { quote } from '../input/complaint.ts';
import { startTimeLimit } from '../process/time-limit.ts';
import { readLive, readPins, readProxies, readShards, type Understood } from './consul-rows.ts';
import type { LastGood } from './last-good.ts';

export interface ConsulDiscovery {
  readonly consul: DiscoveryConsul;
  readonly environment: string;
  readonly lastGood: LastGood;
  /** How old a last good answer may be. */
  readonly maxAgeMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of all questions together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** One question, and how its answer is understood; `null` is no answer of this kind. */
interface PartQuestion {
  readonly part: CataloguePart;
  readonly path: string;
  readonly search: ConsulQuestion['search'];
  readonly asked: string;
  readonly rights: string;
  readonly understand: (body: unknown) => Understood<unknown> | null;
}

/** What one datacenter says of one part; `value` is `null` where nothing is known. */
interface PartAnswer {
  readonly part: CataloguePart;
  readonly datacenter: string;
  readonly value: unknown;
  readonly trouble: DiscoveryTrouble | null;
}

type Ask = (question: Omit<ConsulQuestion, 'deadline' | 'hidden'>) => Promise<Asked>;
type Asked = { readonly body: unknown; readonly isAbsent: boolean } | ConsulTrouble;

/** Rejects only when the signal aborts: all else is a trouble of the parts that it concerns. */
export async function askCatalogue(discovery: ConsulDiscovery): Promise<Catalogue> {
  const { consul, timeoutMs, signal } = discovery;
  const deadline = startTimeLimit({ signal, timeoutMs });
  const access = { url: consul.url, token: consul.token, section: 'discovery.consul', otherwise: '' };
  const ask: Ask = (question) =>
    getConsul(access, { ...question, hidden: 'some', deadline: deadline.signal }, { signal, timeoutMs });
  try {
    const datacenters = await datacentersOf(discovery, ask);
    const questions = questionsOf(discovery);
    const answers =
      datacenters.trouble === null
        ? await Promise.all(
            datacenters.names.flatMap((datacenter) =>
              questions.map((each) => askPart(discovery, { ...each, datacenter, ask })),
            ),
          )
        : datacenters.names.flatMap((datacenter) =>
            questions.map((each) => standIn(discovery, { ...each, datacenter }, datacenters.trouble!)),
          );
    return assemble(discovery, answers, datacenters.names.length === 0 ? datacenters.trouble : null);
  } finally {
    deadline.release();
  }
}

async function datacentersOf(
  { consul, lastGood, now }: ConsulDiscovery,
  ask: Ask,
): Promise<{ readonly names: readonly string[]; readonly trouble: ConsulTrouble | null }> {
  if (consul.datacenters !== 'all') return { names: consul.datacenters, trouble: null };
  const answer = await ask({
    path: '/v1/catalog/datacenters',
    search: {},
    asked: 'its datacenters',
    rights: 'the list of datacenters',
  });
  const isNames = (body: unknown): body is readonly string[] =>
    Array.isArray(body) && body.length > 0 && body.every((name) => typeof name === 'string');
  const before = lastGood.get('datacenters')?.body;
  const known = isNames(before) ? before : [];
  if (isConsulTrouble(answer)) return { names: known, trouble: answer };
  if (!isNames(answer.body)) {
    const message = `${consul.url}: the answer is not Consul's list of datacenters`;
    return { names: known, trouble: { message, remedy: 'check discovery.consul.url' } };
  }
  lastGood.put('datacenters', { atMs: now, body: answer.body });
  return { names: answer.body, trouble: null };
}

function questionsOf({ consul, environment }: ConsulDiscovery): readonly PartQuestion[] {
  const service = (name: string) => ({
    path: `/v1/catalog/service/${encodeURIComponent(name)}`,
    search: {},
    asked: `the service ${quote(name)}`,
    rights: `service:read on ${quote(name)} and node:read on every node`,
  });
  const keys = (key: string) => ({
    path: `/v1/kv/${key.split('/').map(encodeURIComponent).join('/')}`,
    asked: `the key ${quote(key)}`,
    rights: `key:read on ${quote(key)}`,
  });
  return [
    { part: 'shards', ...service(consul.shards), understand: (body) => readShards(body, environment) },
    { part: 'proxies', ...service(consul.proxies), understand: (body) => readProxies(body, environment) },
    { part: 'live', ...keys(consul.live), search: {}, understand: readLive },
    {
      part: 'tenants',
      ...keys(consul.tenants),
      search: { recurse: '' },
      understand: (body) => readPins(body, consul.tenants),
    },
  ];
}

type At<T> = T & { readonly datacenter: string };

async function askPart(
  discovery: ConsulDiscovery,
  question: At<PartQuestion> & { readonly ask: Ask },
): Promise<PartAnswer> {
  const { part, datacenter, path, search, asked, rights, understand, ask } = question;
  const answer = await ask({ path, search: { dc: datacenter, ...search }, asked, rights });
  if (isConsulTrouble(answer)) return standIn(discovery, question, answer);
  const body = answer.isAbsent ? [] : answer.body;
  const understood = understand(body);
  if (understood === null) {
    const message = `${discovery.consul.url}: the answer of ${datacenter} for ${asked} is not what Consul answers`;
    return standIn(discovery, question, { message, remedy: 'check discovery.consul.url' });
  }
  const { value, odd } = understood;
  if (odd === null) discovery.lastGood.put(`${part} ${datacenter}`, { atMs: discovery.now, body: slim(body) });
  const remedy = 'mend it in Consul: what is odd is left out';
  const trouble =
    odd === null ? null : { part, datacenter, message: `Consul of ${datacenter}: ${odd}`, remedy, answerFromMs: null };
  return { part, datacenter, value, trouble };
}

/** The last good answer, where there is one that is young enough. */
function standIn(
  { lastGood, now, maxAgeMs }: ConsulDiscovery,
  { part, datacenter, understand }: At<PartQuestion>,
  { message, remedy }: ConsulTrouble,
): PartAnswer {
  const kept = lastGood.get(`${part} ${datacenter}`);
  const isYoung = kept !== null && now - kept.atMs <= maxAgeMs;
  const body = isYoung ? kept.body : null;
  const understood = body === null ? null : understand(body);
  const answerFromMs = understood === null ? null : kept!.atMs;
  return {
    part,
    datacenter,
    value: understood?.value ?? null,
    trouble: { part, datacenter, message, remedy, answerFromMs },
  };
}

/** Of the rows of an answer what is read of them: nodes carry much more. */
function slim(body: unknown): unknown {
  const fields = ['Node', 'Address', 'Datacenter', 'ServiceTags', 'ServiceMeta', 'Key', 'Value'];
  return (body as readonly Readonly<Record<string, unknown>>[]).map((row) =>
    Object.fromEntries(fields.filter((field) => row[field] !== undefined).map((field) => [field, row[field]])),
  );
}

function assemble(discovery: ConsulDiscovery, answers: readonly PartAnswer[], blind: ConsulTrouble | null): Catalogue {
  const of = <T>(part: CataloguePart) =>
    answers.flatMap(({ part: its, datacenter, value }) =>
      its === part && value !== null ? [{ datacenter, value: value as T }] : [],
    );
  const registered = of<Catalogue['shards']>('shards').flatMap(({ value }) => value);
  const shards = [...new Map(registered.map((shard) => [`${shard.name} ${shard.address}`, shard])).values()];
  const proxies = of<Catalogue['proxies']>('proxies').flatMap(({ value }) => value);
  const troubles = answers.flatMap(({ trouble }) => (trouble === null ? [] : [trouble]));
  const blinded =
    blind === null ? [] : catalogueParts.map((part) => ({ part, datacenter: null, ...blind, answerFromMs: null }));
  const catalogue = {
    source: `Consul at ${discovery.consul.url}`,
    speaksOf: new Set(catalogueParts),
    shards,
    liveReleases: of<string>('live').map(({ datacenter, value }) => ({ datacenter, release: value })),
    tenantPins: of<readonly { readonly tenant: string; readonly release: string }[]>('tenants').flatMap(
      ({ datacenter, value }) => value.map((pin) => ({ datacenter, ...pin })),
    ),
    proxies,
    troubles: [...troubles, ...blinded],
  };
  const lacks = [...catalogue.troubles, ...lacking(discovery, catalogue)];
  return { ...catalogue, troubles: [...lacks, ...hiddenPins(catalogue, lacks)] };
}

/**
 * ACLs hide pins without a word (Consul 1.8), and mostly all keys alike: no pin beside a live
 * release that cannot be read proves nothing.
 */
function hiddenPins({ tenantPins }: Catalogue, troubles: readonly DiscoveryTrouble[]): readonly DiscoveryTrouble[] {
  const isTold = (one: DiscoveryTrouble) =>
    troubles.some(({ part, datacenter }) => part === 'tenants' && datacenter === one.datacenter) ||
    tenantPins.some(({ datacenter }) => datacenter === one.datacenter);
  return troubles
    .filter((one) => one.part === 'live' && one.answerFromMs === null && !isTold(one))
    .map((one) => ({ ...one, part: 'tenants' as const }));
}

/** What Consul ought to know and does not: nothing at all, no live release, one shard twice. */
function lacking({ consul, environment }: ConsulDiscovery, catalogue: Catalogue): readonly DiscoveryTrouble[] {
  const troubles: DiscoveryTrouble[] = [];
  const say = (trouble: Omit<DiscoveryTrouble, 'answerFromMs'>) => troubles.push({ ...trouble, answerFromMs: null });
  const hasTrouble = (part: CataloguePart) => catalogue.troubles.some((trouble) => trouble.part === part);
  const access =
    consul.token === null
      ? 'where Consul has ACLs it answers so without discovery.consul.token'
      : 'the policy of discovery.consul.token must allow service:read, node:read and key:read';
  for (const [part, service] of [
    ['shards', consul.shards],
    ['proxies', consul.proxies],
  ] as const) {
    if (catalogue[part].length > 0 || hasTrouble(part)) continue;
    const message = `Consul has no instance of the service ${quote(service)} with ServiceMeta.environment ${quote(environment)}`;
    const remedy = `check discovery.consul.${part} and the environment's name; ${access}`;
    say({ part, datacenter: null, message, remedy });
  }
  const peopled = new Set([...catalogue.shards, ...catalogue.proxies].map(({ region }) => region));
  for (const datacenter of [...peopled].sort()) {
    const isKnown = catalogue.liveReleases.some((live) => live.datacenter === datacenter);
    const isTold = catalogue.troubles.some((trouble) => trouble.part === 'live' && trouble.datacenter === datacenter);
    if (datacenter === null || isKnown || isTold) continue;
    const message = `Consul of ${datacenter} has no key ${quote(consul.live)}`;
    say({ part: 'live', datacenter, message, remedy: `check discovery.consul.live; ${access}` });
  }
  for (const [name, addresses] of addressesByName(catalogue.shards)) {
    if (addresses.length < 2) continue;
    const message = `shard ${quote(name)} is registered at ${addresses.join(' and ')}`;
    say({ part: 'shards', datacenter: null, message, remedy: 'deregister the instance that has gone' });
  }
  return troubles;
}

function addressesByName(shards: Catalogue['shards']): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const { name, address } of shards) byName.set(name, [...(byName.get(name) ?? []), address]);
  return byName;
}
