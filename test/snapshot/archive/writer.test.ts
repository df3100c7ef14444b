// A snapshot is there when it is whole, under the name that was asked for, or not at all.

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../src/errors.ts';
import { createArchive, foldersOf } from '../../../src/snapshot/archive/writer.ts';
import { dumpText, memberSaying, readMesh, runFacts, scratch, stateOf } from '../saved-mesh.ts';

const member = (name: string) => memberSaying(name, dumpText);
/** Where it writes until it is whole. */
const partialOf = (folder: string) => {
  const name = readdirSync(dirname(folder)).find((each) => each.startsWith(`${basename(folder)}.partial-`));
  return join(dirname(folder), name ?? 'none');
};
const unzipped = (...path: string[]) => gunzipSync(readFileSync(join(...path))).toString('latin1');

describe('a snapshot', () => {
  test('holds every answer byte for byte, and appears when it is committed', async () => {
    const parent = scratch();
    const folder = join(parent, 'deep', 'snapshot');
    const members = [member('hap-a'), member('hap-b')];
    const archive = await createArchive(folder, members);
    const { views } = await readMesh(members, archive);
    expect(existsSync(folder)).toBe(false);
    await archive.commit(runFacts, views);
    expect(readdirSync(join(parent, 'deep'))).toEqual(['snapshot']);
    expect(readdirSync(folder).sort()).toEqual(['hap-a', 'hap-b', 'manifest.json']);
    for (const name of ['hap-a', 'hap-b']) {
      expect(unzipped(folder, name, 'state.txt.gz')).toBe(stateOf(name));
      expect(unzipped(folder, name, 'table.txt.gz')).toBe(dumpText);
    }
    expect(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).toEqual({
      schema: 'splitbrain/snapshot/1',
      ...runFacts,
      proxies: ['hap-a', 'hap-b'].map((name) => ({
        name,
        region: 'eu',
        folder: name,
        status: 'ok',
        haproxy: '3.4.7-1',
        keyLength: null,
      })),
    });
  });

  test('that is discarded leaves nothing', async () => {
    const parent = scratch();
    const archive = await createArchive(join(parent, 'snapshot'), [member('hap-a')]);
    await readMesh([member('hap-a')], archive);
    expect(readdirSync(parent)).toHaveLength(1);
    await archive.discard();
    expect(readdirSync(parent)).toEqual([]);
  });

  test.each(['folder', 'file'])('is refused where there is a %s of its name, which stays as it was', async (kind) => {
    const folder = join(scratch(), 'snapshot');
    if (kind === 'folder') mkdirSync(join(folder, 'mine'), { recursive: true });
    else writeFileSync(folder, 'mine');
    await expect(createArchive(folder, [member('hap-a')])).rejects.toThrow(ConfigError);
    expect(existsSync(partialOf(folder))).toBe(false);
    expect(kind === 'folder' ? readdirSync(folder) : readFileSync(folder, 'utf8')).toEqual(
      kind === 'folder' ? ['mine'] : 'mine',
    );
  });

  test('is refused where a link stands, also one to nowhere; what it leads to stays as it was', async () => {
    const parent = scratch();
    mkdirSync(join(parent, 'precious'));
    for (const [link, to] of [
      ['to-folder', 'precious'],
      ['to-nowhere', 'nowhere'],
    ] as const) {
      symlinkSync(to, join(parent, link));
      await expect(createArchive(join(parent, link), [member('hap-a')])).rejects.toThrow(ConfigError);
    }
    expect([readdirSync(parent).sort(), readdirSync(join(parent, 'precious'))]).toEqual([
      ['precious', 'to-folder', 'to-nowhere'],
      [],
    ]);
  });

  test("is for its owner's eyes: folders and files", async () => {
    const folder = join(scratch(), 'snapshot');
    const members = [member('hap-a')];
    const archive = await createArchive(folder, members);
    await archive.commit(runFacts, (await readMesh(members, archive)).views);
    const modes = ['', 'manifest.json', 'hap-a/state.txt.gz', 'hap-a/table.txt.gz'].map((name) =>
      (statSync(join(folder, name)).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(['700', '600', '600', '600']);
  });

  test('that cannot be written is bad usage', async () => {
    const file = join(scratch(), 'file');
    writeFileSync(file, '');
    await expect(createArchive(join(file, 'snapshot'), [member('hap-a')])).rejects.toThrow(/cannot be written/);
  });
});

describe('a name of a proxy as the name of a folder', () => {
  test.each([
    ['hap-a_1.eu', 'hap-a_1.eu'],
    ['../x', '%2E.%2Fx'],
    ['a/b', 'a%2Fb'],
    ['.', '%2E'],
    ['..', '%2E.'],
    ['.hidden', '%2Ehidden'],
    ['', '%'],
    ['a b', 'a%20b'],
    ['~root', '%7Eroot'],
    ["it's (*)!", 'it%27s%20%28%2A%29%21'],
    ['100%', '100%25'],
    ['caf\u00e9', 'caf%C3%A9'],
    ['\u{1f600}', '%F0%9F%98%80'],
    ['\ud800', '%EF%BF%BD'],
    ['a\0b', 'a%00b'],
    ['[2001:db8::5]:22', '%5B2001%3Adb8%3A%3A5%5D%3A22'],
    ['manifest.json', 'manifest.json%-2'],
  ])('%j is %s', (name, folder) => expect(foldersOf([name])).toEqual([folder]));

  test('names that differ stay different, also where the disk does not tell A from a', () => {
    const names = [
      'hap',
      'HAP',
      'Hap',
      'hap%-2',
      'HAP%-2',
      'Manifest.JSON',
      '\ud800',
      '\ud801',
      'a/b',
      'a%2Fb',
      '%2E',
      '.',
      '',
    ];
    const folders = foldersOf(names).map((folder) => folder.toLowerCase());
    expect(new Set(['manifest.json', ...folders]).size).toBe(names.length + 1);
  });

  test('such proxies are written and kept apart', async () => {
    const parent = scratch();
    const folder = join(parent, 'snapshot');
    const members = ['../x', 'a/b', '.', 'caf\u00e9', 'hap', 'HAP', '~'].map((name, n) =>
      memberSaying(name, dumpText.replace('room1@', `room-of-${n}@`)),
    );
    const archive = await createArchive(folder, members);
    await archive.commit(runFacts, (await readMesh(members, archive)).views);
    expect(readdirSync(parent)).toEqual(['snapshot']);
    for (const [n, place] of foldersOf(members.map(({ target }) => target.name)).entries())
      expect(unzipped(folder, place, 'table.txt.gz')).toContain(`room-of-${n}@`);
  });
});

describe('the disk', () => {
  const chunk = randomBytes(1 << 20);
  const fileIn = (folder: string) => join(partialOf(folder), 'hap-a', 'table.txt.gz');

  test('a chunk may be overwritten as soon as it was taken', async () => {
    const folder = join(scratch(), 'snapshot');
    const place = (await createArchive(folder, [member('hap-a')])).table(0);
    const memory = Buffer.from('first');
    await place.write(memory);
    memory.write('later');
    await place.done();
    expect(unzipped(fileIn(folder))).toBe('first');
  });

  test('that takes nothing makes the writer wait, until it does', async () => {
    const folder = join(scratch(), 'snapshot');
    const archive = await createArchive(folder, [member('hap-a')]);
    // A pipe that nobody reads stands in for a disk that does not answer.
    expect(spawnSync('sh', ['-c', 'mkfifo "$0"', fileIn(folder)]).status).toBe(0);
    const place = archive.table(0);
    let written = false;
    const write = (async () => {
      await place.write(chunk);
      await place.write(chunk);
      written = true;
    })();
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    expect(written).toBe(false);
    const taken = buffer(createReadStream(fileIn(folder)));
    await write;
    await place.done();
    expect(gunzipSync(await taken).equals(Buffer.concat([chunk, chunk]))).toBe(true);
  });

  test('that is full rejects the write, every later one, and done', async () => {
    const folder = join(scratch(), 'snapshot');
    const archive = await createArchive(folder, [member('hap-a')]);
    symlinkSync('/dev/full', fileIn(folder));
    const place = archive.table(0);
    const fill = async () => {
      for (let n = 0; n < 100; n++) await place.write(chunk);
    };
    await expect(fill()).rejects.toThrow('ENOSPC');
    await expect(Promise.resolve(place.write(chunk))).rejects.toThrow('ENOSPC');
    await expect(place.done()).rejects.toThrow('ENOSPC');
    await archive.discard();
    expect(existsSync(partialOf(folder))).toBe(false);
  });

  test('whose folder is gone rejects, with nobody waiting for ever', async () => {
    const folder = join(scratch(), 'snapshot');
    const archive = await createArchive(folder, [member('hap-a')]);
    rmSync(partialOf(folder), { recursive: true });
    await expect(archive.table(0).done()).rejects.toThrow('ENOENT');
    const members = [member('hap-a')];
    await expect(readMesh(members, archive)).rejects.toThrow('ENOENT');
  });
});
