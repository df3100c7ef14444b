// Situations that a report shows on pages beside those that it says in text: with a census, a heal
// and a history, and the names that shards have at Jitsi.

import { type CountsByKind, countByKind, type Finding } from '../../src/domain/finding.ts';
import { findingName, type KeptRun, type RunHistory } from '../../src/domain/run-history.ts';
import type { RunReport } from '../../src/domain/run-report.ts';
import { situations } from './report-situations.ts';
import { finding, findingList, mesh, meshFinding, proxyNames, route, runReport } from './run-report.ts';

export interface HtmlSituation {
  readonly report: RunReport;
  readonly past: RunHistory | null;
}

const MINUTE_MS = 60_000;
export const lastRun = Date.parse('2026-11-21T10:00:00.000Z');

function keptRun(minutesAgo: number, splits: number, changes: Partial<KeptRun> = {}): KeptRun {
  const byKind: CountsByKind = countByKind((kind) => (kind === 'split' ? splits : 0));
  const verdict = splits > 0 ? 'split' : 'agree';
  return {
    at: new Date(lastRun - minutesAgo * MINUTE_MS),
    id: `r-${minutesAgo}`,
    command: 'monitor',
    verdict,
    view: 'complete',
    exitCode: splits > 0 ? 2 : 0,
    counts: { proxies: 3, proxiesReporting: 3, conferences: 1100 + (minutesAgo % 37) * 9, byKind, inFlight: 0 },
    after: verdict,
    heal: null,
    ...changes,
  };
}

/** A day of runs every five minutes: an outage of the job, a proxy that was down, two splits. */
export function dayOfRuns(findings: readonly Finding[] = []): RunHistory {
  const runs = Array.from({ length: 288 }, (_, index) => 1435 - 5 * index)
    .filter((minutes) => minutes < 700 || minutes > 790)
    .map((minutes) => {
      if (minutes < 40) return keptRun(minutes, minutes < 15 ? 4 : 2);
      if (minutes > 300 && minutes < 330)
        return keptRun(minutes, 12, { after: 'agree', heal: { planned: 12, verified: 12, failed: 0 } });
      const incomplete = minutes > 900 && minutes < 960;
      return keptRun(minutes, 0, incomplete ? { verdict: 'incomplete', after: 'incomplete', view: 'incomplete' } : {});
    });
  return {
    environment: 'stage-8x8',
    table: 'nodes',
    runs,
    findings: new Map(
      findings.map(({ kind, key, conference }, index) => [
        findingName(kind, key),
        {
          kind,
          key,
          conference,
          since: new Date(lastRun - 35 * MINUTE_MS),
          mayBeOlder: index === 1,
          lastSeen: new Date(lastRun),
          isPresent: true,
          runs: 8,
          times: 1,
        },
      ]),
    ),
    findingsLeftOut: 0,
    leftOut: [],
    filesLeftOut: 0,
  };
}

export const shard = (number: number) => `10.${number % 3}.0.${number}:443`;
export const shards = Array.from({ length: 24 }, (_, index) => 11 + index).map((number) => ({
  address: shard(number),
  name: `stage-8x8-${['us-west-2', 'us-east-1', 'eu-central-1'][number % 3]}-s${number}`,
  names: [`shard-${number}`],
  conferences: (number * 37) % 120,
  participants: number === 20 ? null : (number * 137) % 900,
  state: number === 19 ? ('doubtful' as const) : number === 20 ? ('down' as const) : ('up' as const),
}));

export const names = proxyNames(8).map((name) => `stage-8x8-haproxy-${name}`);
export const apart = ['acme/daily', 'acme/%e5%85%a8%e4%bd%93', 'beta/all-hands', 'support'].map((conference, index) =>
  finding(index === 3 ? 'scattered' : 'split', conference, {
    cause: index === 3 ? null : 'peer-link-down',
    routes: names.map((name, at) => route(name, shard(at < 5 || index === 3 ? 11 : 14 + index))),
    participants: index === 2 ? null : { [shard(11)]: 14, [shard(14 + index)]: 3 },
    because: index === 1 ? 'the link between two halves is down' : 'no link joins the halves of the mesh',
  }),
);

/** What a heal came to: two held, one is refused. */
function healed(): HtmlSituation {
  const plan = {
    schema: 'splitbrain/plan/1' as const,
    environment: 'stage-8x8',
    table: 'nodes',
    runId: 'r-7f3a',
    createdAt: '2026-11-21T10:00:02.000Z',
    validUntil: '2026-11-21T10:15:02.000Z',
    refused: null,
    conferences: apart.slice(0, 3).map(({ key, conference }) => ({
      key,
      conference,
      kind: 'split' as const,
      winner: shard(11),
      policy: 'participants' as const,
      because: '14 of 17 participants',
      participantsMoved: 3,
      before: {},
      target: {},
      steps: [],
    })),
    refusals: [],
  };
  const refusal = {
    reason: 'cooldown' as const,
    key: 'support',
    because: `healed 3 times within 1 h, to ${shard(11)}`,
  };
  const decision = { winner: shard(11), policy: 'participants' as const, because: '14 of 17', participantsMoved: 3 };
  const report = runReport({
    proxies: mesh(names, { [names[7]!]: { region: 'eu-central-1' } }),
    shards,
    findings: findingList(apart),
    meshFindings: [meshFinding('peer-errors', names[0]!, names[1]!, '7 protocol errors since the start')],
    proposal: {
      plan,
      decisions: new Map(
        apart.map(({ key }, index) => [
          key,
          index === 3 ? { refusal: refusal.reason, because: refusal.because } : decision,
        ]),
      ),
    },
    heal: {
      planned: 3,
      applied: 9,
      verified: 3,
      failed: 0,
      settledThemselves: 0,
      ended: 0,
      interrupted: false,
      refusals: [refusal],
      journal: '/var/lib/haproxy-splitbrain/2026-11-21T10-00-02.000Z.stage-8x8.r-7f3a.journal.jsonl',
    },
    census: {
      takenAtMs: lastRun,
      shards: [],
      gaps: [],
      isWhole: false,
      rooms: 900,
      participants: 8123,
      roomsWithoutEntry: 3,
      entriesWithoutRoom: 41,
      participantsApart: 9,
      apart: [],
      moved: [],
    },
  });
  return { report: { ...report, run: { ...report.run, command: 'heal' }, exitCode: 4 }, past: dayOfRuns(apart) };
}

export const htmlSituations: Readonly<Record<string, () => HtmlSituation>> = {
  ...Object.fromEntries(
    Object.entries(situations).map(([name, make]) => [name, () => ({ report: make(), past: null })]),
  ),
  'a heal, people and a day of runs': healed,
};
