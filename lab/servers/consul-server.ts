// Real Consul agents with ACLs, as scripts/fetch-consul.sh unpacks them: processes of their own on
// loopback, one server a datacenter.

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { atExit } from '../at-exit.ts';
import { claimPorts } from '../free-ports.ts';
import { until } from '../until.ts';

const program = fileURLToPath(new URL('../../.cache/consul/consul', import.meta.url));

/** Why it cannot be used, or `null`; said aloud once. */
export function consulLacking(): string | null {
  if (existsSync(program)) return null;
  const reason = 'no Consul: run scripts/fetch-consul.sh';
  console.warn(`not tested: ${reason}`);
  return reason;
}

/** A registration in the catalog; `meta` as people write it. */
export interface Registered {
  readonly node: string;
  readonly address: string;
  readonly service: string;
  readonly port: number;
  readonly meta?: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  /** Of the node's own check; absent: it has none. */
  readonly serfHealth?: 'passing' | 'critical';
}

export interface ConsulServers {
  /** Of the first datacenter's agent. */
  readonly url: string;
  /** May do everything. */
  readonly token: string;
  register(datacenter: string, what: Registered): Promise<void>;
  /** Writes one key of the KV; rejects where Consul refuses it (a value over 512 KB). */
  put(datacenter: string, key: string, value: string): Promise<void>;
  /** A token that may do what these rules of a policy say, known to every datacenter. */
  makeToken(rules: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Resolves when every agent knows every datacenter. The first datacenter is the one that keeps
 * tokens.
 */
export async function startConsul(datacenters: readonly string[]): Promise<ConsulServers> {
  const block = await claimPorts(4 * datacenters.length);
  const token = randomUUID();
  const agents: Agent[] = [];
  const stop = async () => {
    await Promise.all(agents.map((agent) => agent.stop()));
    await block.release();
  };
  const portsOf = (n: number) => block.ports.slice(4 * n, 4 * n + 4) as [number, number, number, number];
  const url = `http://127.0.0.1:${portsOf(0)[0]}`;
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'X-Consul-Token': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as unknown;
  };
  /**
   * Tokens are kept in the first datacenter; until another one has heard of a token, or of the
   * anonymous one (`null`), it refuses all requests with it.
   */
  const untilKnown = async (given: string | null) => {
    for (const datacenter of datacenters)
      await until(`${datacenter} knows a token`, async () => {
        const headers: Record<string, string> = given === null ? {} : { 'X-Consul-Token': given };
        const { status } = await fetch(`${url}/v1/kv/none?recurse&dc=${datacenter}`, { headers });
        return status === 200 || status === 404 ? true : null;
      });
  };
  try {
    for (const [n, datacenter] of datacenters.entries()) {
      const [http, server, lan, wan] = portsOf(n);
      const settings = {
        datacenter,
        primary_datacenter: datacenters[0],
        node_name: `server-${datacenter}`,
        bind_addr: '127.0.0.1',
        ports: { http, server, serf_lan: lan, serf_wan: wan, dns: -1, grpc: -1 },
        acl: { enabled: true, default_policy: 'deny', tokens: { master: token, agent: token } },
        retry_join_wan: n === 0 ? [] : [`127.0.0.1:${portsOf(0)[3]}`],
      };
      agents.push(startAgent(settings));
    }
    for (const datacenter of datacenters) {
      await until(
        () =>
          `Consul of ${datacenter} is known at ${url}; its agents said: ${agents.map((agent) => agent.said()).join('\n')}`,
        async () => {
          const nodes = await call('GET', `/v1/catalog/nodes?dc=${datacenter}`).catch(() => []);
          return Array.isArray(nodes) && nodes.length > 0 ? true : null;
        },
      );
    }
    await untilKnown(null);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    token,
    register: async (datacenter, { node, address, service, port, meta, tags, serfHealth }) => {
      const check = { Node: node, CheckID: 'serfHealth', Name: 'Serf Health Status', Status: serfHealth };
      await call('PUT', '/v1/catalog/register', {
        Datacenter: datacenter,
        Node: node,
        Address: address,
        Service: { ID: `${service}-${port}`, Service: service, Port: port, Meta: meta, Tags: tags },
        ...(serfHealth === undefined ? {} : { Check: check }),
      });
    },
    put: async (datacenter, key, value) => {
      const response = await fetch(`${url}/v1/kv/${key}?dc=${datacenter}`, {
        method: 'PUT',
        headers: { 'X-Consul-Token': token },
        body: value,
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`PUT ${key}: ${response.status} ${text}`);
    },
    makeToken: async (rules) => {
      const name = randomUUID();
      await call('PUT', '/v1/acl/policy', { Name: name, Rules: rules });
      const made = (await call('PUT', '/v1/acl/token', { Policies: [{ Name: name }] })) as { SecretID: string };
      await untilKnown(made.SecretID);
      return made.SecretID;
    },
    stop,
  };
}

interface Agent {
  /** The end of what it wrote. */
  said(): string;
  stop(): Promise<void>;
}

function startAgent(settings: object): Agent {
  // JSON is HCL too.
  const child = spawn(program, ['agent', '-dev', '-hcl', JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    forget();
  };
  return { said: () => said, stop };
}
