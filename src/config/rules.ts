// Rules between values of the configuration. They look at the tree as it was written, so that they
// also complain where other values are wrong.

import { spellEndpoint } from '../domain/proxy.ts';
import { type Complaint, isProblem, type Path } from '../input/complaint.ts';
import { parseEndpoint } from '../input/endpoint.ts';
import { type Environment, lookUp } from '../input/environment.ts';
import { locateFile } from '../input/files.ts';

const SOURCES = ['list', 'peers', 'ansible', 'consul', 'command'] as const;
const CENSUS_SOURCES = ['consul', 'sidecar', 'prosody'] as const;

/** The complaints of all rules. */
export function checkRules(tree: unknown, env: Environment): readonly Complaint[] {
  return [
    ...exactlyOneSource(tree, 'proxies', SOURCES),
    ...exactlyOneSource(tree, 'census', CENSUS_SOURCES),
    ...distinctProxies(tree),
    ...sshOptions(tree),
    ...censusWay(tree),
    ...agentIsThere(tree, env),
    ...oneDiscovery(tree, env),
  ];
}

/** The value at a path of a tree; `undefined` where there is none. */
function at(tree: unknown, ...path: Path): unknown {
  let value = tree;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}

function exactlyOneSource(tree: unknown, section: string, sources: readonly string[]): Complaint[] {
  const said = at(tree, section);
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return [];
  const named = sources.filter((source) => Object.hasOwn(said, source));
  if (named.length === 1) return [];
  const text =
    named.length === 0
      ? `needs a source: one of ${sources.join(', ')}`
      : `has ${named.length} sources (${named.join(', ')}): keep one`;
  return [{ path: [section], text }];
}

/** A census through a proxy's login needs a proxy that is logged in to. */
function censusWay(tree: unknown): Complaint[] {
  if (at(tree, 'census', 'via') !== 'proxy' || sshEndpoints(tree).length > 0) return [];
  const remedy = 'no proxy is reached by SSH: write direct, or a host to go through as in ssh://user@bastion';
  return [{ path: ['census', 'via'], text: `goes through the login of a proxy, but ${remedy}` }];
}

function distinctProxies(tree: unknown): Complaint[] {
  const list = at(tree, 'proxies', 'list');
  const complaints: Complaint[] = [];
  const seen = new Map<string, number>();
  for (const [index] of Array.isArray(list) ? list.entries() : []) {
    const name = at(list, index, 'name');
    const text = at(list, index, 'endpoint');
    const endpoint = typeof text === 'string' ? parseEndpoint(text) : null;
    const claims = [
      ['name', typeof name === 'string' ? name : null],
      ['endpoint', endpoint && !isProblem(endpoint) ? spellEndpoint(endpoint) : null],
    ] as const;
    for (const [what, claimed] of claims) {
      if (claimed === null) continue;
      const first = seen.get(`${what} ${claimed}`);
      if (first === undefined) seen.set(`${what} ${claimed}`, index);
      else
        complaints.push({
          path: ['proxies', 'list', index, what],
          text: `is also the ${what} of proxies.list[${first}]`,
        });
    }
  }
  return complaints;
}

function sshOptions(tree: unknown): Complaint[] {
  const complaints: Complaint[] = [];
  const via = at(tree, 'ssh', 'via');
  const sudo = at(tree, 'ssh', 'sudo');
  // `sudo: false` is harmless here: streamlocal and tcp never use sudo.
  if (sudo !== undefined && sudo !== false && sudo !== 'false' && via !== undefined && via !== 'socat') {
    complaints.push({ path: ['ssh', 'sudo'], text: 'says nothing unless ssh.via is socat: take the line away' });
  }
  if (at(tree, 'ssh', 'lockFile') !== undefined && via !== undefined && via !== 'socat') {
    const text = 'is read by commands, and ssh.via runs none: take the line away';
    complaints.push({ path: ['ssh', 'lockFile'], text });
  }
  const isOpenSsh = at(tree, 'ssh', 'client') === 'openssh';
  if (at(tree, 'ssh', 'config') !== undefined && !isOpenSsh) {
    complaints.push({ path: ['ssh', 'config'], text: "is read by the system's ssh only: set ssh.client: openssh" });
  }
  if (at(tree, 'ssh', 'passphrase') !== undefined) {
    const path = ['ssh', 'passphrase'];
    if (isOpenSsh) {
      const remedy = 'add the key to an agent (ssh-add) and take the line away';
      complaints.push({ path, text: `cannot be given to the system's ssh: ${remedy}` });
    } else if (at(tree, 'ssh', 'privateKey') === undefined) {
      complaints.push({ path, text: 'belongs to a key, but ssh.privateKey is not there' });
    }
  }
  if (via === 'streamlocal' && sshEndpoints(tree).some((text) => text.includes('/abns@'))) {
    const text = 'does not open the abstract sockets (abns@) that are named here: use socat, or a path';
    complaints.push({ path: ['ssh', 'via'], text });
  }
  return complaints;
}

/** `ssh.agent: true` needs an agent, if any proxy is reached by SSH. */
function agentIsThere(tree: unknown, env: Environment): Complaint[] {
  const agent = at(tree, 'ssh', 'agent');
  const via = at(tree, 'census', 'via');
  const needsLogin = sshEndpoints(tree).length > 0 || (typeof via === 'string' && via.startsWith('ssh:'));
  if ((agent !== true && agent !== 'true') || lookUp(env, 'SSH_AUTH_SOCK') || !needsLogin) return [];
  const remedy = 'start ssh-agent, or name ssh.privateKey and leave ssh.agent out';
  return [{ path: ['ssh', 'agent'], text: `an agent is asked for, but SSH_AUTH_SOCK is not set: ${remedy}` }];
}

/** Endpoints and endpoint patterns that lead through SSH, as they are written. */
function sshEndpoints(tree: unknown): readonly string[] {
  const list = at(tree, 'proxies', 'list');
  const endpoints = Array.isArray(list) ? list.map((_, index) => at(list, index, 'endpoint')) : [];
  const patterns = SOURCES.map((source) => at(tree, 'proxies', source, 'endpoint'));
  const seeds = at(tree, 'proxies', 'peers', 'of');
  return [...endpoints, ...patterns, ...(Array.isArray(seeds) ? seeds : [])]
    .filter((text) => typeof text === 'string')
    .filter(isSsh);
}

function isSsh(text: string): boolean {
  // Words in braces are no valid host or port: `1` is valid as both, and stands for them here.
  const endpoint = parseEndpoint(text.replace(/\{[^{}]+\}/g, '1'));
  return !isProblem(endpoint) && endpoint.kind === 'ssh';
}

/** Consul or a file; with neither, proxies are compared with each other. */
function oneDiscovery(tree: unknown, env: Environment): Complaint[] {
  const [consul, file] = [at(tree, 'discovery', 'consul'), at(tree, 'discovery', 'file')];
  const complaints: Complaint[] = [];
  if (consul !== undefined && file !== undefined) {
    complaints.push({ path: ['discovery'], text: 'has 2 sources (consul, file): keep one' });
  }
  const located = typeof file === 'string' ? locateFile(file, '.', env) : '';
  if (isProblem(located)) complaints.push({ path: ['discovery', 'file'], text: located.problem });
  return complaints;
}
