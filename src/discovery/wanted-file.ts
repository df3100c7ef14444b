// A file of wanted shards: what stands in for a catalogue where there is no Consul.

import { parse } from 'yaml';
import { type Catalogue, catalogueParts, type WantedProxy, type WantedShard } from '../domain/discovery.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * YAML, or JSON: `shards` is a list of `{name, address}`, each with `id`, `release` and `region`
 * where they are known; `live` is a release, `tenants` maps tenants to releases, `proxies` lists
 * names. `text` is `null` where the file could not be read, for the reason `why`. A file with
 * anything wrong is not used at all.
 */
export function readWantedFile(file: string, text: string | null, why = ''): Catalogue {
  if (text === null) return failed(file, `cannot be read (${why})`);
  let tree: unknown;
  try {
    // Several documents are an error of this parser.
    tree = parse(text, { logLevel: 'error' });
  } catch (error) {
    return failed(file, `is no YAML: ${String(error instanceof Error ? error.message : error).split('\n')[0]}`);
  }
  if (!isMapping(tree)) return failed(file, 'is no mapping with a list of shards');
  const unknown = Object.keys(tree).find((name) => !(catalogueParts as readonly string[]).includes(name));
  if (unknown !== undefined) return failed(file, `has an unknown name ${JSON.stringify(unknown)}`);
  try {
    return {
      source: file,
      speaksOf: new Set(catalogueParts.filter((part) => Object.hasOwn(tree, part))),
      shards: listOf(tree, 'shards').map(shardOf),
      liveReleases: tree.live === undefined ? [] : [{ datacenter: null, release: textOf(tree, 'live', 'live') }],
      tenantPins: pinsOf(tree.tenants),
      proxies: listOf(tree, 'proxies').map(proxyOf),
      troubles: [],
    };
  } catch (error) {
    if (error instanceof OddFile) return failed(file, error.message);
    throw error;
  }
}

class OddFile extends Error {}

function shardOf(value: unknown, at: number): WantedShard {
  const path = `shards[${at}]`;
  if (!isMapping(value)) throw new OddFile(`${path}: expected a mapping with name and address`);
  const { id } = value;
  if (id !== undefined && (!Number.isSafeInteger(id) || (id as number) < 1)) {
    throw new OddFile(`${path}.id: expected the id of its server, a whole number`);
  }
  const address = textOf(value, 'address', path);
  if (!/^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}$/.test(address)) {
    throw new OddFile(`${path}.address: expected ip:port, as in 10.0.0.9:443 or [2001:db8::9]:443`);
  }
  return {
    name: textOf(value, 'name', path),
    address,
    serverId: (id as number | undefined) ?? null,
    release: value.release === undefined ? null : textOf(value, 'release', path),
    region: value.region === undefined ? null : textOf(value, 'region', path),
    meta: {},
  };
}

function proxyOf(value: unknown, at: number): WantedProxy {
  const path = `proxies[${at}]`;
  if (typeof value === 'string' && value !== '') return { name: value, address: null, region: null };
  if (!isMapping(value)) throw new OddFile(`${path}: expected a name`);
  return {
    name: textOf(value, 'name', path),
    address: value.address === undefined ? null : textOf(value, 'address', path),
    region: value.region === undefined ? null : textOf(value, 'region', path),
  };
}

function pinsOf(value: unknown): Catalogue['tenantPins'] {
  if (value === undefined) return [];
  if (!isMapping(value)) throw new OddFile('tenants: expected a mapping of tenants to releases');
  return Object.keys(value).map((tenant) => ({
    datacenter: null,
    tenant: tenant.toLowerCase(),
    release: textOf(value, tenant, 'tenants'),
  }));
}

function listOf(tree: Fields, name: string): readonly unknown[] {
  const list = tree[name] ?? [];
  if (!Array.isArray(list)) throw new OddFile(`${name}: expected a list`);
  return list;
}

function textOf(fields: Fields, name: string, path: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '' || /[\x00-\x20\x7f]/.test(value)) {
    throw new OddFile(`${path === name ? name : `${path}.${name}`}: expected a text without blanks`);
  }
  return value;
}

function isMapping(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function failed(file: string, problem: string): Catalogue {
  const trouble = {
    datacenter: null,
    message: `${file} ${problem}`,
    remedy: 'see docs/discovery.md',
    answerFromMs: null,
  };
  return {
    source: file,
    speaksOf: new Set(catalogueParts),
    shards: [],
    liveReleases: [],
    tenantPins: [],
    proxies: [],
    troubles: catalogueParts.map((part) => ({ part, ...trouble })),
  };
}
