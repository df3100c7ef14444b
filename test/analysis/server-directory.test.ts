// What ids, names and keys mean on one proxy.

import { describe, expect, test } from 'vitest';
import { createServerDirectory, isUsable } from '../../src/analysis/server-directory.ts';
import type { Server, ServerState } from '../../src/domain/server.ts';

const at = (backend: string, id: number, name: string, address: string | null, state: ServerState = 'up'): Server => ({
  backend,
  id,
  name,
  address,
  state,
});

describe('servers of several backends', () => {
  const directory = createServerDirectory([
    at('release-1', 11, 'shard-1', '10.0.0.1:443', 'maint'),
    at('release-2', 11, 'r2-shard-1', '10.0.0.1:443', 'drain'),
    at('release-2', 12, 'shard-1', '10.0.0.2:443', 'down'),
    at('release-2', 13, 'unresolved', null),
  ]);

  test('a shard has the worst of the states that it has in backends', () => {
    expect(directory.stateOf('10.0.0.1:443')).toBe('maint');
    expect(isUsable(directory, '10.0.0.1:443')).toBe(false);
    expect(directory.backends.map(({ stateOf }) => stateOf('10.0.0.1:443'))).toEqual(['maint', 'drain']);
    expect(isUsable(directory, '10.0.0.2:443')).toBe(false);
    expect(isUsable(directory, '10.0.0.9:443')).toBe(false);
  });

  test('a shard is served where every backend has it and may use it, and an id means it where it does in every backend', () => {
    const two = createServerDirectory([
      at('release-1', 11, 'a', '10.0.0.1:443', 'up'),
      at('release-2', 11, 'r2-a', '10.0.0.1:443', 'drain'),
      at('release-1', 12, 'b', '10.0.0.2:443', 'up'),
      at('release-1', 13, 'c', '10.0.0.3:443', 'up'),
      at('release-2', 1, 'r2-c', '10.0.0.3:443', 'up'),
      { ...at('shard-4', 1, 'shard-4', '10.0.0.4:443', 'up'), counts: false },
    ]);
    const addresses = [1, 2, 3, 4].map((n) => `10.0.0.${n}:443`);
    expect(addresses.map(two.isServed)).toEqual([true, false, true, false]);
    expect(addresses.map(two.idOf)).toEqual([11, null, null, null]);
    expect(addresses.map(two.stateOf)).toEqual(['drain', 'up', 'up', null]);
  });

  test('a name in two backends means both shards; a server without an address means none', () => {
    expect([...directory.byName.get('shard-1')!]).toEqual(['10.0.0.1:443', '10.0.0.2:443']);
    expect([...directory.byId.get(11)!]).toEqual(['10.0.0.1:443']);
    expect(directory.byId.has(13)).toBe(false);
  });
});
