// Members with scripted answers, folders that vanish with the test, and a read of what a saved mesh
// holds.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ProxyView } from '../../src/domain/view.ts';
import { createTableReader } from '../../src/runtime-api/table-reader.ts';
import { collect, type Keeper, type Member } from '../../src/snapshot/collect.ts';
import { createEntryGrid, type GridWriter } from '../../src/snapshot/grid/entry-grid.ts';
import { createKeyTable } from '../../src/snapshot/grid/key-table.ts';
import { capture } from '../support/captures.ts';
import { scriptedTransport } from '../support/scripted-transport.ts';

const stateText = ['show-info.txt', 'show-servers-state.txt', 'show-table-all.txt', 'show-peers-healthy.txt']
  .map((name) => capture('3.4', name))
  .join('');
export const dumpText = capture('3.4', 'show-table.txt');
export const trickyText = capture('3.4', 'show-table-tricky-keys.txt');

/**
 * Every proxy is a process of its own, `hap-a` and `hap-b` hear each other, and nobody else is
 * there.
 */
export function stateOf(name: string): string {
  const pid = 1000 + ([...Buffer.from(name)].reduce((sum, byte) => sum * 31 + byte, 7) % 30_000);
  const other = name === 'hap-a' ? 'hap-b' : 'hap-a';
  return stateText
    .replace(/^Pid: \d+$/m, `Pid: ${pid}`)
    .replace('id=hap1(', `id=${name}(`)
    .replace('id=hap2(', `id=${other}(`)
    .replace('id=hap3(remote,active)', 'id=hap3(remote,inactive)');
}

/** A folder for one test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'splitbrain-archive-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function memberSaying(name: string, dump: string, state = stateOf(name)): Member {
  const transport = scriptedTransport((request) =>
    request.startsWith('show info') ? state : request === 'show table nodes\n' ? dump : '\n',
  );
  const reader = createTableReader(transport, 'nodes', 1_000);
  return { target: { name, region: 'eu', endpoint: { kind: 'unix', path: '/run/x.sock' } }, reader };
}

export interface Read {
  readonly views: readonly ProxyView[];
  readonly grid: GridWriter;
  /** For each proxy its entries, sorted: key, id, key of the server. */
  readonly entries: readonly (readonly string[])[];
}

/** Reads all members as a run does. */
export async function readMesh(members: readonly Member[], keeper: Keeper | null = null): Promise<Read> {
  const keys = createKeyTable(1);
  const grid = createEntryGrid({ keys, proxyCount: members.length, admitsNewKeys: true, keepsExpiries: true });
  const views = await collect(members, grid, {
    table: 'nodes',
    concurrency: 4,
    perRegion: 1,
    keyLength: null,
    maps: null,
    clock: { now: () => 0, sleep: () => Promise.reject(new Error('nobody sleeps here')), every: () => () => {} },
    signal: new AbortController().signal,
    keeper,
    onProgress: () => {},
  });
  const entries = members.map((_, proxy) =>
    Array.from({ length: keys.count }, (_, row) => row).flatMap((row) => {
      const label = grid.labelsOf(proxy)[grid.labelAt(row, proxy) - 1];
      const life = grid.expiresInMs(row, proxy);
      return label ? [`${keys.keyAt(row)} ${label.serverId} ${label.serverKey} ${life}`] : [];
    }),
  );
  return { views, grid, entries: entries.map((each) => each.sort()) };
}

export const runFacts = {
  program: '0.1.0',
  environment: 'stage',
  table: 'nodes',
  startedAt: '2026-11-21T04:00:00.000Z',
  finishedAt: '2026-11-21T04:00:01.000Z',
};
