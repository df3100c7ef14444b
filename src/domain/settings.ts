// The configuration, read, checked and normalised: what the rooms get to work with. Durations are
// milliseconds.

import type { CensusSettings } from './census.ts';
import type { NotifySettings } from './notification.ts';
import type { HealSettings } from './plan.ts';
import type { Endpoint, ProxyTarget } from './proxy.ts';

/** A host to log in to, and as whom. */
export interface Hop {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

/**
 * The hosts to go through, in order, to proxies whose region or name matches `pattern` (a glob).
 * Without hops such a proxy is reached directly.
 */
export interface JumpRule {
  readonly pattern: string;
  readonly hops: readonly Hop[];
}

/**
 * Who logs in: the client inside this program, or the system's `ssh` with its own configuration.
 * `configFile` and `knownHostsFile` are `null` where `ssh` is to use its own.
 */
export type SshClient =
  | { readonly kind: 'builtin' }
  | { readonly kind: 'openssh'; readonly configFile: string | null; readonly knownHostsFile: string | null };

/**
 * How to log in to proxies by SSH. Files have been read already: the built-in client touches no
 * file and no environment.
 */
export interface SshSettings {
  readonly client: SshClient;
  /** Path of the agent's socket, `null` where no agent is to be used. */
  readonly agentSocket: string | null;
  /** Whether the configuration wants no agent, be there one or not. */
  readonly refusesAgent: boolean;
  readonly privateKey: { readonly path: string; readonly contents: string; readonly passphrase: string | null } | null;
  /** `text` is empty where the file does not exist. */
  readonly knownHosts: { readonly path: string; readonly text: string };
  readonly via:
    | { readonly kind: 'socat'; readonly sudo: boolean }
    | { readonly kind: 'streamlocal' }
    | { readonly kind: 'tcp'; readonly host: string; readonly port: number };
  /** The file on a proxy's host that locks it; `null`: hosts are not asked for one. */
  readonly lockFile: string | null;
  /** The first rule that matches a proxy counts; a proxy that none matches is reached directly. */
  readonly jumps: readonly JumpRule[];
}

/**
 * Where the list of proxies comes from: exactly one source. `endpoint` is a pattern with `{host}`
 * or `{name}`.
 */
export type ProxySource =
  | { readonly kind: 'list'; readonly proxies: readonly ProxyTarget[] }
  | {
      readonly kind: 'peers';
      /** The proxies that are asked who belongs to the mesh. */
      readonly of: readonly Endpoint[];
      readonly ignorePeers: readonly string[];
      readonly endpoint: string;
    }
  | { readonly kind: 'ansible'; readonly inventory: string; readonly group: string; readonly endpoint: string }
  | {
      readonly kind: 'consul';
      readonly url: string;
      readonly service: string;
      /** Empty: the agent's own. */
      readonly datacenters: 'all' | readonly string[];
      /** An expression of Consul's, `null` for every instance. */
      readonly filter: string | null;
      readonly endpoint: string;
      readonly token: string | null;
    }
  | {
      readonly kind: 'command';
      readonly run: readonly string[];
      /** Of the JSON of `ansible-inventory --list`; `null`: all hosts. */
      readonly group: string | null;
      readonly endpoint: string;
    };

/** Where the metrics of a run go. */
export interface MetricsSettings {
  /** Whether the configuration has a `metrics` section: without one nothing is sent. */
  readonly configured: boolean;
  readonly namespace: string;
  /** `null`: the AWS SDK's own chain decides. */
  readonly region: string | null;
  /** On every metric, and what the alarms watch. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Whether a second set is sent, with the dimension `Proxy`. */
  readonly perProxy: boolean;
}

/** What the alarms are called, and whom they tell. Actions are ARNs. */
export interface AlarmSettings {
  /** Whether the configuration has an `alarms` section. */
  readonly configured: boolean;
  readonly prefix: string;
  /** The time between two scheduled runs: the alarms' period. */
  readonly periodSeconds: number;
  /** Of the composite alarm: the one that pages. */
  readonly actions: readonly string[];
  /** Of every other alarm: tickets, or a remediation job. */
  readonly notify: readonly string[];
}

/** Where scheduled runs keep their reports, and how many. */
export interface HistorySettings {
  /** `null`: nowhere, unless a flag says so. */
  readonly folder: string | null;
  readonly maxRuns: number;
  readonly maxDays: number;
}

/**
 * Where it is known which shards, live release, tenant pins and proxies there ought to be. At most
 * one of `consul` and `file`; with neither, the proxies' maps and servers are compared with each
 * other.
 */
export interface DiscoverySettings {
  readonly consul: DiscoveryConsul | null;
  /** A file of wanted shards. */
  readonly file: string | null;
  /** Paths of the maps as the proxies' configuration names them. */
  readonly maps: { readonly live: string; readonly tenant: string };
  /** How old a last good answer may be that stands in for one that failed. */
  readonly maxAgeMs: number;
}

/** `shards` and `proxies` are names of services, `live` a key, `tenants` a prefix of keys. */
export interface DiscoveryConsul {
  readonly url: string;
  readonly datacenters: 'all' | readonly string[];
  readonly token: string | null;
  readonly shards: string;
  readonly proxies: string;
  readonly live: string;
  readonly tenants: string;
}

export interface Settings {
  readonly environment: string;
  readonly table: string;
  /** Globs of backends whose servers count; `null`: every backend. */
  readonly backends: readonly string[] | null;
  /** The table's `len` in bytes where the configuration says it; a dump does not. */
  readonly keyLength: number | null;
  readonly proxies: {
    readonly source: ProxySource;
    readonly expected: { readonly min: number; readonly max: number } | null;
    /**
     * Peers, by the names that proxies list them under, that are meant to be outside of the mesh.
     */
    readonly ignorePeers: readonly string[];
  };
  readonly ssh: SshSettings;
  readonly collect: {
    readonly concurrency: number;
    /** How many proxies of one region may dump at the same time. */
    readonly perRegion: number;
    readonly timeoutMs: number;
    /** How long nothing may come before the first byte of an answer does. */
    readonly firstByteMs: number;
    readonly compress: 'auto' | 'never' | 'always';
  };
  /** `reads` counts every look, the dump included: at least 2. */
  readonly heal: HealSettings;
  readonly confirm: { readonly reads: number; readonly settleMs: number };
  /** `null` where the configuration has no census. */
  readonly census: CensusSettings | null;
  readonly metrics: MetricsSettings;
  readonly alarms: AlarmSettings;
  readonly history: HistorySettings;
  /** `null`: nobody is told. */
  readonly notify: NotifySettings | null;
  /** `null` without the section: then nothing is compared with what ought to be. */
  readonly discovery: DiscoverySettings | null;
}
