// Pages of other commands than report: a check, a comparison, explanations.

import type { ChangeKind, ConferenceChange, MeshComparison } from '../../src/domain/comparison.ts';
import type { ConferenceList, Explanation } from '../../src/domain/explanation.ts';
import { checkPages } from '../../src/report/html/check-page.ts';
import { comparisonPages } from '../../src/report/html/comparison-page.ts';
import { explanationPages } from '../../src/report/html/explanation-page.ts';
import type { HtmlFile } from '../../src/report/html-folder.ts';
import { checkOf } from './check-facts.ts';
import { apart, lastRun, names, shard, shards } from './html-situations.ts';
import { findingList, mesh, runReport, split, troubledProxy } from './run-report.ts';

const explained: Explanation = {
  environment: 'stage-8x8',
  table: 'nodes',
  run: { ...runReport().run, command: 'explain' },
  asked: { text: 'https://meet.example/acme/Daily', readAs: 'url' },
  key: 'acme/daily',
  conference: 'acme/daily',
  verdict: 'apart',
  view: 'complete',
  exitCode: 2,
  routes: names.map((proxy, at) => ({
    proxy,
    region: null,
    status: 'ok',
    haproxy: '2.8.5',
    trouble: null,
    entry: at === 7 ? null : { serverId: 21, serverKey: shard(at < 5 ? 11 : 14), expiresInMs: 240_000 },
    next:
      at === 7
        ? { does: 'placed-anew', why: 'absent', shard: null }
        : { does: 'followed', rule: 'server-key', shard: shard(at < 5 ? 11 : 14) },
    shardState: at === 6 ? 'drain' : 'up',
    doubt: null,
    isMixed: false,
    because: at === 7 ? 'it has no entry' : '',
  })),
  shardNames: new Map(shards.map(({ address, name }) => [address, name])),
  findings: apart.slice(0, 1),
  links: [{ one: names[0]!, other: names[7]!, state: 'down' }],
  past: [{ at: '2026-11-21T09:25:00.000Z', runId: 'r-35', source: 'report', what: 'a run saw it split' }],
  census: { people: [{ shard: shard(11), name: 's11', participants: 14 }], unanswered: ['s20'] },
  heal: {
    decision: { winner: shard(11), policy: 'participants', because: '14 of 17', participantsMoved: 3 },
    steps: [
      { phase: 0, kind: 'touch', proxy: names[0]!, commands: ['set table nodes key acme/daily data.server_id 21'] },
    ],
  },
  unknown: null,
  notes: ['The census is two minutes old.'],
};

const { environment, table, run, view, shardNames } = explained;
const listed: ConferenceList = {
  ...{ environment, table, run, view, shardNames },
  asked: { text: 'acme/*', readAs: 'glob' },
  exitCode: 2,
  total: 3,
  matches: [
    { key: 'acme/daily', conference: 'acme/daily', verdict: 'apart', shards: [shard(11), shard(14)] },
    { key: 'acme/retro', conference: 'acme/retro', verdict: 'orphaned', shards: [] },
  ],
  notes: [],
};

const moved = { kind: 'moved' as const, apartOn: [], because: null, expiresInMs: 200_000 };
const changes: readonly ConferenceChange[] = [
  { ...moved, key: 'acme/daily', conference: 'acme/daily', before: [shard(11)], after: [shard(14)] },
  { ...moved, kind: 'lost', key: 'beta', conference: 'beta', before: [shard(12)], after: [], because: 'replaced' },
];
const of = (kind: ChangeKind) => changes.filter((change) => change.kind === kind);
const side = {
  folders: ['before <1>'],
  environment,
  takenAt: null,
  proxies: 8,
  proxiesReporting: 8,
  conferences: 900,
  gaps: [],
};
const comparison: MeshComparison = {
  environment,
  table,
  verdict: 'changed',
  view: 'incomplete',
  exitCode: 3,
  before: side,
  after: {
    ...side,
    folders: [],
    takenAt: { startedAtMs: lastRun, finishedAtMs: lastRun },
    gaps: ['hap-c is not read'],
  },
  betweenMs: null,
  counts: {
    ...{ moved: 1, lost: 1, apart: 0, orphaned: 0, unknown: 0, unclear: 0, expired: 31, new: 40, kept: 868 },
    ...{ before: 900, after: 909 },
  },
  moves: [{ from: shard(11), to: shard(14), count: 1, changes: of('moved') }],
  changes: {
    of,
    first: (kind, limit) => of(kind).slice(0, limit),
    [Symbol.iterator]: () => changes[Symbol.iterator](),
  },
  shards: shards.map(({ address, name, conferences }) => ({ address, name, before: conferences, after: conferences })),
  proxies: [],
  servers: [],
  maps: [],
  notes: [],
};

/** 250 conferences moved and 5,000 were lost. */
const manyOf = (kind: ChangeKind): readonly ConferenceChange[] =>
  Array.from({ length: kind === 'moved' ? 250 : kind === 'lost' ? 5_000 : 0 }, (_, n) => ({
    ...{ ...moved, kind, key: `${kind}-${n}`, conference: `${kind}-${n}`, before: [shard(11)] },
    ...(kind === 'lost' ? { after: [], because: 'replaced' } : { after: [shard(14)] }),
  }));
const manyChanges: MeshComparison = {
  ...comparison,
  counts: { ...comparison.counts, moved: 250, lost: 5_000 },
  changes: {
    of: manyOf,
    first: (kind, limit) => manyOf(kind).slice(0, limit),
    *[Symbol.iterator]() {
      for (const kind of ['moved', 'lost'] as const) yield* manyOf(kind);
    },
  },
};

/** Pages of other commands. */
export const otherPages: Readonly<Record<string, () => readonly HtmlFile[]>> = {
  'a check that passes': () => checkPages(checkOf()),
  'a check that fails': () =>
    checkPages(
      checkOf({
        report: {
          proxies: [...mesh(['hap-a', 'hap-b'], { 'hap-b': { haproxy: '3.0.11' } }), troubledProxy('hap-c')],
          findings: findingList([split('room')]),
          notes: ['A note.'],
        },
        rules: { haproxy: '2.8' },
      }),
    ),
  'a comparison': () => [...comparisonPages(comparison, run)],
  'a comparison with many changes': () => [...comparisonPages(manyChanges, run)],
  'an explanation': () => explanationPages(explained),
  'a list of conferences': () => explanationPages(listed),
  'a name that is in no table': () =>
    explanationPages({
      ...explained,
      verdict: 'unknown',
      exitCode: 0,
      routes: [],
      findings: [],
      links: [],
      heal: { decision: { refusal: 'unknown-conference', because: 'no proxy has it' }, steps: [] },
      unknown: { reasons: ['it may have ended'], nearest: [], searched: 0 },
    }),
};
