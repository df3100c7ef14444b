// Questions to Consul's HTTP API: which datacenters there are, and the keys below a prefix in one.

import type { CensusSettings, CensusSource, CensusTrouble } from '../domain/census.ts';
import { quote } from '../input/complaint.ts';
import type { Dial } from '../transport/dial.ts';
import { getHttp, type HttpAnswer } from './http-get.ts';

type ConsulSource = Extract<CensusSource, { kind: 'consul' }>;

export interface ConsulAsk {
  readonly source: ConsulSource;
  readonly settings: CensusSettings;
  readonly dial: Dial | null;
  readonly signal: AbortSignal;
}

/** A mesh of a hundred datacenters has a list of a few KB. */
const MOST_LIST = 1 << 20;

export async function listDatacenters(ask: ConsulAsk): Promise<readonly string[] | CensusTrouble> {
  const url = `${baseOf(ask.source)}/v1/catalog/datacenters`;
  let text = '';
  const answer = await get(url, ask, (chunk) => {
    text += chunk.toString('latin1');
    return text.length <= MOST_LIST;
  });
  const trouble = troubleOf(answer, url, ask.source);
  if (trouble !== null) return trouble;
  return parseDatacenters(text) ?? notConsul(url, "is not Consul's list of datacenters");
}

/** `null`: the text is no list of datacenters. */
export function parseDatacenters(text: string): readonly string[] | null {
  const names = parse(text);
  const isList = Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string');
  return isList ? [...new Set(names as string[])] : null;
}

/** What takes the rows of an answer, as `KvRows` does. */
export interface RowReader {
  write(chunk: Uint8Array): boolean;
  end(): string | null;
}

const NO_KEYS = Buffer.from('[]');

/** Feeds `rows` with the keys below the prefix; none there is no trouble, and an empty list. */
export async function askConsul(ask: ConsulAsk, datacenter: string, rows: RowReader): Promise<CensusTrouble | null> {
  const { source } = ask;
  const path = source.prefix.split('/').map(encodeURIComponent).join('/');
  const url = `${baseOf(source)}/v1/kv/${path}?recurse&dc=${encodeURIComponent(datacenter)}`;
  const answer = await get(url, ask, (chunk) => rows.write(chunk));
  if (!('code' in answer) && answer.status === 404 && answer.text.trim() === '') {
    rows.write(NO_KEYS);
    return filtered(answer, url, source);
  }
  const trouble = troubleOf(answer, url, source);
  if (trouble !== null) return trouble;
  const wrong = rows.end();
  return wrong === null ? null : notConsul(url, wrong);
}

function get(url: string, { source, settings, dial, signal }: ConsulAsk, onChunk: (chunk: Buffer) => boolean) {
  const headers: Record<string, string> = source.token === null ? {} : { 'X-Consul-Token': source.token };
  const remedy = 'Check census.consul.url, and that a Consul agent runs there.';
  return getHttp({ url, headers, remedy, limits: settings, dial, signal }, onChunk);
}

function baseOf({ url }: ConsulSource): string {
  return url.replace(/\/+$/, '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function notConsul(url: string, wrong: string): CensusTrouble {
  return {
    code: 'not-json',
    message: `The answer of ${url} ${wrong}.`,
    remedy: 'Check that census.consul.url leads to a Consul agent, and run again where the answer was cut off.',
  };
}

function troubleOf(answer: HttpAnswer | CensusTrouble, url: string, source: ConsulSource): CensusTrouble | null {
  if ('code' in answer) return answer;
  const { status, text } = answer;
  if (status === 200) return filtered(answer, url, source);
  const message = `${url} answered ${status} ${quote(text.trim())}.`;
  if (status === 401 || status === 403) {
    const remedy = /ACL not found/.test(text)
      ? 'Consul does not know the token in census.consul.token: it may have been deleted.'
      : `Give census.consul.token a token with key:read (and key:list where Consul asks for it) below ${source.prefix}.`;
    return { code: 'denied', message, remedy };
  }
  if (/No path to datacenter/.test(text)) {
    const remedy =
      'Check the WAN link to that datacenter, and census.consul.datacenters against /v1/catalog/datacenters.';
    return { code: 'status', message, remedy };
  }
  const isTls = /HTTP request to an HTTPS server/.test(text);
  const remedy = isTls
    ? 'Write https:// in census.consul.url.'
    : "Look at Consul's own log, and check census.consul.url.";
  return { code: isTls ? 'tls' : 'status', message, remedy };
}

/** Consul 1.8 leaves keys out without a word; later versions say so in a header. */
function filtered({ headers }: HttpAnswer, url: string, { prefix, token }: ConsulSource): CensusTrouble | null {
  if (headers['x-consul-results-filtered-by-acls'] !== 'true') return null;
  const who =
    token === null ? 'Give census.consul.token a token that may' : 'The policy of census.consul.token must allow to';
  return {
    code: 'filtered',
    message: `${url} left out what ACLs hide (X-Consul-Results-Filtered-By-ACLs), so that shards may be missing.`,
    remedy: `${who} read every key below ${prefix} (key_prefix, read).`,
  };
}
