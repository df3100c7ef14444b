// The shape of the configuration file: every name, the values that it may have, and its default.

import * as z from 'zod';
import { JITSIS_KEY } from '../domain/census.ts';
import { usualMaps } from '../domain/discovery.ts';
import { notifyEvents } from '../domain/notification.ts';
import { parseDuration } from '../input/duration.ts';
import { DEFAULT_KNOWN_HOSTS } from '../input/files.ts';
import * as census from './census-readers.ts';
import { readAlarmPeriod, readAlarmPrefix, readNamespace, readRegion } from './cloudwatch-readers.ts';
import { readKvPath, readMapPath } from './discovery-readers.ts';
import { readJumps } from './jumps.ts';
import { readWebhook } from './notify-readers.ts';
import { mapping, value } from './parse-with.ts';
import * as read from './readers.ts';

const text = value(read.readText);
const duration = value(parseDuration);
const count = value(read.wholeNumber(0));
const ratio = value(read.readRatio);

const proxies = mapping({
  list: z
    .array(mapping({ name: value(read.readProxyName), endpoint: value(read.readEndpoint), region: text.optional() }))
    .min(1)
    .optional(),
  peers: mapping({
    of: z.array(value(read.readEndpoint)).min(1),
    endpoint: value(read.endpointPattern('host', 'name')),
  }).optional(),
  ansible: mapping({
    inventory: text,
    group: text,
    endpoint: value(read.endpointPattern('host', 'name', 'port', 'user')),
  }).optional(),
  consul: mapping({
    url: value(read.readHttpUrl),
    service: text,
    datacenters: value(read.readDatacenters).optional(),
    filter: text.optional(),
    endpoint: value(read.endpointPattern('host', 'name', 'port', 'meta.')),
    token: value(read.readToken).optional(),
  }).optional(),
  command: mapping({
    run: z.array(text).min(1),
    group: text.optional(),
    endpoint: value(read.endpointPattern('host', 'name', 'port', 'user')),
  }).optional(),
  expect: value(read.readExpectation).optional(),
  ignorePeers: z.array(text).default([]),
});

/** How proxies are reached by SSH. */
export const sshSection = mapping({
  client: value(read.oneOf('builtin', 'openssh')).default('builtin'),
  config: text.optional(),
  agent: value(read.readTruth).optional(),
  privateKey: text.optional(),
  passphrase: value(read.readSecret).optional(),
  knownHosts: text.default(DEFAULT_KNOWN_HOSTS),
  via: value(read.readVia).default({ kind: 'socat' }),
  sudo: value(read.readTruth).optional(),
  lockFile: value(read.readLockFile).optional(),
  jump: value(readJumps).optional(),
});

/**
 * The limits of heals. `journal` and `settle` have defaults that depend on the machine and on
 * `confirm`.
 */
export const healSection = mapping({
  winner: z
    .array(value(read.oneOf('participants', 'majority', 'latest-access')))
    .min(1)
    .default(['participants', 'majority', 'latest-access']),
  tie: value(read.oneOf('lowest-address', 'refuse')).default('lowest-address'),
  minReporting: ratio.default(0.75),
  maxConferences: count.default(200),
  maxRatio: ratio.default(0.05),
  maxRatioFloor: count.default(10),
  maxParticipants: count.default(500),
  maxMissing: count.default(20_000),
  cooldown: mapping({ heals: value(read.wholeNumber(1)), within: duration }).default({ heals: 3, within: 3_600_000 }),
  journal: text.optional(),
  settle: duration.optional(),
  dataPlane: mapping({
    url: value(read.readProxyUrl).optional(),
    urls: z.record(z.string(), value(read.readProxyUrl)).default({}),
    keyHeader: value(read.readHeaderName),
    shardHeader: value(read.readHeaderName),
    headers: z.record(z.string(), text).default({}),
  }).optional(),
});

/** A text is the URL itself. */
const shardUrl = z.preprocess(
  (raw) => (typeof raw === 'string' ? { url: raw } : raw),
  mapping({ url: value(census.readShardUrl) }),
);

/** Where participants are counted: exactly one of `consul`, `sidecar` and `prosody`. */
const censusSection = mapping({
  consul: mapping({
    url: value(read.readHttpUrl),
    prefix: value(census.readKeyPrefix).default('signal-report/{environment}/'),
    datacenters: value(read.readDatacenters).default('all'),
    token: value(read.readToken).optional(),
  }).optional(),
  sidecar: shardUrl.optional(),
  prosody: shardUrl.optional(),
  domain: value(census.readDomain),
  key: value(census.readKeyPattern).default(JITSIS_KEY),
  maxAge: value(read.positiveDuration).default(150_000),
  settle: duration.default(120_000),
  timeout: value(read.positiveDuration).default(10_000),
  concurrency: value(read.wholeNumber(1)).default(20),
  maxBytes: value(read.wholeNumber(1)).default(1_000_000_000),
  via: value(census.readCensusVia).default({ kind: 'direct' }),
});

/** What ought to be there; the maps are where Jitsi's consul-template writes them. */
const discoverySection = mapping({
  consul: mapping({
    url: value(read.readHttpUrl),
    datacenters: value(read.readDatacenters).default('all'),
    token: value(read.readToken).optional(),
    shards: text.default('signal'),
    proxies: text.default('haproxy'),
    live: value(readKvPath).default('releases/{environment}/live'),
    tenants: value(readKvPath).default('releases/{environment}/tenant/'),
  }).optional(),
  file: text.optional(),
  maps: mapping({
    live: value(readMapPath).default(usualMaps.live),
    tenant: value(readMapPath).default(usualMaps.tenant),
  }).prefault({}),
  maxAge: value(read.positiveDuration).default(3_600_000),
});

/** Where metrics go; the defaults are in `cloudwatch-section.ts`. */
const metricsSection = mapping({
  namespace: value(readNamespace).optional(),
  region: value(readRegion).optional(),
  dimensions: z.record(z.string(), text).optional(),
  perProxy: value(read.readTruth).optional(),
});

const alarmsSection = mapping({
  prefix: value(readAlarmPrefix).optional(),
  period: value(readAlarmPeriod).optional(),
  actions: z.array(value(read.readArn)).optional(),
  notify: z.array(value(read.readArn)).optional(),
});

/** Whom scheduled runs tell. */
const notifySection = mapping({
  url: value(readWebhook),
  on: z
    .array(value(read.oneOf(...notifyEvents)))
    .min(1)
    .default(['changed']),
  format: value(read.oneOf('slack', 'json')).optional(),
  names: value(read.readTruth).default(false),
});

/** The reports of scheduled runs that are kept. */
const historySection = mapping({
  folder: text.optional(),
  maxRuns: value(read.wholeNumber(1)).default(1000),
  maxDays: value(read.wholeNumber(1)).default(35),
});

/** The whole file. */
export const configurationSchema = mapping({
  environment: value(read.readEnvironmentName),
  table: value(read.readTableName).default('nodes'),
  backends: z.array(value(read.readBackendGlob)).min(1).optional(),
  keyLength: value(read.wholeNumber(1)).optional(),
  proxies,
  ssh: sshSection.prefault({}),
  collect: mapping({
    concurrency: value(read.wholeNumber(1)).default(20),
    perRegion: value(read.wholeNumber(1)).default(1),
    timeout: value(read.positiveDuration).default(60_000),
    firstByte: value(read.positiveDuration).default(10_000),
    compress: value(read.oneOf('auto', 'never', 'always')).default('auto'),
  }).prefault({}),
  confirm: mapping({
    reads: value(read.wholeNumber(2)).default(2),
    settle: duration.default(3000),
  }).prefault({}),
  heal: healSection.optional(),
  metrics: metricsSection.optional(),
  alarms: alarmsSection.optional(),
  census: censusSection.optional(),
  discovery: discoverySection.optional(),
  history: historySection.prefault({}),
  notify: notifySection.optional(),
});

/** The whole file, read. */
export type Configuration = z.output<typeof configurationSchema>;
export type AlarmsSection = z.output<typeof alarmsSection>;
export type CensusSection = z.output<typeof censusSection>;
export type DiscoverySection = z.output<typeof discoverySection>;
export type HistorySection = z.output<typeof historySection>;
export type MetricsSection = z.output<typeof metricsSection>;
export type NotifySection = z.output<typeof notifySection>;
export type SshSection = z.output<typeof sshSection>;
