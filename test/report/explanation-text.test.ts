// The text about one conference: what each verdict says, and names that try to control a terminal.

import { describe, expect, test } from 'vitest';
import type { ConferenceList, ConferenceVerdict, ExplainedRoute, Explanation } from '../../src/domain/explanation.ts';
import { explanationJson } from '../../src/report/explanation-json.ts';
import { renderConferences, renderExplanation } from '../../src/report/explanation-text.ts';
import { readExplained } from '../support/explain-runs.ts';

const terminal = { width: 80, colour: false, unicode: true };
const EVIL = 'x\x1b[2J\u202e\n\x9b31m; rm';

const run = {
  id: 'r1',
  command: 'explain',
  version: '0.1.0',
  startedAt: new Date('2026-11-21T12:00:00Z'),
  finishedAt: new Date('2026-11-21T12:00:01Z'),
  looks: 1,
  source: null,
  meshWords: ['-c', 'stage.yaml'],
};

function route(proxy: string, more: Partial<ExplainedRoute> = {}): ExplainedRoute {
  return {
    proxy,
    region: null,
    haproxy: '2.8.0',
    status: 'ok',
    trouble: null,
    entry: { serverId: 11, serverKey: '10.0.0.9:443', expiresInMs: 298_000 },
    next: { does: 'followed', rule: 'server-key', shard: '10.0.0.9:443' },
    shardState: 'up',
    doubt: null,
    isMixed: false,
    because: '',
    ...more,
  };
}

function explanation(more: Partial<Explanation> = {}): Explanation {
  return {
    environment: 'stage',
    table: 'nodes',
    run,
    asked: { text: 'acme/daily', readAs: 'key' },
    key: 'acme/daily',
    conference: 'acme/daily',
    verdict: 'agree',
    view: 'complete',
    exitCode: 0,
    routes: [route('hap-a'), route('hap-b')],
    shardNames: new Map([['10.0.0.9:443', 'prod-us-s1']]),
    findings: [],
    links: [],
    past: [],
    census: null,
    heal: null,
    unknown: null,
    notes: [],
    ...more,
  };
}

const textOf = (more: Partial<Explanation>) => renderExplanation(explanation(more), terminal);

describe('the first line', () => {
  test.each<[ConferenceVerdict, RegExp]>([
    ['agree', /^AGREE {2}acme\/daily leads to prod-us-s1 on every proxy/],
    ['changing', /^CHANGING {2}acme\/daily changed while it was looked at/],
    ['excused', /^PARTLY HELD {2}acme\/daily is absent somewhere/],
    ['orphaned', /^ORPHANED {2}acme\/daily is followed by no proxy/],
    ['unknown', /^UNKNOWN {2}acme\/daily is held by no proxy/],
    ['incomplete', /^INCOMPLETE {2}acme\/daily cannot be judged/],
  ])('%s', (verdict, words) => {
    expect(textOf({ verdict })).toMatch(words);
  });
});

test('what is unusual about an entry, and what kept a proxy from being read, stand under it', () => {
  const text = textOf({
    routes: [
      route('hap-a', { isMixed: true, because: 'server_id 12 is 10.0.0.10:443 and does not count' }),
      route('hap-b', {
        entry: null,
        status: 'unreachable',
        trouble: { code: 'refused', message: 'nobody listens', remedy: 'start HAProxy' },
        next: { does: 'unknown', why: 'unread' },
        shardState: null,
        because: 'nobody listens',
      }),
      route('hap-c', { shardState: 'maint', next: { does: 'placed-anew', why: 'maint', shard: '10.0.0.9:443' } }),
    ],
  });
  expect(text).toContain('hap-a  → prod-us-s1 10.0.0.9:443 (up) by server_key\n');
  expect(text).toContain('server_id=11 server_key=10.0.0.9:443, ends in 298 s\n');
  expect(text).toContain('         server_id 12 is 10.0.0.10:443 and does not count\n');
  expect(text).toContain('hap-b  could not be read\n         nobody listens\n         start HAProxy\n');
  expect(text).toContain('hap-c  placed anew, not on prod-us-s1 10.0.0.9:443 (maint)\n');
});

test('of many proxies those that do alike stand together', () => {
  const second = { serverId: 12, serverKey: '10.0.0.10:443', expiresInMs: 290_000 };
  const routes = Array.from({ length: 20 }, (_, n) =>
    n < 15
      ? route(`hap-${n + 1}`, { entry: { ...second, serverId: 11, serverKey: '10.0.0.9:443', expiresInMs: n * 1000 } })
      : route(`hap-${n + 1}`, {
          entry: second,
          next: { does: 'followed', rule: 'server-key', shard: '10.0.0.10:443' },
        }),
  );
  const [, shown] = textOf({ routes }).split('\n\n');
  expect(shown).toBe(
    [
      '  hap-1 hap-2 hap-3 hap-4 hap-5 hap-6 hap-7 hap-8 hap-9 hap-10 hap-11 hap-12',
      '  hap-13 hap-14 hap-15 → prod-us-s1 10.0.0.9:443 (up) by server_key',
      '      server_id=11 server_key=10.0.0.9:443, ends in 0 to 14 s',
      '  hap-16 hap-17 hap-18 hap-19 hap-20 → 10.0.0.10:443 (up) by server_key',
      '      server_id=12 server_key=10.0.0.10:443, ends in 290 s',
    ].join('\n'),
  );
});

test('a refusal says why; a long list of commands is cut', () => {
  const refused = textOf({ heal: { decision: { refusal: 'coverage', because: '1 of 3' }, steps: [] } });
  expect(refused).toContain('Heal\n  refused, coverage: 1 of 3\n');
  const steps = Array.from({ length: 20 }, (_, n) => ({
    phase: n,
    kind: 'touch',
    proxy: `p${n}`,
    commands: ['set x'],
  }));
  const decision = { winner: '10.0.0.9:443', policy: 'majority', because: '2 of 3', participantsMoved: 1 } as const;
  const planned = textOf({ heal: { decision, steps } });
  expect(planned).toContain('to prod-us-s1 10.0.0.9:443 (majority: 2 of 3); 1 participant reloads');
  expect(planned).toContain('and 8 more commands');
});

const evilRoute = route(EVIL, {
  because: EVIL,
  entry: { serverId: 1, serverKey: EVIL, expiresInMs: 1 },
  next: { does: 'followed', rule: 'server-key', shard: EVIL },
  doubt: EVIL,
});
const evilNames = new Map([[EVIL, EVIL]]);

test('names from strangers control no terminal, and stay whole in the JSON', () => {
  const evil = explanation({
    environment: EVIL,
    table: EVIL,
    asked: { text: EVIL, readAs: 'url' },
    key: EVIL,
    conference: EVIL,
    routes: [evilRoute],
    shardNames: evilNames,
    links: [{ one: EVIL, other: EVIL, state: 'down' }],
    past: [{ at: '2026-11-21T12:00:00.000Z', runId: EVIL, source: 'journal', what: EVIL }],
    census: { people: [{ shard: EVIL, name: EVIL, participants: 1 }], unanswered: [EVIL] },
    heal: {
      decision: { winner: EVIL, policy: 'majority', because: EVIL, participantsMoved: null },
      steps: [{ phase: 0, kind: 'touch', proxy: EVIL, commands: [EVIL] }],
    },
    unknown: { reasons: [EVIL], nearest: [{ key: EVIL, conference: EVIL }], searched: 1 },
    notes: [EVIL],
  });
  const list: ConferenceList = {
    environment: EVIL,
    table: EVIL,
    run,
    asked: { text: EVIL, readAs: 'name' },
    view: 'complete',
    exitCode: 64,
    total: 1,
    matches: [{ key: EVIL, conference: EVIL, verdict: 'agree', shards: [EVIL] }],
    shardNames: evilNames,
    notes: [EVIL],
  };
  for (const text of [renderExplanation(evil, terminal), renderConferences(list, terminal)])
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  for (const found of [evil, list]) {
    const text = explanationJson(found);
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    const read = readExplained(text);
    expect(read.key ?? read.matches[0]!.key).toBe(EVIL);
  }
});
