// One question to Consul's HTTP API: the answer, or what is wrong and what to do.

import { quote } from '../input/complaint.ts';

/** A Consul agent; `section` of the configuration names it (`proxies.consul`), for remedies. */
export interface ConsulAccess {
  readonly url: string;
  readonly token: string | null;
  readonly section: string;
  /** Ends the remedy where nothing answers, e.g. `, or name the proxies in proxies.list`. */
  readonly otherwise: string;
}

/** What is asked, and how people call it. */
export interface ConsulQuestion {
  readonly path: string;
  /** Parameters of the query; those that are `null` are left out. */
  readonly search: Readonly<Record<string, string | null>>;
  /** What is asked for: `the service "haproxy"`. */
  readonly asked: string;
  /** What ACLs may hide: `proxies`. */
  readonly hidden: string;
  /** What a token has to allow: `service:read on "haproxy" and node:read on every node`. */
  readonly rights: string;
  readonly deadline: AbortSignal;
}

/**
 * The parsed body, `null` where it is no JSON. `refusedSelector` is Consul's sentence where it does
 * not know a word of the filter, `isAbsent` that nothing is there (404); the body is `null` then.
 */
export interface ConsulAnswer {
  readonly url: string;
  readonly body: unknown;
  readonly refusedSelector: string | null;
  readonly isAbsent: boolean;
}

export interface ConsulTrouble {
  readonly message: string;
  /** Empty where nothing helps. */
  readonly remedy: string;
}

export function isConsulTrouble(answer: object): answer is ConsulTrouble {
  return 'remedy' in answer;
}

/** The trouble as one sentence. */
export function spellTrouble({ message, remedy }: ConsulTrouble): string {
  return remedy === '' ? message : `${message}: ${remedy}`;
}

/** Far beyond any catalog: thousands of instances take 1 KB each. */
const MOST_BYTES = 64_000_000;

/**
 * Resolves to trouble where there is no whole answer; rejects only when `signal` aborts.
 * `timeoutMs` is what the deadline gave, for people.
 */
export async function getConsul(
  access: ConsulAccess,
  question: ConsulQuestion,
  { signal, timeoutMs }: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<ConsulAnswer | ConsulTrouble> {
  const { path, search, deadline, asked } = question;
  const url = new URL(`${access.url.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(search)) if (value !== null) url.searchParams.set(name, value);
  const { href } = url;
  const at = (trouble: ConsulTrouble) => ({ ...trouble, message: `${href}: ${trouble.message}` });
  try {
    // A redirect is not followed: it would carry the token to a place that the configuration does
    // not name.
    const response = await fetch(url, {
      headers: access.token === null ? {} : { 'X-Consul-Token': access.token },
      redirect: 'manual',
      signal: deadline,
    });
    const text = await readBody(response);
    if (text === null) return at(tooLarge(access));
    const answer = { url: href, body: null, refusedSelector: null, isAbsent: false };
    // 1.8 answers 500, later versions 400.
    if (response.status !== 200 && /Selector .* is not valid/.test(text)) {
      return { ...answer, refusedSelector: text.trim() };
    }
    const isFiltered = response.headers.get('x-consul-results-filtered-by-acls') === 'true';
    if (response.status === 404 && text.trim() === '') {
      return isFiltered ? at(filtered(access, question)) : { ...answer, isAbsent: true };
    }
    if (response.status !== 200) return at(refusal({ status: response.status, text }, access, question));
    if (isFiltered) return at(filtered(access, question));
    return { ...answer, body: parse(text) };
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) {
      return at({ message: `no answer for ${asked} within ${timeoutMs} ms`, remedy: "is this Consul's address?" });
    }
    return at(unreached(error, access, asked));
  }
}

/** `null` where it is too large. */
async function readBody(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes > MOST_BYTES) return null;
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function tooLarge({ section }: ConsulAccess): ConsulTrouble {
  return {
    message: `the answer has more than ${MOST_BYTES / 1_000_000} MB, the most that is read`,
    remedy: `check ${section}.url`,
  };
}

function filtered({ section, token }: ConsulAccess, { rights, hidden }: ConsulQuestion): ConsulTrouble {
  const who = token === null ? `give ${section}.token a token that may` : `the policy of ${section}.token must`;
  return {
    message: `Consul left out of its answer what ACLs hide (X-Consul-Results-Filtered-By-ACLs), so that ${hidden} may be missing`,
    remedy: `${who} allow ${rights}`,
  };
}

function refusal(
  { status, text }: { readonly status: number; readonly text: string },
  { section, token }: ConsulAccess,
  { asked }: ConsulQuestion,
): ConsulTrouble {
  const message = `Consul answered ${status} ${quote(text.trim())} for ${asked}`;
  if (status === 401 || status === 403) {
    return token !== null && /ACL not found/.test(text)
      ? {
          message: `${message}: it does not know the token in ${section}.token`,
          remedy: 'it may have been deleted or belong to another cluster',
        }
      : { message, remedy: `give ${section}.token a token that may read nodes and ${withoutName(asked)}` };
  }
  if (/HTTP request to an HTTPS server/.test(text)) return { message, remedy: `write https:// in ${section}.url` };
  if (/No path to datacenter/.test(text)) {
    return {
      message,
      remedy: `check ${section}.datacenters against /v1/catalog/datacenters, and the WAN link to this one`,
    };
  }
  return { message, remedy: `check ${section} (url, service, datacenters, filter)` };
}

/** `the service "haproxy"` as `the service`. */
function withoutName(asked: string): string {
  return asked.replace(/ ".*$/, '');
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

function unreached(error: unknown, { section, otherwise }: ConsulAccess, asked: string): ConsulTrouble {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null;
  const why = code ?? (cause instanceof Error ? cause.message : String(cause));
  const message = `Consul cannot be asked for ${asked} (${why})`;
  if (code !== null && UNTRUSTED.has(code)) {
    return {
      message: `${message}: its certificate is not signed by a CA that Node knows`,
      remedy: 'set NODE_EXTRA_CA_CERTS=/path/to/consul-ca.pem',
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return { message: `${message}: its certificate is for another name`, remedy: `write that name in ${section}.url` };
  }
  if (code === 'CERT_HAS_EXPIRED') return { message: `${message}: its certificate has expired`, remedy: '' };
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return { message: `${message}: this port does not speak TLS`, remedy: `write http:// in ${section}.url` };
  }
  return { message, remedy: `check ${section}.url${otherwise}` };
}
