// A webhook hears of a real split brain once, and once that it is over.

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

describe.each(newestHaproxy())('HAProxy $version', ({ command }) => {
  let mesh: Mesh;
  let scratch: Scratch;
  let server: http.Server;
  let texts: string[];
  let status: number;
  beforeAll(async () => {
    texts = [];
    server = http.createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        texts.push((JSON.parse(body) as { text: string }).text);
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(async () => {
    [texts, status] = [[], 200];
    mesh = await startMesh({ binary: command });
    scratch = makeScratch();
    await mesh.request(0, 'calm', { forceShard: 0 });
    await Promise.all([0, 1, 2].map((proxy) => mesh.untilEntry(proxy, 'calm', (entry) => entry !== undefined)));
  });
  afterEach(async () => {
    await mesh.stop();
    scratch.clear();
  });

  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`;
  function run(words: readonly string[], notify = '') {
    const lines = [
      `notify: { url: "${url()}", format: slack${notify} }`,
      `heal: { journal: ${join(scratch.folder, 'state')}, settle: 400ms, maxRatio: 1 }`,
    ];
    return runSplitbrain([...words, ...configure(scratch, mesh, { lines })]);
  }
  const split = () =>
    mesh.split(
      ['secret meeting'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );

  test('agree, split, split, healed, agree -> two messages, no name, no URL anywhere', async () => {
    const runs = [await run(['monitor'])];
    await split();
    runs.push(await run(['monitor']), await run(['report']), await run(['monitor']));
    runs.push(await run(['monitor', '--heal']), await run(['monitor']));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 2, 2, 2, 0, 0]);
    expect(texts).toEqual([
      expect.stringMatching(
        /^SPLIT: laboratory, was AGREE for \d+ s\. 1 split of 2 conferences; 3 of 3 proxies read\. \(monitor, run /,
      ),
      expect.stringMatching(
        /^AGREE: laboratory, was SPLIT for \d+ s\. .* This run healed 1 conference\. \(monitor, run /,
      ),
    ]);
    expect(JSON.stringify([texts, runs.map(({ stderr }) => stderr)])).not.toContain('secret');
    expect(runs.map(({ stdout }) => stdout).join()).not.toContain('secret-path');
  });

  test('a receiver that refuses is told again by the next run; the exit code stays, and the summary says so', async () => {
    await split();
    status = 404;
    const refused = await run(['monitor'], ', names: true');
    expect([refused.exitCode, refused.stdout]).toEqual([
      2,
      expect.stringContaining('nobody was notified: the receiver answered 404'),
    ]);
    expect([refused.stdout.includes('secret-path'), refused.stderr.includes('secret-path')]).toEqual([false, false]);
    status = 200;
    expect((await run(['monitor'], ', names: true')).stdout).not.toContain('nobody was notified');
    await run(['monitor'], ', names: true');
    expect(texts).toHaveLength(2);
    expect(texts[1]).toMatch(/^SPLIT: laboratory\. 1 split .* "secret meeting"\. \(monitor/);
  });
});
