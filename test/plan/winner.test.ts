// Which shard a conference is kept on: each policy, when it abstains, and what is decided when all
// do.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision, HealSettings } from '../../src/domain/plan.ts';
import { addresses } from '../support/model-look.ts';
import { decide, type Rules, usual } from './ballots.ts';

const refusing: Rules = { ...usual, tie: 'refuse' };
const names = Object.fromEntries(Object.entries(addresses).map(([name, address]) => [address, name]));

function textOf(decision: Decision): string {
  return 'winner' in decision
    ? `${names[decision.winner] ?? decision.winner} ${decision.policy}: ${decision.because}`
    : `${decision.refusal}: ${decision.because}`;
}

describe('majority', () => {
  test('{p1: s1, p2: s1, p3: s2} -> keep s1 (2 of 3 proxies)', () => {
    expect(textOf(decide({ p1: 's1', p2: 's1', p3: 's2' }))).toBe('s1 majority: 2 of 3 proxies');
  });

  const only: Rules = { winner: ['majority'], tie: 'refuse' };

  test('{p1: s1, p2: s2, p3: s2, p4: s3} -> abstains: the largest party is not more than half', () => {
    expect(textOf(decide({ p1: 's1', p2: 's2', p3: 's2', p4: 's3' }, { rules: only }))).toMatch(/^undecided/);
  });

  test('{p1: s1, p2: s1, p3: s2}, p1 and p2 have no vote -> keep s2', () => {
    expect(textOf(decide({ p1: 's1', p2: 's1', p3: 's2' }, { voters: ['p3'] }))).toBe('s2 majority: 1 of 1 proxies');
  });

  test('{p1: s1, p2: s2, p3: s2, p4: nowhere} -> abstains: every proxy with an entry counts, wherever it leads', () => {
    expect(textOf(decide({ p1: 's1', p2: 's2', p3: 's2', p4: null }, { rules: only }))).toMatch(/^undecided/);
  });

  test('{p1: s1, p2: s2} -> abstains', () => {
    expect(textOf(decide({ p1: 's1', p2: 's2' }, { rules: { winner: ['majority'], tie: 'refuse' } }))).toBe(
      'undecided: majority did not decide between 10.0.0.1:443 and 10.0.0.2:443',
    );
  });
});

describe('latest access', () => {
  const only: Rules = { winner: ['latest-access'], tie: 'refuse' };

  test('{p1: s1 290 s, p2: s2 284 s} -> keep s1 (6 s later)', () => {
    expect(textOf(decide({ p1: ['s1', 290], p2: ['s2', 284] }))).toBe('s1 latest-access: touched 6 s after the others');
  });

  test.each([
    [5_000, false],
    [5_001, true],
  ])('entries %d ms apart: decisive is %s, since a resync rewrites expiries', (aheadMs, decides) => {
    const decision = decide({ p1: ['s1', 200], p2: ['s2', 200 + aheadMs / 1000] }, { rules: only });
    expect('winner' in decision).toBe(decides);
  });

  test('{p1: s1 290 s, p2: s2 200 s, p3: s2 288 s} -> abstains: the freshest entry of each shard counts', () => {
    expect(decide({ p1: ['s1', 290], p2: ['s2', 200], p3: ['s2', 288] }, { rules: only })).toMatchObject({
      refusal: 'undecided',
    });
  });

  test('{p1: s1 100 s, p2: s2 298 s}, p2 has no vote -> keep s1: a resync made that expiry', () => {
    expect(textOf(decide({ p1: ['s1', 100], p2: ['s2', 298] }, { rules: only, voters: ['p1'] }))).toMatch(
      /^s1 latest-access/,
    );
  });

  test('before majority, where the configuration says so', () => {
    const rules: Rules = { winner: ['latest-access', 'majority'], tie: 'refuse' };
    expect(textOf(decide({ p1: ['s1', 100], p2: ['s1', 100], p3: ['s2', 290] }, { rules }))).toMatch(
      /^s2 latest-access/,
    );
  });
});

describe('all the same', () => {
  test('{p1: s1, p2: s1} -> keep s1 (unanimous)', () => {
    expect(textOf(decide({ p1: 's1', p2: 's1' }))).toBe('s1 unanimous: every entry leads there');
  });

  test('{p1: s1}, p1 has no vote -> keep s1: there is nothing to vote about', () => {
    expect(textOf(decide({ p1: 's1' }, { voters: [], rules: refusing }))).toMatch(/^s1 unanimous/);
  });

  test('{p1: s1, p2: nowhere} is not unanimous', () => {
    expect(textOf(decide({ p1: 's1', p2: null }))).toMatch(/^s1 majority/);
  });
});

describe('tie', () => {
  test('{p1: s1, p2: s2} tie: refuse -> undecided', () => {
    expect(textOf(decide({ p1: 's1', p2: 's2' }, { rules: refusing }))).toBe(
      'undecided: participants, majority, latest-access did not decide between 10.0.0.1:443 and 10.0.0.2:443',
    );
  });

  test('{p1: s1, p2: s2}, s2 the only eligible one, p2 has no vote, tie: refuse -> undecided, with the reason', () => {
    expect(textOf(decide({ p1: 's1', p2: 's2' }, { rules: refusing, eligible: ['s2'], voters: ['p1'] }))).toBe(
      'undecided: no proxy that has a vote leads to 10.0.0.2:443, the only shard that could be kept',
    );
  });

  test('{p1: s10, p2: s9} -> keep s9: by number, not by text', () => {
    expect(textOf(decide({ p1: 's10', p2: 's9' }))).toMatch(/^s9 lowest-address/);
  });

  const ascending = [
    '9.255.255.255:443',
    '10.0.0.9:443',
    '10.0.0.10:80',
    '10.0.0.10:443',
    '10.0.0.10:8443',
    '[::1]:443',
    '[::1:0]:443',
    '[1::]:443',
    '[2001:db8::9]:443',
    '[2001:db8::a]:443',
    '[2001:db8::10]:443',
    '[2001:db8:0:0:1::]:443',
    '[fe80::1]:443',
    '[fe80::1]:8443',
  ];

  test('addresses go by number, part by part, IPv4 before IPv6', () => {
    for (const [place, lower] of ascending.entries()) {
      for (const higher of ascending.slice(place + 1)) {
        expect(decide({ p1: higher, p2: lower })).toMatchObject({ winner: lower, policy: 'lowest-address' });
      }
    }
  });
});

describe('a single shard is eligible: the reason is why no other could win, not the votes', () => {
  test('{p1: s1, p2: s1, p3: s2}, s1 not eligible -> keep s2', () => {
    expect(textOf(decide({ p1: 's1', p2: 's1', p3: 's2' }, { eligible: ['s2'] }))).toBe(
      's2 majority: no other shard could win: 10.0.0.1:443 is not up on every proxy',
    );
  });

  test('{p1: s1, p2: s2, p3: s3}, latest access: only s3 is eligible -> keep s3', () => {
    const rules: Rules = { winner: ['latest-access'], tie: 'refuse' };
    expect(textOf(decide({ p1: 's2', p2: 's1', p3: 's3' }, { rules, eligible: ['s3'] }))).toBe(
      's3 latest-access: no other shard could win: 10.0.0.1:443 and 10.0.0.2:443 are not up on every proxy',
    );
  });

  test('{p1: s1, p2: s2}, only s2 is eligible and p2 has no vote -> keep s2', () => {
    expect(textOf(decide({ p1: 's1', p2: 's2' }, { eligible: ['s2'], voters: ['p1'] }))).toBe(
      's2 lowest-address: no other shard could win: 10.0.0.1:443 is not up on every proxy',
    );
  });

  test('{p1: s1, p2: nowhere, p3: nowhere} -> keep s1', () => {
    expect(textOf(decide({ p1: 's1', p2: null, p3: null }))).toBe(
      's1 majority: no other shard could win: the other entries lead to no known server',
    );
  });
});

describe('nothing eligible', () => {
  test('{p1: s1, p2: s2}, both down somewhere -> refuse: no-eligible-shard', () => {
    expect(textOf(decide({ p1: 's1', p2: 's2' }, { eligible: [] }))).toBe(
      'no-eligible-shard: none of the shards it is on accepts traffic on every proxy: 10.0.0.1:443, 10.0.0.2:443',
    );
  });

  test('{p1: nowhere, p2: nowhere} -> refuse: no-eligible-shard', () => {
    expect(textOf(decide({ p1: null, p2: null }))).toMatch(/^no-eligible-shard: .*: no server$/);
  });
});

test('the order of the proxies never changes who wins', () => {
  const shard = fc.constantFrom('s1', 's2', 's9', 's10', null);
  const route = fc.tuple(shard, fc.integer({ min: 0, max: 300 }), fc.boolean());
  const policies = fc.shuffledSubarray<HealSettings['winner'][number]>(['participants', 'majority', 'latest-access'], {
    minLength: 1,
  });
  fc.assert(
    fc.property(
      fc.array(route, { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
      policies,
      (drawn, order, winner) => {
        const entries = drawn.map(([name, seconds, votes], n) => ({
          picture: [`p${n}`, name === null ? null : ([name, seconds] as const)] as const,
          votes: votes ? [`p${n}`] : [],
        }));
        const shuffled = entries
          .map((entry) => ({ entry, at: order.next().value }))
          .sort((one, other) => one.at - other.at)
          .map(({ entry }) => entry);
        for (const tie of ['lowest-address', 'refuse'] as const) {
          const [one, other] = [entries, shuffled].map((each) =>
            decide(Object.fromEntries(each.map(({ picture }) => picture)), {
              rules: { winner, tie },
              voters: each.flatMap(({ votes }) => votes),
            }),
          );
          expect('winner' in one! ? [one.winner, one.policy] : one!.refusal).toEqual(
            'winner' in other! ? [other.winner, other.policy] : other!.refusal,
          );
        }
      },
    ),
  );
});

describe('disputed states', () => {
  test('{p1: s1, p2: s1, p3: s2}, s1 is unusable on one proxy alone -> refuse: state-disputed', () => {
    const decision = decide({ p1: 's1', p2: 's1', p3: 's2' }, { eligible: ['s2'], disputed: ['s1'] });
    expect(textOf(decision)).toBe(
      'state-disputed: 10.0.0.1:443 is unusable on p9 alone: give it one state on every proxy first',
    );
  });

  test('{p1: s1, p2: s2}, s1 is unusable on one proxy alone -> refuse: it might have won', () => {
    expect(textOf(decide({ p1: 's1', p2: 's2' }, { eligible: ['s2'], disputed: ['s1'] }))).toMatch(/^state-disputed/);
  });

  test('{p1: s1, p2: s2, p3: s2}, s1 is unusable on one proxy alone -> keep s2: it has fewer votes anyway', () => {
    expect(textOf(decide({ p1: 's1', p2: 's2', p3: 's2' }, { eligible: ['s2'], disputed: ['s1'] }))).toMatch(
      /^s2 majority/,
    );
  });

  test('drain breaks ties: {p1: s1, p2: s2}, s1 drains somewhere -> keep s2; {p1: s1, p2: s1, p3: s2} -> keep s1', () => {
    expect(textOf(decide({ p1: 's1', p2: 's2' }, { undrained: ['s2'] }))).toMatch(/^s2 lowest-address/);
    expect(textOf(decide({ p1: 's1', p2: 's1', p3: 's2' }, { undrained: ['s2'] }))).toMatch(/^s1 majority/);
  });
});
