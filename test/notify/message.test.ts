// What a message says, and what no name in it can do.

import { expect, test } from 'vitest';
import { countByKind } from '../../src/domain/finding.ts';
import { eventOf, type NotifyEvent, type Standing, type ToldVerdict } from '../../src/domain/notification.ts';
import type { Verdict } from '../../src/domain/run-report.ts';
import { type Notice, renderNotice } from '../../src/notify/message.ts';

const finishedAt = new Date('2026-11-28T12:00:00.000Z');
const told = (verdict: Verdict): ToldVerdict => ({ verdict, since: new Date('2026-11-28T10:00:00.000Z') });

function standing(verdict: Verdict, changes: Partial<Standing> & { readonly split?: number } = {}): Standing {
  const { split = verdict === 'split' ? 2 : 0, ...rest } = changes;
  const counts = { conferences: 1234, proxies: 3, proxiesReporting: 3, healed: 0, names: [] };
  return { verdict, remaining: countByKind((kind) => (kind === 'split' ? split : 0)), ...counts, ...rest };
}

function notice(of: Standing, before: ToldVerdict | null = told('agree'), event: NotifyEvent = 'changed'): Notice {
  const run = { id: 'e90cbd42', command: 'monitor', finishedAt };
  return { event, environment: 'stage-8x8', table: 'nodes', standing: of, told: before, run };
}

const slack = (of: Notice): string => JSON.parse(renderNotice(of, 'slack')).text;

test.each<[Notice, string]>([
  [
    notice(standing('split')),
    'SPLIT: stage-8x8, was AGREE for 2 h. 2 split of 1,234 conferences; 3 of 3 proxies read. (monitor, run e90cbd42)',
  ],
  [
    notice(standing('split'), null),
    'SPLIT: stage-8x8. 2 split of 1,234 conferences; 3 of 3 proxies read. (monitor, run e90cbd42)',
  ],
  [
    notice(standing('agree', { healed: 2 }), told('split')),
    'AGREE: stage-8x8, was SPLIT for 2 h. Requests for each of 1,234 conferences lead to one shard; 3 of 3 proxies read. This run healed 2 conferences. (monitor, run e90cbd42)',
  ],
  [
    notice(standing('incomplete', { proxiesReporting: 2 })),
    'INCOMPLETE: stage-8x8, was AGREE for 2 h. Nothing can be said for the mesh; 2 of 3 proxies read. (monitor, run e90cbd42)',
  ],
])('%#: %s', (of, text) => {
  expect(slack(of)).toBe(text.replaceAll('&', '&amp;'));
});

test('names come only where they are wanted, and none of them can mention, link, colour or break a line', () => {
  const names = [
    '<!channel>',
    'a&b',
    '*bold* https://evil.example',
    'x\n\u001b[31m\u202ey',
    ...Array.from({ length: 30 }, (_, at) => `n${at}`),
  ];
  const body = JSON.parse(renderNotice(notice(standing('split', { names })), 'slack'));
  expect(body.text).toContain('&lt;!channel&gt;, a&amp;b, "*bold* https://evil.example", x\\n\\x1b[31m\\u202ey, n0');
  expect(body.text).toContain('n5 and 24 more.');
  expect(body.text).not.toMatch(/[<>\u0000-\u001f\u202e]/);
  expect(body).toMatchObject({
    mrkdwn: false,
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  });
  expect(renderNotice(notice(standing('split')), 'json')).toContain('"names":[]');
});

test('plain JSON has the numbers beside the sentence', () => {
  expect(JSON.parse(renderNotice(notice(standing('split')), 'json'))).toMatchObject({
    schema: 'splitbrain/notification/1',
    event: 'changed',
    environment: 'stage-8x8',
    verdict: 'split',
    before: { verdict: 'agree', since: '2026-11-28T10:00:00.000Z' },
    run: { id: 'e90cbd42', command: 'monitor', finishedAt: '2026-11-28T12:00:00.000Z' },
    remaining: { split: 2, missing: 0 },
    text: expect.stringMatching(/^SPLIT: stage-8x8, was AGREE/),
  });
});

test.each<[string, Verdict, Verdict | null, number, readonly NotifyEvent[], NotifyEvent | null]>([
  ['the first run agrees', 'agree', null, 0, ['changed', 'healed'], null],
  ['the first run does not', 'split', null, 0, ['changed'], 'changed'],
  ['it stays split', 'split', 'split', 0, ['changed', 'healed'], null],
  ['it is incomplete now', 'incomplete', 'agree', 0, ['changed'], 'changed'],
  ['healed to agreement', 'agree', 'split', 2, ['changed', 'healed'], 'changed'],
  ['found and healed in one run', 'agree', 'agree', 2, ['changed'], null],
  ['found and healed in one run, and that is wanted', 'agree', 'agree', 2, ['changed', 'healed'], 'healed'],
  ['only heals are wanted', 'split', 'agree', 0, ['healed'], null],
])('%s: %s after %s, %d healed, on %j -> %s', (_what, verdict, before, healed, on, event) => {
  expect(eventOf({ verdict, healed }, before === null ? null : told(before), on)).toBe(event);
});
