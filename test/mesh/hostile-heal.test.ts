// One proxy of five turns hostile in the middle of a heal, at each of its steps: the heal ends, is
// never called healed, and the others are dealt with.

import { describe, expect, test } from 'vitest';
import { tableRoutes } from '../../lab/mesh/table-routes.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { type HealingLab, type HealReport, startHealingLab } from '../support/healing-lab.ts';
import { endless, endlessBehind, HOSTILE_LIMITS, oneByte } from '../support/hostile-answers.ts';

const conference = 't/standup';

/**
 * The steps of a heal, by the lines that are asked in them; `later` is asked once a write has gone
 * out.
 */
type Step = (line: string, later: boolean) => boolean;
const steps: readonly (readonly [string, Step])[] = [
  ['the second look', (line, later) => !later && line.startsWith('show info;show table nodes key ')],
  ['the premises', (line) => line.startsWith('show info;show servers state;show table nodes key ')],
  ['the writing', (line) => /^(?:clear|set) table /.test(line)],
  ['the verification', (line, later) => later && line.startsWith('show info;show table nodes key ')],
];

type Answer = () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
const answers: readonly (readonly [string, Answer])[] = [
  ['garbage', () => [Buffer.from([0, 1, 2, 0x1b, 0x5b, 0x32, 0x4a, 0xff, 0x0a, 0x0a])]],
  ['nothing', () => []],
  ['lines without end', () => endless('what?\n')],
  ['blank lines without end', () => endless('\n')],
  ['a line without end', () => endlessBehind('# table: ', 'x')],
  ['one byte, and silence', oneByte],
];

describe.each(oldestAndNewest().slice(-1))('HAProxy $version', ({ command }) => {
  // Each waits most of its time, and has a mesh of its own.
  describe.concurrent.each(steps)('at %s', (_step, isStep) => {
    test.each(answers)('%s', async (_title, answer) => {
      const here: HealingLab = await startHealingLab({ binary: command, proxies: 5 });
      try {
        await turnHostile(here, isStep, answer);
      } finally {
        await here.stop();
      }
    });
  });
});

async function turnHostile(here: HealingLab, isStep: Step, answer: Answer): Promise<void> {
  const { mesh, relay } = here;
  // {a, b, c: s1 | d: s2 | e: s2}, and nobody hears d or e: both have to be written to.
  await mesh.split(
    [conference],
    [
      { proxies: [0, 1, 2], shard: 0 },
      { proxies: [3], shard: 1 },
      { proxies: [4], shard: 1 },
    ],
  );
  for (const proxy of [0, 1, 2]) for (const other of [3, 4]) await mesh.untilPeers(proxy, other, 'down');
  let hasTurned = false;
  relay.follow({
    instead: (proxy, line) => {
      if (proxy !== 'hap-e') return null;
      const later = relay.writes.length > 0;
      hasTurned ||= isStep(line, later);
      return hasTurned ? answer() : null;
    },
  });
  const run = await here.start(['heal', '--yes'], {
    ...HOSTILE_LIMITS,
    lines: ['collect: { timeout: 6s }'],
  }).ended;
  expect(hasTurned, run.stdout).toBe(true);
  expect([3, 4], run.stderr).toContain(run.exitCode);
  expect(run.stdout).not.toContain('HEALED');
  expect(told(run.report)).toContain('hap-e');
  // The others are where they were, but for the one that was to be moved: it has been, or nothing
  // was written to it.
  const [s1, s2] = mesh.shards.map(({ address }) => address);
  const wasWritten = run.writes.some(({ proxy, command: each }) => proxy === 'hap-d' && each.startsWith('set '));
  const routes = (await tableRoutes(mesh)).get(conference)!;
  expect(routes.slice(0, 4)).toEqual([s1, s1, s1, wasWritten ? s1 : s2]);
}

/** All that the report says of what went wrong. */
function told(report: HealReport | null): string {
  const refusals = report?.heal?.refusals ?? [];
  const troubles = (report?.proxies ?? []).flatMap(({ name, trouble }) =>
    trouble ? [`${name} ${trouble.message}`] : [],
  );
  return [...refusals.map(({ because }) => because), ...troubles].join('\n');
}
