// `splitbrain explain` on real meshes. What it says of each proxy is judged by requests through it.

import { afterEach, describe, expect, test } from 'vitest';
import { type Mesh, type MeshOptions, startMesh } from '../../lab/mesh/mesh.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { type ExplainFile, explainOn } from '../support/explain-runs.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  let here: { readonly mesh: Mesh; readonly scratch: Scratch } | null = null;

  afterEach(async () => {
    await here?.mesh.stop();
    here?.scratch.clear();
    here = null;
  });

  async function lab(options: MeshOptions = {}): Promise<Mesh> {
    here = { mesh: await startMesh({ binary: command, ...options }), scratch: makeScratch() };
    return here.mesh;
  }
  const explain = (...words: readonly string[]) => explainOn(here!, words);

  /** The conference on every proxy, at this shard. */
  async function settle(conference: string, forceShard = 0): Promise<void> {
    const { mesh } = here!;
    await mesh.request(0, conference, { forceShard });
    await Promise.all(mesh.proxies.map((_, i) => mesh.untilEntry(i, conference, (entry) => entry !== undefined)));
  }

  /** Where a request really lands on each proxy, the one after the other. */
  async function landings(conference: string): Promise<readonly (string | null)[]> {
    const shards: (string | null)[] = [];
    for (const proxy of here!.mesh.proxies.keys()) shards.push((await here!.mesh.request(proxy, conference)).shard);
    return shards;
  }
  const shardsOf = ({ routes }: ExplainFile) => routes.map(({ shard, followed }) => (followed ? shard : followed));

  test('healthy: AGREE, where requests land; a pasted URL is the same conference', async () => {
    const mesh = await lab();
    await settle('acme/daily', 1);
    const { exitCode, explained, stdout } = await explain('acme/daily');
    expect([exitCode, explained.verdict, explained.run.looks]).toEqual([0, 'agree', 1]);
    expect(explained.routes.map(({ rule, serverId, shardState }) => [rule, serverId, shardState])).toEqual(
      mesh.proxies.map(() => ['server-key', 12, 'up']),
    );
    expect(stdout).toMatch(/^AGREE {2}acme\/daily leads to shard-2 on every proxy/);
    expect(shardsOf(explained)).toEqual(await landings('acme/daily'));
    const byUrl = await explain('https://meet.example/Acme/Daily?jwt=abc#config.x=1');
    expect([byUrl.exitCode, byUrl.explained.key, byUrl.explained.asked.readAs]).toEqual([0, 'acme/daily', 'url']);
  });

  test('split: each proxy as requests land there, the link that is down, the literal commands', async () => {
    const mesh = await lab();
    await settle('other');
    await mesh.split(
      ['acme/x'],
      [
        { proxies: [0], shard: 0 },
        { proxies: [1, 2], shard: 1 },
      ],
    );
    const { exitCode, explained, stdout } = await explain('acme/x');
    const [one, two] = mesh.shards.map(({ address }) => address) as [string, string];
    expect([exitCode, explained.verdict, explained.run.looks]).toEqual([2, 'apart', 2]);
    expect(explained.findings).toMatchObject([{ kind: 'split', cause: 'peer-link-down' }]);
    expect(shardsOf(explained)).toEqual([one, two, two]);
    expect(explained.links.map(({ one, other, state }) => `${one} ${other} ${state}`)).toEqual([
      'hap-a hap-b down',
      'hap-a hap-c down',
    ]);
    expect(explained.heal!.decision.winner).toBe(two);
    expect(explained.heal!.steps.flatMap(({ proxy, commands }) => commands.map((each) => `${proxy}: ${each}`))).toEqual(
      ['hap-a: clear table nodes key acme\\/x', 'hap-a: set table nodes key acme\\/x data.server_id 12'],
    );
    expect(stdout).toMatch(/^SPLIT {2}acme\/x leads to 2 shards/);
    expect(stdout.split('\n').length).toBeLessThan(40);
    expect(shardsOf(explained)).toEqual(await landings('acme/x'));
  });

  test('missing on one, mixed, orphaned: said of the proxies where it is so', async () => {
    const mesh = await lab();
    for (const name of ['gone-here', 'relabelled', 'nowhere']) await settle(name);
    await mesh.command(2, 'clear table nodes key gone-here');
    const missing = await explain('gone-here');
    expect([missing.exitCode, missing.explained.verdict]).toEqual([2, 'apart']);
    expect(missing.explained.routes.map(({ why }) => why)).toEqual([null, null, 'absent']);
    expect(missing.stdout).toContain('hap-c no entry: the next request is placed anew there');
    await mesh.command(1, 'set table nodes key relabelled data.server_id 12');
    for (const i of [0, 1, 2]) await mesh.untilEntry(i, 'relabelled', (entry) => entry?.serverId === 12);
    const mixed = await explain('relabelled');
    expect([mixed.exitCode, mixed.explained.findings.map(({ kind }) => kind)]).toEqual([2, ['mixed']]);
    expect(mixed.explained.routes.map(({ isMixed }) => isMixed)).toEqual([true, true, true]);
    expect(shardsOf(mixed.explained)).toEqual(await landings('relabelled'));
    for (const i of [0, 1, 2]) await mesh.command(i, 'disable server nodes/shard-1');
    const orphaned = await explain('nowhere');
    expect([orphaned.exitCode, orphaned.explained.verdict]).toEqual([0, 'orphaned']);
    expect(orphaned.explained.routes.map(({ followed, why }) => [followed, why])).toEqual(
      mesh.proxies.map(() => [false, 'maint']),
    );
    expect((await landings('nowhere'))[0]).not.toBe(mesh.shards[0]!.address);
  });

  test('one proxy down: never AGREE, exit 3', async () => {
    const mesh = await lab();
    await settle('daily');
    await mesh.kill(2);
    const { exitCode, explained, stdout } = await explain('daily');
    expect([exitCode, explained.verdict, explained.view]).toEqual([3, 'incomplete', 'incomplete']);
    expect(explained.routes[2]).toMatchObject({ status: 'unreachable', followed: null, why: 'unread' });
    expect(stdout).toMatch(/^INCOMPLETE/);
    expect((await explain('never-seen')).exitCode).toBe(3);
  });

  test('unknown: why, and the nearest name; a name that the table cut leads to the entry it shares', async () => {
    await lab({ keyLength: 20 });
    await settle('acme/daily');
    await settle('a-name-of-twenty-byte');
    const unknown = await explain('acme/dialy');
    expect([unknown.exitCode, unknown.explained.verdict]).toEqual([0, 'unknown']);
    expect(unknown.explained.unknown!.nearest.map(({ key }) => key)).toEqual(['acme/daily']);
    expect(unknown.stdout).toMatch(/^UNKNOWN {2}acme\/dialy is held by no proxy/);
    const cut = await explain('a-name-of-twenty-bytes-and-more');
    expect([cut.exitCode, cut.explained.key, cut.explained.asked.readAs]).toEqual([0, 'a-name-of-twenty-byt', 'cut']);
    expect(cut.explained.findings.map(({ kind }) => kind)).toEqual(['ambiguous']);
  });
});
