// Names of conferences are whatever a stranger typed: they are shown safely, and nothing in them is
// ever carried out.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandKey } from '../../lab/haproxy/runtime-socket.ts';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { encodeKey } from '../../src/domain/key.ts';
import { everyHaproxy } from '../support/haproxy-versions.ts';
import { findingLines } from '../support/report-file.ts';
import { runReport } from '../support/splitbrain.ts';

/**
 * What a user can put into a header: no CR, LF, NUL, no comma (`hdr()` splits there), no blanks at
 * the ends.
 */
const byRequest = [
  'x; disable server nodes/shard-1;#',
  'x; clear table nodes',
  'x data.server_id 13;clear table nodes;',
  'ends in a backslash\\',
  '\\;clear table nodes',
  'x <<',
  '\u001b[2J\u001b[31mred\u0007',
  'safe\u202egnp.exe',
  'caf\u00e9 \u2615',
  'k use=0 exp=1 server_id=13 server_key=-',
  '{"kind":"split"}',
  '$(id) `id` %s \' "',
];
/** What only a command can put there. */
const byCommand = [
  'x\nclear table nodes\n',
  'a\n\nNo such table\n\n',
  '# table: nodes, type: string, size:1, used:1',
  'cr\r',
];

describe.each(everyHaproxy())('HAProxy $version', ({ command }) => {
  const scratch = makeScratch();
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh({ binary: command, proxies: 2 });
    await mesh.cut(0, 1);
    await mesh.untilPeers(0, 1, 'down');
    for (const name of ['', ...byRequest]) {
      await mesh.request(0, name, { forceShard: 0 });
      await mesh.request(1, name, { forceShard: 1 });
    }
    for (const i of [0, 1]) await mesh.fill(i, byCommand.length, (n) => ({ key: byCommand[n]!, serverId: 11 + i }));
  });
  afterAll(async () => {
    await mesh?.stop();
    scratch.clear();
  });

  /** What no reader may change: servers, and the entries but for their age. */
  const state = () =>
    Promise.all(
      mesh.proxies.map(async (_, i) => [
        // `srv_time_since_last_change` and the like count seconds.
        (await mesh.command(i, 'show servers state')).split('\n').map((line) => line.split(' ').slice(0, 9).join(' ')),
        (await mesh.entries(i)).map(({ key, serverId, serverKey }) => `${key} ${serverId} ${serverKey}`).sort(),
      ]),
    );

  test('every one is found split by its own name, in one line of text without control bytes; servers and tables stay as they were', async () => {
    const before = await state();
    const names = ['', ...byRequest, ...byCommand];
    const { exitCode, report, stdout } = await runReport([...configure(scratch, mesh), '--show-names']);
    expect([exitCode, report.verdict]).toEqual([2, 'split']);
    expect(findingLines(report)).toEqual(names.map((name) => `split ${name}: peer-link-down`).sort());
    expect(report.findings.map(({ key }) => key).sort()).toEqual(
      names.map((name) => encodeKey(Buffer.from(name))).sort(),
    );
    expect(await state()).toEqual(before);
    // The text shows the first three, each on its line; `runReport` itself looks for control bytes.
    const [empty, injected] = stdout.split('\n').filter((line) => / on hap-a +\| /.test(line));
    expect(empty).toMatch(/^ {2}"" /);
    expect(injected).toMatch(/^ {2}"# table: nodes, type: string, size:1, used:1" /);
  });

  test('a terminal escape and a bidi override are spelled out where a terminal would act on them', async () => {
    for (const name of ['', ...byRequest, ...byCommand].filter((each) => !/^[\u001bs]/.test(each))) {
      for (const i of [0, 1]) {
        if (name !== '') await mesh.command(i, `clear table nodes key ${commandKey(name)}`);
      }
    }
    const { stdout, report } = await runReport(configure(scratch, mesh));
    const left = ['', '\u001b[2J\u001b[31mred\u0007', 'safe\u202egnp.exe'];
    expect(findingLines(report)).toEqual(left.map((name) => `split ${name}: peer-link-down`).sort());
    expect(stdout).toContain('\\x1b[2J\\x1b[31mred\\x07');
    expect(stdout).toContain('safe\\u202egnp.exe');
  });
});

describe.each(everyHaproxy())('long names, HAProxy $version', ({ command }) => {
  test('two names that share their first 200 bytes share one entry: ambiguous, reported, exit 0; 199 bytes are not', async () => {
    const scratch = makeScratch();
    const mesh = await startMesh({ binary: command, proxies: 2 });
    try {
      const start = 'n'.repeat(200);
      for (const name of [`${start}-standup`, `${start}-retro`, 'm'.repeat(199)]) await mesh.request(0, name);
      for (const name of [start, 'm'.repeat(199)]) await mesh.untilEntry(1, name, (entry) => entry !== undefined);
      const { exitCode, report, stdout } = await runReport(configure(scratch, mesh));
      expect([exitCode, report.verdict, findingLines(report)]).toEqual([0, 'agree', [`ambiguous ${start}`]]);
      expect(report.proxies.map(({ table }) => table?.keyLength)).toEqual([200, 200]);
      expect(stdout).toContain('raise "len" of the stick table, on every proxy alike');
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    } finally {
      await mesh.stop();
      scratch.clear();
    }
  });
});
