// What a heal would do and what it did, in a few lines: in the report, and after the writing.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HealOutcome, Plan, PlannedConference, Refusal } from '../../src/domain/plan.ts';
import type { RunReport } from '../../src/domain/run-report.ts';
import { renderLook, renderOutcome, renderText } from '../../src/report/text.ts';
import { drawMesh, planFor } from '../support/model-look.ts';
import { findingList, runReport, split, troubledProxy } from '../support/run-report.ts';

const terminal = { width: 100, colour: false, unicode: false };
const emptyPlan: Plan = { ...planFor(drawMesh({ p1: 's1' })), conferences: [], refusals: [] };
const [splitWay] = planFor(drawMesh({ p1: 's1', p2: 's2' })).conferences as [PlannedConference];
const refusal = (reason: Refusal['reason'], key: string | null, because: string): Refusal => ({ reason, key, because });
const outcome: HealOutcome = {
  planned: 2,
  applied: 3,
  verified: 2,
  failed: 0,
  settledThemselves: 0,
  ended: 0,
  interrupted: false,
  refusals: [],
  journal: '/var/j.jsonl',
};

const proposed = (plan: Partial<Plan>): RunReport =>
  runReport({ proposal: { plan: { ...emptyPlan, ...plan }, decisions: new Map() } });
const healed = (heal: Partial<HealOutcome>, changes: Partial<Omit<RunReport, 'counts'>> = {}): RunReport =>
  runReport({ exitCode: 0, ...changes, heal: { ...outcome, ...heal } });
const by = (command: string) => ({ run: { ...runReport().run, command } });

/** The section under `Heal`, or nothing. */
function healSection(report: RunReport): readonly string[] {
  const lines = renderText(report, terminal).split('\n');
  const start = lines.indexOf('Heal');
  return start < 0 ? [] : lines.slice(start + 1, lines.indexOf('', start));
}

describe('what heal would do', () => {
  test('nothing to do -> nothing is said', () => {
    expect(healSection(proposed({}))).toEqual([]);
    expect(healSection(runReport())).toEqual([]);
  });

  test('routes to change and entries to fill in are two things', () => {
    const missing = { ...splitWay, kind: 'missing' as const };
    expect(healSection(proposed({ conferences: [splitWay, missing, missing] })).join('\n')).toContain(
      'A heal would bring 1 conference to one shard and fill in 2 conferences: splitbrain heal',
    );
    expect(healSection(proposed({ conferences: [missing] }))[0]).toMatch(
      /^ {2}A heal would fill in 1 conference: splitbrain heal$/,
    );
  });

  test('of saved dumps a plan can be made, and nothing healed', () => {
    const report = proposed({ conferences: [splitWay] });
    const saved = { ...report, run: { ...report.run, source: 'dumps', meshWords: ['--from', 'dumps'] } };
    expect(healSection(saved)).toEqual([
      '  A heal would bring 1 conference to one shard.',
      '  Its commands, to read first: splitbrain plan -o plan.json --from dumps',
    ]);
  });

  test('only refusals', () => {
    const refusals = [refusal('cooldown', 'k', 'healed 3 times'), refusal('cooldown', 'l', 'healed 4 times')];
    expect(healSection(proposed({ refusals }))).toEqual([
      '  A heal would write nothing.',
      '  refused, cooldown: healed 3 times (and 1 more)',
    ]);
  });

  test('a guard that refuses the whole run', () => {
    const refused = refusal('coverage', null, '1 of 3 proxies were read');
    expect(healSection(proposed({ refused, refusals: [refused] }))).toEqual([
      '  A heal would write nothing: a guard refuses the whole run.',
      '  refused, coverage: 1 of 3 proxies were read',
    ]);
  });
});

describe('renderLook', () => {
  test('is the report without what only the end can know: exit code and heal', () => {
    const report = proposed({ conferences: [splitWay] });
    const look = renderLook(report, terminal);
    expect(look).toMatch(/^AGREE /);
    expect(look).not.toMatch(/Exit code|A heal would/);
  });
});

describe('renderOutcome', () => {
  const say = (report: RunReport) => renderOutcome(report, terminal);

  test('all healed', () => {
    expect(say(healed({}))).toMatchInlineSnapshot(`
      "Heal
        HEALED  2 of 2 conferences on one shard on every proxy, after 3 writes
        Every write is in its journal; to put back what was: splitbrain undo /var/j.jsonl

      Exit code 0: all that was found was healed and verified.
      "
    `);
  });

  test('some not: each by name, with its reason', () => {
    const refusals = [
      refusal('not-held', 'team\\ a', 'p2 routes to 10.0.0.9:443'),
      refusal('too-many-missing', null, '7 more conferences are missing'),
    ];
    expect(say(healed({ verified: 1, failed: 1, refusals }, { exitCode: 4 }))).toMatchInlineSnapshot(`
      "Heal
        NOT HELD  1 of 2 conferences on one shard on every proxy, after 3 writes
        Every write is in its journal; to put back what was: splitbrain undo /var/j.jsonl

      Not healed
        "team a": p2 routes to 10.0.0.9:443 (not-held)
        7 more conferences are missing (too-many-missing)

      Exit code 4: a heal was refused or did not hold.
      "
    `);
  });

  test('refused as a whole', () => {
    const refusals = [refusal('locked', null, 'run r1 is healing stage')];
    const none = { planned: 0, applied: 0, verified: 0, journal: null, refusals };
    expect(say(healed(none, { exitCode: 4 }))).toMatchInlineSnapshot(`
      "Heal
        Nothing was written.

      Not healed
        run r1 is healing stage (locked)

      Exit code 4: a heal was refused or did not hold.
      "
    `);
  });

  test('nothing was wrong', () => {
    expect(say(healed({ planned: 0, applied: 0, verified: 0, journal: null }))).toBe(
      'Heal\n  Nothing was written.\n\nExit code 0: the mesh agrees.\n',
    );
  });

  test.each([
    ['heal', /HEALED .*on one shard/, 'all that was found was healed and verified'],
    ['pin', /HEALED .*on one shard/, 'all that was asked for was written and verified'],
    ['undo', /UNDONE .*as before/, 'all that was asked for was written and verified'],
  ])('%s has its own words', (command, first, last) => {
    const text = say(healed({}, by(command)));
    expect(text).toMatch(first);
    expect(text).toContain(`Exit code 0: ${last}.`);
  });

  test('beside a proxy that was not read nothing is called healed', () => {
    const proxies = [...runReport().proxies, troubledProxy('hap-d')];
    const text = say(healed({}, { proxies }));
    expect(text).toContain('HELD WHERE READ  2 of 2 conferences on one shard on every proxy that was read (1 not)');
    expect(text).not.toContain('HEALED');
  });

  test('what was asked for holds, and something else disagrees', () => {
    const report = healed({}, { ...by('pin'), exitCode: 2, findings: findingList([split('other')]) });
    expect(say(report)).toContain('Exit code 2: a disagreement remains.');
  });

  test('beyond ten, what was not healed is counted', () => {
    const refusals = Array.from({ length: 12 }, (_, n) => refusal('not-held', `k${n}`, 'p2 routes elsewhere'));
    const text = say(healed({ verified: 0, failed: 12, refusals }, { exitCode: 4 }));
    expect(text).toContain('  k9: p2 routes elsewhere (not-held)\n');
    expect(text).not.toContain('k10');
    expect(text).toContain('  and 2 more; what is left, by name: splitbrain plan -o plan.json\n');
  });

  test.each(['pin', 'undo'])('%s: no plan has the rest of what a person named', (command) => {
    const refusals = Array.from({ length: 12 }, (_, n) => refusal('locked', `k${n}`, 'locked by alice'));
    const text = say(healed({ verified: 0, refusals }, { ...by(command), exitCode: 4 }));
    expect(text).toContain(
      '  and 2 more: the same command again tries what is left, and with --json FILE it names all',
    );
    expect(text).not.toContain('plan.json');
  });

  test('no word of a refusal moves the cursor or adds lines', () => {
    const word = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(word, word, (key, because) => {
        const text = say(healed({ refusals: [refusal('rejected', key, because)], journal: because }, { exitCode: 4 }));
        expect(text).toMatch(/^[\n -~]*$/);
        expect(text.split('\n').length).toBeLessThanOrEqual(40);
      }),
    );
  });
});
