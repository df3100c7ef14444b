// The `--proxy [name=]endpoint` flags: gives every proxy an endpoint and a name.

import { type Endpoint, type ProxyTarget, spellEndpoint } from '../domain/proxy.ts';
import { isProblem, quote, spellProblem } from '../input/complaint.ts';
import { parseEndpoint } from '../input/endpoint.ts';
import { isProxyName } from '../input/names.ts';

interface FlaggedProxy {
  readonly flag: string;
  readonly name: string | null;
  readonly endpoint: Endpoint;
}

/** The proxies in the order of the flags; empty where there are complaints. */
export interface FlaggedProxies {
  readonly targets: readonly ProxyTarget[];
  /** One line each: `--proxy #2: what is wrong`. */
  readonly complaints: readonly string[];
}

/**
 * Reads the values of all `--proxy` flags. Such a proxy has no region. Without a name, it is called
 * after its host or its socket.
 */
export function readProxyFlags(texts: readonly string[]): FlaggedProxies {
  const complaints: string[] = [];
  if (texts.length === 0)
    complaints.push('--proxy: is missing: name at least one proxy, as in --proxy tcp://host:9999');
  const named = texts.map((text, index) => readFlag(text, `--proxy #${index + 1}`, complaints));
  const proxies = named.filter((proxy) => proxy !== null);
  const targets = complaints.length === 0 ? nameAll(proxies, complaints) : [];
  return { targets, complaints };
}

function readFlag(text: string, flag: string, complaints: string[]): FlaggedProxy | null {
  const parts = /^([^=:/@]*)=(.*)$/s.exec(text);
  const name = parts ? parts[1]! : null;
  const several = text.split(/[,\s]+/).filter((part) => part !== '');
  if (several.length > 1 && several.every((part) => !isProblem(parseEndpoint(part)))) {
    complaints.push(`${flag}: expected one endpoint, found ${several.length}: give --proxy for each`);
    return null;
  }
  const endpoint = parseEndpoint(parts ? parts[2]! : text);
  if (isProblem(endpoint)) {
    complaints.push(`${flag}: ${spellProblem({ text: endpoint.problem, hint: endpoint.hint }, quote(text))}`);
    return null;
  }
  if (name !== null && !isProxyName(name)) {
    complaints.push(`${flag}: expected a name of letters, digits and . _ - in front of the =, found ${quote(name)}`);
    return null;
  }
  return { flag, name, endpoint };
}

/** Names every proxy: with its own name, else with the shortest that no other proxy has. */
function nameAll(proxies: readonly FlaggedProxy[], complaints: string[]): readonly ProxyTarget[] {
  const seen = new Map<string, string>();
  for (const { flag, name, endpoint } of proxies) {
    for (const claim of name === null ? [spellEndpoint(endpoint)] : [spellEndpoint(endpoint), name]) {
      const first = seen.get(claim);
      if (first === undefined) seen.set(claim, flag);
      else complaints.push(`${flag}: ${quote(claim)} is also that of ${first}`);
    }
  }
  const choices = proxies.map(({ name, endpoint }) => (name === null ? namesFor(endpoint) : [name]));
  const taken = new Set(proxies.map(({ name }) => name).filter((name) => name !== null));
  return proxies.map(({ name, endpoint }, index) => {
    const others = new Set(choices.filter((_, other) => other !== index).map(([first]) => first));
    const free = choices[index]!.find((choice, level) => (level > 0 || !others.has(choice)) && !taken.has(choice));
    const chosen = name ?? free ?? numbered(choices[index]![0]!, taken);
    taken.add(chosen);
    return { name: chosen, endpoint, region: null };
  });
}

/**
 * Candidates from short to long: the socket's file name, then with its folder; or the host, then
 * with its port.
 */
function namesFor(endpoint: Endpoint): readonly string[] {
  if (endpoint.kind !== 'unix') return [endpoint.host, `${endpoint.host}:${endpoint.port}`].map(asName);
  const [file = '', folder = ''] = endpoint.path.split('/').filter(Boolean).reverse();
  const base = file.replace(/^abns@|\.sock(?:et)?$/g, '');
  return (folder === '' ? [base] : [base, folder, `${folder}-${base}`]).map(asName);
}

function asName(text: string): string {
  return (
    text
      .replace(/[^A-Za-z0-9_.:-]/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 200) || 'proxy'
  );
}

function numbered(base: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number++) {
    if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
  }
}
