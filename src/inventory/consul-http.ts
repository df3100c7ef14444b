// One question to Consul's HTTP API: the answer, or a sentence that says what is wrong and what to
// do.

import type { ProxySource } from '../domain/settings.ts';
import { quote } from '../input/complaint.ts';
import type { InventoryContext } from './inventory-context.ts';

type ConsulSource = Extract<ProxySource, { kind: 'consul' }>;

/**
 * `refusedSelector` is Consul's sentence where it does not know a word of the filter; the body is
 * `null` then.
 */
export interface ConsulAnswer {
  readonly url: string;
  readonly body: unknown;
  readonly refusedSelector: string | null;
}

interface Question {
  readonly path: string;
  /** Parameters of the query; those that are `null` are left out. */
  readonly search: Readonly<Record<string, string | null>>;
  readonly deadline: AbortSignal;
}

/**
 * Resolves to a complaint where there is no whole answer; rejects only when the run is interrupted.
 */
export async function getConsul(
  source: ConsulSource,
  { path, search, deadline }: Question,
  context: InventoryContext,
): Promise<ConsulAnswer | string> {
  const url = new URL(`${source.url.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(search)) if (value !== null) url.searchParams.set(name, value);
  const { href } = url;
  try {
    // A redirect is not followed: it would carry the token to a place that the configuration does
    // not name.
    const response = await fetch(url, {
      headers: source.token === null ? {} : { 'X-Consul-Token': source.token },
      redirect: 'manual',
      signal: deadline,
    });
    const text = await response.text();
    // 1.8 answers 500, later versions 400.
    if (response.status !== 200 && /Selector .* is not valid/.test(text)) {
      return { url: href, body: null, refusedSelector: text.trim() };
    }
    if (response.status !== 200) return `${href}: ${refusal(response.status, text, source)}`;
    if (response.headers.get('x-consul-results-filtered-by-acls') === 'true') return `${href}: ${filtered(source)}`;
    return { url: href, body: parse(text), refusedSelector: null };
  } catch (error) {
    context.signal.throwIfAborted();
    if (deadline.aborted) {
      return `${href}: no answer for the service ${quote(source.service)} within ${context.timeoutMs} ms: is this Consul's address?`;
    }
    return `${href}: ${unreached(error, source)}`;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function filtered({ service, token }: ConsulSource): string {
  const who = token === null ? 'give proxies.consul.token a token that may' : 'the policy of proxies.consul.token must';
  return `Consul left out of its answer what ACLs hide (X-Consul-Results-Filtered-By-ACLs), so that proxies may be missing: ${who} allow service:read on ${quote(service)} and node:read on every node`;
}

function refusal(status: number, text: string, { service, token }: ConsulSource): string {
  const said = `Consul answered ${status} ${quote(text.trim())} for the service ${quote(service)}`;
  if (status === 401 || status === 403) {
    return token !== null && /ACL not found/.test(text)
      ? `${said}: it does not know the token in proxies.consul.token: it may have been deleted or belong to another cluster`
      : `${said}: give proxies.consul.token a token that may read nodes and the service`;
  }
  if (/HTTP request to an HTTPS server/.test(text)) return `${said}: write https:// in proxies.consul.url`;
  if (/No path to datacenter/.test(text)) {
    return `${said}: check proxies.consul.datacenters against /v1/catalog/datacenters, and the WAN link to this one`;
  }
  return `${said}: check proxies.consul (url, service, datacenters, filter)`;
}

/**
 * What Node says where it does not trust the certificate (OpenSSL's names of verification errors).
 */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function unreached(error: unknown, { service }: ConsulSource): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
  const why = code ?? (cause instanceof Error ? cause.message : String(cause));
  const said = `Consul cannot be asked for the service ${quote(service)} (${why})`;
  if (code !== null && UNTRUSTED.has(code)) {
    return `${said}: its certificate is not signed by a CA that Node knows: set NODE_EXTRA_CA_CERTS=/path/to/consul-ca.pem`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `${said}: its certificate is for another name: write that name in proxies.consul.url`;
  }
  if (code === 'CERT_HAS_EXPIRED') return `${said}: its certificate has expired`;
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return `${said}: this port does not speak TLS: write http:// in proxies.consul.url`;
  }
  return `${said}: check proxies.consul.url, or name the proxies in proxies.list`;
}
