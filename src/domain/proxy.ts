// A proxy is one HAProxy process of the mesh, and the way to reach its stats socket.

import { hostAndPort } from './address.ts';

/**
 * Where a proxy's stats socket is. A `path` is absolute, or `abns@name` for a socket of Linux's
 * abstract namespace, as HAProxy spells it. `ssh` goes through a login on the proxy's host; how it
 * gets from there to the socket is configuration (`ssh.via`).
 */
export type Endpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'ssh';
      readonly user: string;
      readonly host: string;
      readonly port: number;
      readonly path: string;
    };

/** A proxy as the inventory names it. `name` is unique within a run. */
export interface ProxyTarget {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly region: string | null;
}

/**
 * What the inventory answers: the proxies, and how many there must be (`null`: the configuration
 * does not say). `notes` are sentences for the report: what the source named and is not a proxy of
 * the run.
 */
export interface Inventory {
  readonly proxies: readonly ProxyTarget[];
  readonly expected: { readonly min: number; readonly max: number } | null;
  readonly notes: readonly string[];
}

/**
 * How far a look at one proxy got. Only `ok` is complete evidence; the entries of a `truncated`
 * dump are true, but what is absent from it proves nothing.
 */
export type ProxyStatus = 'ok' | 'unreachable' | 'denied' | 'locked' | 'truncated' | 'no-table';

/** The closed list of reasons for which a proxy could not be read in full. */
export type TroubleCode =
  | 'refused'
  | 'timeout'
  | 'reset'
  | 'closed-early'
  | 'unknown-host'
  | 'no-socket'
  | 'socket-permission'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'authentication'
  | 'ssh'
  | 'remote-command'
  | 'shell'
  | 'not-haproxy'
  | 'master-socket'
  | 'same-process'
  | 'command-refused'
  | 'reloaded'
  | 'too-large'
  | 'out-of-memory'
  | 'level'
  | 'no-such-table'
  | 'locked'
  | 'truncated'
  | 'unreadable-lines'
  | 'interrupted';

/**
 * Expected trouble with one proxy, as a value: what happened, in one sentence, and what a person
 * can do about it.
 */
export interface Trouble {
  readonly code: TroubleCode;
  readonly message: string;
  readonly remedy: string;
}

/** The name in `abns@name`; `null` for the path of a file. */
export function abstractName(path: string): string | null {
  return path.startsWith('abns@') ? path.slice('abns@'.length) : null;
}

/** The spelling of an endpoint in configuration files and messages. */
export function spellEndpoint(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'unix':
      return abstractName(endpoint.path) === null ? `unix://${endpoint.path}` : endpoint.path;
    case 'tcp':
      return `tcp://${hostAndPort(endpoint.host, endpoint.port)}`;
    case 'ssh':
      return `ssh://${endpoint.user}@${hostAndPort(endpoint.host, endpoint.port)}${endpoint.path.replace(/^(?!\/)/, '/')}`;
  }
}

/** A TCP address; the host is a name, or an address without brackets. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}
