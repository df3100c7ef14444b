// A plan for people: what is there, what will be, the literal commands, and nothing that a terminal
// acts on.

import { describe, expect, test } from 'vitest';
import type { Plan, Refusal } from '../../src/domain/plan.ts';
import { displayText } from '../../src/report/display.ts';
import { renderPlan } from '../../src/report/plan-lines.ts';
import { spellStep } from '../../src/runtime-api/step-commands.ts';
import { drawMesh, planFor } from '../support/model-look.ts';

const render = (plan: Plan, limit = 20, nameOf: (address: string) => string | null = () => null) =>
  renderPlan(plan, {
    nameOf,
    spellStep: (key, step) => spellStep('nodes', key, step),
    show: (text) => displayText(text, false),
    limit,
  });
const lonelyP3 = ['p1', 'p2', 'p4'].map((name) => [name, 'p3'] as const);
const plan = planFor(drawMesh({ p1: 's1', p2: 's2', p3: 's2/s3', p4: null }, { cut: lonelyP3 }));

test('per conference and proxy before -> after, and the literal commands in their order', () => {
  expect(render(plan)).toMatchInlineSnapshot(`
    [
      "Plan: 1 conference, 1 touch, 1 replace, 0 refused",
      "  k  split -> 10.0.0.1:443 (lowest-address: nothing else decided, and every proxy must come to the same)",
      "    p1  server_id=11 server_key=10.0.0.1:443 -> 10.0.0.1:443",
      "    p2  server_id=12 server_key=10.0.0.2:443 -> 10.0.0.1:443",
      "    p3  server_id=12 server_key=10.0.0.3:443 -> 10.0.0.1:443",
      "    p4  no entry -> 10.0.0.1:443",
      "    touch on p1: set table nodes key k data.server_id 11",
      "    replace on p3: clear table nodes key k",
      "    replace on p3: set table nodes key k data.server_id 11",
    ]
  `);
});

test('a shard is called as people call it', () => {
  expect(render(plan, 20, () => 'west-s1')[1]).toMatch(/^ {2}k {2}split -> west-s1 \(10\.0\.0\.1:443\) /);
});

test('one refusal is one line; a refused run is one line and nothing else', () => {
  const refusal: Refusal = { reason: 'cooldown', key: 'k2', because: 'healed 3 times' };
  expect(render({ ...plan, conferences: [], refusals: [refusal] })).toEqual([
    'Plan: 0 conferences, no steps, 1 refused',
    '  refused k2 (cooldown): healed 3 times',
  ]);
  const refused: Refusal = { reason: 'coverage', key: null, because: '1 of 3 proxies' };
  expect(render({ ...plan, refused })).toEqual(['Refused (coverage): 1 of 3 proxies. Nothing will be written.']);
});

test('beyond the limit conferences and refusals are counted', () => {
  const [conference] = plan.conferences;
  const refusal: Refusal = { reason: 'cooldown', key: 'k', because: 'flapping' };
  const many: Plan = { ...plan, conferences: Array(5).fill(conference), refusals: Array(4).fill(refusal) };
  const lines = render(many, 3);
  expect(lines[0]).toMatch(/^Plan: 5 conferences, .*, 4 refused$/);
  expect(lines).toContain('  and 2 more conferences');
  expect(lines.at(-1)).toBe('  and 1 more refusals');
});

describe('hostile words', () => {
  const evil = '\x1b[2Jx\u202e';

  test('no field of a plan file reaches the terminal as it is', () => {
    const [conference] = plan.conferences;
    const everywhere: Plan = {
      ...plan,
      conferences: [
        {
          ...conference!,
          conference: evil,
          winner: evil,
          because: evil,
          before: { [evil]: { serverId: 1, serverKey: evil } },
          target: { [evil]: evil },
          steps: [{ phase: 0, kind: 'touch', proxy: evil, expect: { serverId: 1, serverKey: null }, serverId: 1 }],
        },
      ],
      refusals: [{ reason: 'undecided', key: evil, because: evil }],
    };
    expect(render(everywhere).join('')).toMatch(/^[ -~]*$/);
    expect(render({ ...everywhere, refused: { reason: 'locked', key: null, because: evil } }).join('')).toMatch(
      /^[ -~]*$/,
    );
  });

  test('a key goes into a command escaped, byte by byte', () => {
    const hostile = { ...plan, conferences: [{ ...plan.conferences[0]!, key: 'a;b\\ c\\n' }] };
    expect(render(hostile).join('\n')).toContain('set table nodes key a\\;b\\ c\\\\n data.server_id 11');
  });
});
