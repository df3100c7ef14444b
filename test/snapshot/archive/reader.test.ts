// A saved snapshot reads as the mesh did, and damage is told, not guessed around.

import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, TransportError } from '../../../src/errors.ts';
import { createTableReader } from '../../../src/runtime-api/table-reader.ts';
import { openArchive } from '../../../src/snapshot/archive/reader.ts';
import { createArchive } from '../../../src/snapshot/archive/writer.ts';
import type { Member } from '../../../src/snapshot/collect.ts';
import { capture } from '../../support/captures.ts';
import { collectingSink } from '../../support/collected-entries.ts';
import { limitMemory } from '../../support/memory-limit.ts';
import { scriptedTransport } from '../../support/scripted-transport.ts';
import { dumpText, memberSaying, type Read, readMesh, runFacts, scratch, trickyText } from '../saved-mesh.ts';

beforeAll(limitMemory);

async function save(members: readonly Member[]): Promise<{ folder: string; before: Read }> {
  const folder = join(scratch(), 'snapshot');
  const archive = await createArchive(folder, members);
  const before = await readMesh(members, archive);
  await archive.commit(runFacts, before.views);
  return { folder, before };
}
const withoutCost = ({ views }: Read) => views.map(({ collect: _, ...view }) => view);
const signal = new AbortController().signal;

describe('what was written is read', () => {
  test('{a, b}: the same views and entries, whatever the proxies are called', async () => {
    const { folder, before } = await save([memberSaying('hap-a', dumpText), memberSaying('../caf\u00e9~', trickyText)]);
    const { environment, members } = openArchive(folder, 'nodes');
    expect(environment).toBe('stage');
    expect(members.map(({ target: { name, region } }) => [name, region])).toEqual([
      ['hap-a', 'eu'],
      ['../caf\u00e9~', 'eu'],
    ]);
    const after = await readMesh(members);
    expect(after.entries).toEqual(before.entries);
    expect(after.entries.map((each) => each.length)).toEqual([12, 34]);
    expect(withoutCost(after)).toEqual(withoutCost(before));
  });

  test('a cut dump is cut still, a refusal refused, and a proxy that was not reached is not there', async () => {
    const reset = new TransportError({ code: 'reset', message: 'broke', remedy: 'run again' });
    const dead = createTableReader(
      scriptedTransport(() => ({ chunks: '', error: reset })),
      'nodes',
      1_000,
    );
    const { folder, before } = await save([
      memberSaying('cut', dumpText.slice(0, -1)),
      memberSaying('user', capture('3.4', 'show-table-user-level.txt')),
      { target: { name: 'dead', region: null, endpoint: { kind: 'unix', path: '/x' } }, reader: dead },
    ]);
    expect(before.views.map(({ status }) => status)).toEqual(['truncated', 'denied', 'unreachable']);
    const after = await readMesh(openArchive(folder, 'nodes').members);
    expect(after.views.map(({ status }) => status)).toEqual(['truncated', 'denied', 'unreachable']);
    expect(after.entries).toEqual(before.entries);
  });

  test('a proxy that was locked stays locked, with who and until when', async () => {
    const says = 'hap-b is locked by alice ("upgrade") until 2026-11-28 21:45:10 UTC (25 min left)';
    const free = memberSaying('hap-b', dumpText);
    const state = () =>
      Promise.reject(new TransportError({ code: 'locked', message: says, remedy: 'wait until it ends' }));
    const { folder } = await save([memberSaying('hap-a', dumpText), { ...free, reader: { ...free.reader, state } }]);
    const { views } = await readMesh(openArchive(folder, 'nodes').members);
    expect(views[1]).toMatchObject({
      status: 'locked',
      trouble: { code: 'locked', message: `when the snapshot was taken: ${says}` },
    });
  });

  test('a key that fills the table is told from its bytes, not from its spelling', async () => {
    const { folder } = await save([memberSaying('hap-a', dumpText)]);
    const path = join(folder, 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"keyLength": null', '"keyLength": 5'));
    const [only] = openArchive(folder, 'nodes').members;
    expect(await only?.reader.fillsKeyLength('a\\ bcd', signal)).toBe(true);
    expect(await only?.reader.fillsKeyLength('a\\ bc', signal)).toBe(false);
    const [unknown] = openArchive((await save([memberSaying('hap-a', dumpText)])).folder, 'nodes').members;
    expect(await unknown?.reader.fillsKeyLength('x'.repeat(500), signal)).toBe(false);
  });

  test('single keys: those that were asked for, and no others', async () => {
    const { folder } = await save([memberSaying('hap-a', trickyText)]);
    const [only] = openArchive(folder, 'nodes').members;
    const sink = collectingSink();
    expect(await only?.reader.entries(['', 'a;b', 'nope', 'caf\\xC3\\xA9\\xE2\\x98\\x95'], sink, signal)).toEqual([]);
    expect(sink.entries.map(({ key }) => key).sort()).toEqual(['', 'a;b', 'caf\\xC3\\xA9\\xE2\\x98\\x95']);
  });

  test('Ctrl-C ends the reading', async () => {
    const { folder } = await save([memberSaying('hap-a', dumpText)]);
    const [only] = openArchive(folder, 'nodes').members;
    const stop = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(only?.reader.dump(collectingSink(), stop)).rejects.toThrow('Ctrl-C');
  });
});

describe('damage to one proxy costs that proxy', () => {
  const damaged = async (damage: (place: string) => void) => {
    const { folder } = await save([memberSaying('hap-a', dumpText), memberSaying('hap-b', dumpText)]);
    damage(join(folder, 'hap-b'));
    const { views, entries } = await readMesh(openArchive(folder, 'nodes').members);
    expect([views[0]?.status, entries[0]?.length]).toEqual(['ok', 12]);
    return [views[1]?.status, views[1]?.trouble?.code, views[1]?.trouble?.message];
  };
  const bytesOf = (place: string) => readFileSync(join(place, 'table.txt.gz'));

  test('no dump', async () => {
    expect(await damaged((place) => rmSync(join(place, 'table.txt.gz')))).toEqual([
      'unreachable',
      'closed-early',
      'no dump of this proxy was saved',
    ]);
  });
  test('no state', async () => {
    expect(await damaged((place) => rmSync(join(place, 'state.txt.gz')))).toEqual([
      'unreachable',
      'closed-early',
      'nothing of this proxy was saved',
    ]);
  });
  test('no folder', async () => {
    expect(await damaged((place) => rmSync(place, { recursive: true }))).toEqual([
      'unreachable',
      'closed-early',
      'nothing of this proxy was saved',
    ]);
  });
  test('a gzip cut short', async () => {
    const [status, code, message] = await damaged((place) =>
      truncateSync(join(place, 'table.txt.gz'), bytesOf(place).length - 20),
    );
    expect([status, code]).toEqual(['truncated', 'truncated']);
    expect(message).toContain('the saved dump is damaged: unexpected end of file');
  });
  test('a gzip whose checksum is wrong, though the text is whole', async () => {
    const [status, code, message] = await damaged((place) => {
      const bytes = bytesOf(place);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 8) ^ 1, bytes.length - 8);
      writeFileSync(join(place, 'table.txt.gz'), bytes);
    });
    expect([status, code]).toEqual(['unreachable', 'truncated']);
    expect(message).toContain('incorrect data check');
  });
  test('no gzip at all', async () => {
    const [status, , message] = await damaged((place) => writeFileSync(join(place, 'table.txt.gz'), dumpText));
    expect(status).toBe('unreachable');
    expect(message).toContain('incorrect header check');
  });
  test('a folder in place of the dump', async () => {
    const [status, , message] = await damaged((place) => {
      rmSync(join(place, 'table.txt.gz'));
      mkdirSync(join(place, 'table.txt.gz'));
    });
    expect(status).toBe('unreachable');
    expect(message).toContain('EISDIR');
  });
  test('a gzip that grows to 300 MB of state: no more is inflated than a state may have', async () => {
    const bomb = (text: string) => gzipSync(Buffer.alloc(300_000_000, text));
    const state = (text: string) => damaged((place) => writeFileSync(join(place, 'state.txt.gz'), bomb(text)));
    const told = 'its answer to `show info; show servers state; show table; show stat; show peers` has more than';
    expect(await state('x')).toEqual([
      'unreachable',
      'too-large',
      expect.stringContaining(`${told} 128 KB in one line`),
    ]);
    expect(await state('\n')).toEqual(['unreachable', 'too-large', expect.stringContaining(`${told} 200,000 lines`)]);
  });
  test('a gzip that grows to 300 MB of dump', async () => {
    const head = '# table: nodes, type: string, size:100, used:1\n';
    const dump = (text: string) =>
      damaged((place) =>
        writeFileSync(
          join(place, 'table.txt.gz'),
          gzipSync(Buffer.concat([Buffer.from(head), Buffer.alloc(300_000_000, text)])),
        ),
      );
    expect(await dump('x')).toEqual(['unreachable', 'too-large', expect.stringContaining('one line of its dump')]);
    expect(await dump('\n')).toEqual(['unreachable', 'too-large', expect.stringContaining('10,200 lines')]);
  });
  test('a state that is no gzip, and one that is another program’s', async () => {
    const state = (bytes: string | Buffer) => damaged((place) => writeFileSync(join(place, 'state.txt.gz'), bytes));
    expect(await state('x')).toEqual(['unreachable', 'truncated', 'the saved answers are damaged']);
    expect(await state(gzipSync('HTTP/1.1 400'))).toEqual([
      'unreachable',
      'closed-early',
      'the proxy did not answer in that run',
    ]);
  });
});

describe('a folder that is no snapshot of this table is bad usage', () => {
  const complaint = (folder: string, table = 'nodes') => {
    try {
      openArchive(folder, table);
    } catch (error) {
      if (error instanceof ConfigError) return error.complaints.join('\n');
      throw error;
    }
    return 'no complaint';
  };
  test('no folder', () => expect(complaint(join(scratch(), 'nope'))).toContain('there is no such folder'));
  test('a file', () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    expect(complaint(file)).toContain('there is no such folder');
  });
  test('an empty folder', () => expect(complaint(scratch())).toContain('no saved dumps of table nodes'));
  test('another table', async () => {
    const { folder } = await save([memberSaying('hap-a', dumpText)]);
    expect(complaint(folder, 'rooms')).toContain('this snapshot is of table nodes, not rooms');
  });
  test('a manifest that is a folder', () => {
    const folder = scratch();
    mkdirSync(join(folder, 'manifest.json'));
    expect(complaint(folder)).toMatch(/cannot be read: EISDIR/);
  });

  test('a way out of the snapshot in its manifest', async () => {
    const { folder } = await save([memberSaying('hap-a', dumpText)]);
    const path = join(folder, 'manifest.json');
    const text = readFileSync(path, 'utf8');
    for (const way of ['..', '.', '../hap-a', '/etc', 'a/b', '', '.hidden', 'a\\\\b', 'a\\u0000b']) {
      writeFileSync(path, text.replace('"folder": "hap-a"', `"folder": "${way}"`));
      expect([way, complaint(folder)]).toEqual([way, expect.stringContaining('proxies.0.folder')]);
    }
  });

  test('a proxy’s folder that is a link is read where it leads: the manifest names it, and it is the owner’s', async () => {
    const { folder } = await save([memberSaying('hap-a', dumpText)]);
    symlinkSync(join(folder, 'hap-a'), join(folder, 'hap-z'));
    const path = join(folder, 'manifest.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"folder": "hap-a"', '"folder": "hap-z"'));
    expect((await readMesh(openArchive(folder, 'nodes').members)).views).toMatchObject([{ status: 'ok' }]);
    expect(readdirSync(folder).sort()).toEqual(['hap-a', 'hap-z', 'manifest.json']);
  });
});
