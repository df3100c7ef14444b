// Proxies whose answers are scripted, and what a look at them needs.

import { TransportError } from '../../src/errors.ts';
import type { Clock } from '../../src/process/clock.ts';
import { createTableReader } from '../../src/runtime-api/table-reader.ts';
import type { CollectOptions, Member } from '../../src/snapshot/collect.ts';
import { createEntryGrid, type GridWriter } from '../../src/snapshot/grid/entry-grid.ts';
import { createKeyTable } from '../../src/snapshot/grid/key-table.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { capture } from '../support/captures.ts';
import { type ScriptedAnswer, scriptedTransport } from '../support/scripted-transport.ts';

export const stateText = ['show-info.txt', 'show-servers-state.txt', 'show-table-all.txt', 'show-peers-healthy.txt']
  .map((name) => capture('3.4', name))
  .join('');
export const dumpText = capture('3.4', 'show-table.txt');
export const reset = new TransportError({ code: 'reset', message: 'the connection broke', remedy: 'run again' });

export type Script = (request: string) => string | ScriptedAnswer;
export const healthy: Script = (request) =>
  request.startsWith('show info') ? stateText : request === 'show table nodes\n' ? dumpText : '\n';
export const dumping =
  (dump: string | ScriptedAnswer): Script =>
  (request) =>
    request === 'show table nodes\n' ? dump : healthy(request);

/**
 * Answers like `script` but hangs in the dump, behind `before`, until it is told to end: as a real
 * transport does.
 */
export function hanging(before: string): Transport & { readonly ended: () => boolean; readonly hangs: Promise<void> } {
  const inner = scriptedTransport(healthy);
  let ended = false;
  let begin = () => {};
  const hangs = new Promise<void>((resolve) => {
    begin = resolve;
  });
  return {
    hangs,
    ended: () => ended,
    close: inner.close,
    async ask(request, onChunk, options) {
      if (request !== 'show table nodes\n') return inner.ask(request, onChunk, options);
      if (before !== '') await onChunk(Buffer.from(before, 'latin1'));
      await new Promise<void>((_, reject) => {
        options.signal.addEventListener('abort', () => {
          // A socket takes a moment to close.
          setImmediate(() => {
            ended = true;
            reject(new TransportError({ code: 'interrupted', message: 'ended from our side', remedy: 'run again' }));
          });
        });
        begin();
      });
    },
  };
}

export const memberOf = (name: string, transport: Transport): Member => ({
  target: { name, region: null, endpoint: { kind: 'unix', path: `/run/${name}.sock` } },
  reader: createTableReader(transport, 'nodes', 1_000),
});
export const scripted = (name: string, script: Script) => memberOf(name, scriptedTransport(script));

/** Each look at the clock is 5 ms later. */
function steppingClock(): Clock {
  let now = 0;
  return {
    now: () => (now += 5),
    sleep: () => Promise.reject(new Error('nobody sleeps here')),
    every: () => () => {},
  };
}

export const gridFor = (members: readonly Member[]) =>
  createEntryGrid({ keys: createKeyTable(1), proxyCount: members.length, admitsNewKeys: true, keepsExpiries: false });
export function options(some: Partial<CollectOptions> = {}): CollectOptions {
  return {
    table: 'nodes',
    concurrency: 10,
    perRegion: 1,
    keyLength: null,
    maps: null,
    clock: steppingClock(),
    signal: new AbortController().signal,
    keeper: null,
    onProgress: () => {},
    ...some,
  };
}
export const entriesOn = (grid: GridWriter, proxy: number) =>
  Array.from({ length: grid.keys.count }, (_, row) => grid.labelAt(row, proxy)).filter((cell) => cell !== 0).length;
