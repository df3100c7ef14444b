// Shards that are dead behind an up state, and versions whose ways are not known.

import { describe, expect, test } from 'vitest';
import { until } from '../../lab/until.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { healingLab, refusalsOf, winnersOf } from '../support/healing-lab.ts';
import { findingLines } from '../support/report-file.ts';

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  const { here, lab } = healingLab(command);
  async function splitInTwo(): Promise<void> {
    await here().mesh.split(
      ['t/standup'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    for (const proxy of [0, 1]) await here().mesh.untilPeers(proxy, 2, 'down');
  }

  test('an agent that nobody answers leaves its shard up: shard-doubtful, and it wins no conference', async () => {
    // Nothing listens on port 1; as in Jitsi's configuration there is no check beside the agent.
    const { mesh } = await lab({
      configure: (_, text) =>
        text.replace(/^( {2}server shard-1 .*)$/m, '$1 no-check agent-check agent-port 1 agent-inter 200ms'),
    });
    for (const proxy of [0, 1, 2])
      await until(
        `the agent has failed on ${proxy}`,
        async () => / L4CON|,L4CON|L4TOUT/.test(await mesh.command(proxy, 'show stat -1 4 -1')) || null,
      );
    await splitInTwo();
    const look = await here().run(['report']);
    const found = look.report.meshFindings.find(({ kind }) => kind === 'shard-doubtful');
    expect(found?.because).toMatch(
      new RegExp(
        `^${mesh.shards[0]!.address} is up, and cannot be reached by its agent L4(CON|TOUT) on hap-a, hap-b, hap-c`,
      ),
    );
    expect(look.report.shards.find(({ address }) => address === mesh.shards[0]!.address)?.state).toBe('doubtful');
    const heal = await here().heal();
    expect([heal.exitCode, Object.fromEntries(winnersOf(heal.report))]).toEqual([
      0,
      { 't/standup': mesh.shards[1]!.address },
    ]);
    expect(await conferenceShards(mesh, ['t/standup'])).toEqual(new Map([['t/standup', mesh.shards[1]!.address]]));
  });

  test.each([
    ['2.2.33', 'version-unknown'],
    ['unknown', 'version-unknown'],
  ])('one proxy says that it is %s: reported, and nothing is healed', async (version, kind) => {
    await lab();
    await splitInTwo();
    here().relay.follow({
      rewrite: (proxy, line, answer) =>
        proxy === 'hap-b' && line.startsWith('show info')
          ? answer.replace(/^Version: .*$/m, `Version: ${version}`)
          : answer,
    });
    const look = await here().start(['report']).ended;
    expect([
      findingLines(look.report!),
      look.report!.meshFindings.flatMap((each) => (each.kind === kind ? [each.proxy] : [])),
    ]).toEqual([['split t/standup: peer-link-down'], ['hap-b']]);
    const heal = await here().start(['heal', '--yes']).ended;
    expect([heal.exitCode, refusalsOf(heal.report!), heal.writes]).toEqual([4, ['version-unknown'], []]);
  });
});
