import { describe, expect, test } from 'vitest';
import type { PlannedConference } from '../../src/domain/plan.ts';
import { withinLimits } from '../../src/plan/limits.ts';
import { settings } from '../support/model-look.ts';

const counts = { conferences: 1_000, proxies: 3, proxiesReporting: 3 };

/** Conferences from the one that was touched first to the last, with the people that they move. */
function planned(...moved: readonly (number | undefined)[]) {
  const conferences = moved.map((participantsMoved, n): PlannedConference => {
    const base = { key: `k${n}`, conference: `k${n}`, kind: 'split', winner: 's1', policy: 'majority' } as const;
    const all = { ...base, because: '', before: {}, target: {}, steps: [] };
    return participantsMoved === undefined ? all : { ...all, participantsMoved };
  });
  const expiresInMs = new Map(conferences.map(({ key }, n) => [key, n * 1_000]));
  return { conferences: [...conferences].reverse(), refusals: [], decisions: new Map(), expiresInMs };
}

function limited(rules: Partial<typeof settings>, ...moved: readonly (number | undefined)[]) {
  const { conferences, refusals, decisions } = withinLimits(planned(...moved), counts, { ...settings, ...rules });
  return {
    heals: conferences.map(({ key }) => key).sort(),
    waits: refusals.map(({ key, reason }: { key: string | null; reason: string }) => [key, reason]),
    decided: [...decisions.keys()],
  };
}

describe('people who reload', () => {
  test('are at most as many as a run may move, the oldest conferences first', () => {
    expect(limited({ maxParticipants: 10 }, 4, 5, 3, 1)).toEqual({
      heals: ['k0', 'k1', 'k3'],
      waits: [['k2', 'too-many-participants']],
      decided: ['k2'],
    });
  });

  test('in one conference may be too many for any run: those behind it do not wait for it', () => {
    expect(limited({ maxParticipants: 10 }, 11, 2)).toMatchObject({
      heals: ['k1'],
      waits: [['k0', 'too-many-participants']],
    });
  });

  test('do not count where nobody moves, or no census says so', () => {
    expect(limited({ maxParticipants: 0 }, 0, undefined)).toMatchObject({ heals: ['k0', 'k1'], waits: [] });
  });

  test('and conferences have their limits beside each other', () => {
    expect(limited({ maxParticipants: 10, maxConferences: 1 }, 11, 2, 2).waits).toEqual([
      ['k0', 'too-many-participants'],
      ['k2', 'too-many-conferences'],
    ]);
  });
});
