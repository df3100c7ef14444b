// One proxy of three is hostile: under a limit of memory the other two are read in full, and the
// report says what the third did.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { type HealingLab, startHealingLab } from '../support/healing-lab.ts';
import {
  dripping,
  endless,
  endlessBehind,
  entryLine,
  HOSTILE_LIMITS,
  lines,
  oneByte,
  tableHeader,
} from '../support/hostile-answers.ts';
import { statusesOf } from '../support/report-file.ts';

const ROOMS = 200;
const info = 'Name: HAProxy\nVersion: 3.4.7\nPid: 77\n\n';
const servers =
  '1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_port\n3 nodes 11 a 10.0.0.9 2 0 1 443\n';
const stateUpTo = (...answers: string[]) => [info, servers, ...answers].join('');
const stateLine = 'show info;show servers state;show table;show stat -1 4 -1;show peers';
const dumpLine = 'show table nodes';

describe.each(newestHaproxy())('HAProxy $version', ({ command }) => {
  let here: HealingLab;
  beforeAll(async () => {
    here = await startHealingLab({ binary: command });
    await here.mesh.fill(0, ROOMS, (n) => ({ key: `calm/room-${n}`, serverId: 11 }));
    for (const i of [1, 2]) await here.mesh.untilEntry(i, `calm/room-${ROOMS - 1}`, (entry) => entry !== undefined);
  });
  afterEach(() => here.relay.follow({}));
  afterAll(() => here?.stop());

  /** A report beside `hap-c`, which answers the line so. */
  async function reportWith(
    line: string,
    answer: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
    isSlow = false,
  ) {
    let said = 0;
    here.relay.follow({
      instead: (proxy, asked) => {
        if (proxy !== 'hap-c' || asked !== line) return null;
        said++;
        return answer();
      },
    });
    const run = await here.start(['report'], { ...HOSTILE_LIMITS, lines: isSlow ? ['collect: { timeout: 8s }'] : [] })
      .ended;
    if (run.report === null) throw new Error(`no report, exit code ${run.exitCode}: ${run.stderr}`);
    expect(said).toBeGreaterThan(0);
    return { ...run, report: run.report };
  }

  test.each<[string, string, () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>, string, string]>([
    ['lines of state', stateLine, () => endless('Name: HAProxy\n'), 'too-large', 'show info; show servers state'],
    ['blank lines of state', stateLine, () => endless('\n'), 'too-large', '200,000 lines'],
    ['a line of state', stateLine, () => endless('Name: '), 'too-large', '128 KB in one line'],
    ['servers', stateLine, () => endlessBehind(info, servers), 'too-large', '200,000 lines'],
    ['tables', stateLine, () => endlessBehind(stateUpTo('\n'), tableHeader(1)), 'too-large', '200,000 lines'],
    [
      'peers',
      stateLine,
      () => endlessBehind(stateUpTo('\n', tableHeader(1), '\n'), '0x1: id=m\n  0x2: id=x(remote,active) \n\n'),
      'too-large',
      '200,000 lines',
    ],
    ['a state that never comes', stateLine, oneByte, 'timeout', 'within 8 s'],
    ['a state, byte by byte', stateLine, () => dripping('Name: HAProxy\n'), 'timeout', 'within 8 s'],
    ['entries', dumpLine, () => lines(tableHeader(204_800), (n) => entryLine(`made/up-${n}`)), 'too-large', '419,600'],
    [
      'entries of a table that claims a size of 4 billion',
      dumpLine,
      () => lines(tableHeader(4_294_967_295), (n) => entryLine(`made/up-${n}`)),
      'too-large',
      'usual size of the table in this mesh is 204,800',
    ],
    [
      'entries of 16 KB each',
      dumpLine,
      () => lines(tableHeader(4_294_967_295), (n) => entryLine(`${n}`.padStart(16_384, 'k'))),
      'too-large',
      '1000 MB',
    ],
    [
      'servers that entries name',
      dumpLine,
      () => lines(tableHeader(204_800), (n) => entryLine(`made/up-${n}`, `10.0.0.1:${n}`)),
      'too-large',
      '65,535 pairs of server id and server key',
    ],
    ['a line of a dump', dumpLine, () => endlessBehind(tableHeader(1), 'x'), 'too-large', 'one line of its dump'],
    ['blank lines before a dump', dumpLine, () => endless('\n'), 'too-large', '10,000 lines'],
    ['blank lines behind a dump', dumpLine, () => endlessBehind(`${tableHeader(1)}\n`, '\n'), 'too-large', '10,002'],
    ['a dump, byte by byte', dumpLine, () => dripping(tableHeader(1)), 'timeout', 'within 8 s'],
  ])('without end: %s', async (_title, line, answer, code, words) => {
    const { exitCode, report, stdout } = await reportWith(line, answer, code === 'timeout');
    expect(statusesOf(report)).toEqual(['hap-a ok', 'hap-b ok', `hap-c unreachable ${code}`]);
    expect(report.proxies.map(({ table }) => table?.entries ?? 0)).toEqual([ROOMS, ROOMS, 0]);
    expect(report.proxies[2]!.trouble!.message).toContain(words);
    expect([exitCode, report.verdict, report.counts.conferences]).toEqual([3, 'incomplete', ROOMS]);
    expect(stdout).toMatch(/^INCOMPLETE {2}1 of 3 proxies could not be read in full/);
  });

  test('a dump with an end, of 60,000 conferences that nobody else has', async () => {
    const made = () => lines(tableHeader(1_048_576), (n) => entryLine(`made/up-${n}`), 60_000);
    const { exitCode, report } = await reportWith(dumpLine, made);
    expect(statusesOf(report)).toEqual(['hap-a ok', 'hap-b ok', 'hap-c ok']);
    // The second look asks the real hap-c by key: what it does not have was in flight.
    expect([exitCode, report.counts.conferences]).toEqual([2, 60_000 + ROOMS]);
  });

  test.each<[string, (answer: string) => string]>([
    ['40,000 servers', (answer) => more(answer, /^\d+ nodes 11 .*\n/m, (n) => ['nodes 11 ', `nodes ${n + 100} `])],
    ['20,000 peers of other names', (answer) => more(answer, /^ {2}0x.*remote.*\n/m, (n) => ['id=', `id=p${n}-`])],
    ['20,000 times the same peer', (answer) => more(answer, /^ {2}0x.*remote.*\n/m, () => ['id=', 'id=p-'])],
  ])('a state with an end: %s', async (_title, swell) => {
    here.relay.follow({
      rewrite: (proxy, line, answer) => (proxy === 'hap-c' && line === stateLine ? swell(answer) : answer),
    });
    const { report, exitCode } = await here.start(['report'], HOSTILE_LIMITS).ended;
    expect(report!.proxies.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
    expect([0, 2, 3]).toContain(exitCode);
    expect(report!.counts.conferences).toBe(ROOMS);
  });
});

/**
 * The first line that the pattern finds, and behind it as many more like it as the state may have.
 */
function more(answer: string, pattern: RegExp, change: (n: number) => readonly [string, string]): string {
  const found = pattern.exec(answer)![0];
  const made = Array.from({ length: found.includes('nodes 11') ? 40_000 : 20_000 }, (_, n) =>
    found.replace(...change(n)),
  );
  return answer.replace(found, () => found + made.join(''));
}
