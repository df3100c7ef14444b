// Run reports for tests: a healthy mesh of three, changed where a test says so; findings are made
// when asked for, as the real ones are.

import {
  countByKind,
  disagreementKinds,
  type Finding,
  type FindingKind,
  type MeshFinding,
  type Route,
} from '../../src/domain/finding.ts';
import type { Counts, FindingList, RunReport, Tally } from '../../src/domain/run-report.ts';
import type { ProxyView } from '../../src/domain/view.ts';

export const shardA = '10.0.0.8:443';
export const shardB = '10.0.0.9:443';

export function proxyView(name: string, others: readonly string[], changes: Partial<ProxyView> = {}): ProxyView {
  return {
    name,
    region: null,
    status: 'ok',
    trouble: null,
    haproxy: '2.6.12',
    uptimeSeconds: 864_000,
    pid: 4711,
    startedAtSeconds: null,
    table: {
      type: 'string',
      size: 204_800,
      used: 1234,
      entries: 1234,
      duplicates: 0,
      keyLength: null,
      maxExpiresInMs: 298_000,
      isSpread: false,
    },
    peersKnown: true,
    peersRemark: null,
    localPeer: name,
    peers: others.map((other) => ({ name: other, state: 'up', protocolErrors: 0 })),
    servers: [
      { backend: 'nodes', id: 11, name: 'shard-a', address: shardA, state: 'up', weight: 1, isBackup: false },
      { backend: 'nodes', id: 12, name: 'shard-b', address: shardB, state: 'up', weight: 1, isBackup: false },
    ],
    collect: { bytes: 140_000, milliseconds: 35 },
    ...changes,
  };
}

/** A proxy that could not be read: nothing but its name and what went wrong. */
export function troubledProxy(name: string, changes: Partial<ProxyView> = {}): ProxyView {
  return proxyView(name, [], {
    status: 'unreachable',
    trouble: {
      code: 'refused',
      message: `${name}: connection refused by 10.0.0.5:22`,
      remedy: 'Check that sshd runs there and that port 22 is open from here.',
    },
    haproxy: null,
    uptimeSeconds: null,
    pid: null,
    startedAtSeconds: null,
    table: null,
    peersKnown: false,
    peersRemark: null,
    localPeer: null,
    servers: [],
    ...changes,
  });
}

export function proxyNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => (count <= 26 ? `hap-${String.fromCharCode(97 + i)}` : `hap-${i}`));
}

/** A mesh in which every proxy hears every other; `changes` are by name. */
export function mesh(
  names: readonly string[],
  changes: Readonly<Record<string, Partial<ProxyView>>> = {},
): ProxyView[] {
  return names.map((name) =>
    proxyView(
      name,
      names.filter((other) => other !== name),
      changes[name],
    ),
  );
}

export function route(proxy: string, shard: string | null, changes: Partial<Route> = {}): Route {
  const serverId = shard === shardA ? 11 : 12;
  const why = shard === null ? 'no-server' : null;
  return { proxy, shard, followed: why === null, why, serverId, serverKey: shard, expiresInMs: 298_000, ...changes };
}

export function finding(kind: FindingKind, conference: string, changes: Partial<Finding> = {}): Finding {
  return {
    kind,
    key: conference,
    conference,
    cause: null,
    routes: [],
    absentOn: [],
    because: '',
    participants: null,
    ...changes,
  };
}

export function split(conference: string, changes: Partial<Finding> = {}): Finding {
  return finding('split', conference, {
    cause: 'unknown',
    routes: [route('hap-a', shardB), route('hap-b', shardB), route('hap-c', shardA)],
    ...changes,
  });
}

/**
 * The same findings as a list that is in memory anyway; they must come sorted by kind and cause.
 */
export function findingList(findings: readonly Finding[]): FindingList {
  const tallies: { kind: FindingKind; cause: Tally['cause']; count: number }[] = [];
  for (const { kind, cause } of findings) {
    const last = tallies.at(-1);
    if (last && last.kind === kind && last.cause === cause) last.count++;
    else tallies.push({ kind, cause, count: 1 });
  }
  return {
    length: findings.length,
    tallies,
    first: (tally, limit) =>
      findings.filter(({ kind, cause }) => kind === tally.kind && cause === tally.cause).slice(0, limit),
    [Symbol.iterator]: () => findings[Symbol.iterator](),
  };
}

/** `length` findings of one tally, none of which exists before it is asked for. */
export function lazyFindings(length: number, make: (index: number) => Finding): FindingList {
  const { kind, cause } = make(0);
  return {
    length,
    tallies: [{ kind, cause, count: length }],
    first: (_tally, limit) => Array.from({ length: Math.min(limit, length) }, (_, i) => make(i)),
    *[Symbol.iterator]() {
      for (let i = 0; i < length; i++) yield make(i);
    },
  };
}

export function meshFinding(
  kind: MeshFinding['kind'],
  proxy: string | null,
  peer: string | null,
  because: string,
): MeshFinding {
  return { kind, proxy, peer, because };
}

/** Counts and verdict follow from proxies and findings unless they are given. */
export function runReport(changes: Partial<Omit<RunReport, 'counts'>> & { counts?: Partial<Counts> } = {}): RunReport {
  const proxies = changes.proxies ?? mesh(['hap-a', 'hap-b', 'hap-c']);
  const findings = changes.findings ?? findingList([]);
  const number = (kind: FindingKind) =>
    findings.tallies.reduce((sum, tally) => sum + (tally.kind === kind ? tally.count : 0), 0);
  const proxiesReporting = proxies.filter((proxy) => proxy.status === 'ok').length;
  const counts: Counts = {
    proxies: proxies.length,
    proxiesReporting,
    conferences: 1234,
    byKind: countByKind(number),
    inFlight: 0,
    ...changes.counts,
  };
  const disagrees = disagreementKinds.some((kind) => counts.byKind[kind] > 0);
  const isIncomplete = proxiesReporting < proxies.length;
  const verdict = disagrees ? 'split' : isIncomplete ? 'incomplete' : 'agree';
  return {
    environment: 'stage-8x8',
    table: 'nodes',
    run: {
      meshWords: [],
      id: 'r-7f3a',
      command: 'report',
      version: '0.1.0',
      startedAt: new Date('2026-11-21T10:00:00.000Z'),
      finishedAt: new Date('2026-11-21T10:00:03.400Z'),
      looks: 2,
      source: null,
    },
    verdict,
    view: isIncomplete ? 'incomplete' : 'complete',
    exitCode: isIncomplete ? 3 : { agree: 0, split: 2, incomplete: 3 }[changes.verdict ?? verdict],
    expected: null,
    census: null,
    proposal: null,
    heal: null,
    shards: [
      { address: shardA, name: null, names: ['shard-a'], conferences: 611, participants: null, state: 'up' },
      { address: shardB, name: null, names: ['shard-b'], conferences: 623, participants: null, state: 'up' },
    ],
    meshFindings: [],
    locks: [],
    notes: [],
    ...changes,
    proxies,
    findings,
    counts,
  };
}
