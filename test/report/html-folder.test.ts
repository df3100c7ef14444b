// The folder of pages: made, replaced as a whole, and never another program's.

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { PAGE_START } from '../../src/report/html/frame.ts';
import { type HtmlFile, htmlFolder } from '../../src/report/html-folder.ts';

let scratch: Scratch;
let folder: string;
beforeEach(() => {
  scratch = makeScratch();
  folder = join(scratch.folder, 'new/html');
});
afterEach(() => scratch.clear());

const page = (name: string, words = name): HtmlFile => ({ name, text: `${PAGE_START}${words}` });
const style = { name: 'splitbrain.css', text: 'p {}' };
const run = (...names: string[]) => [style, ...names.map((name) => page(name))];
const there = () => readdirSync(folder).sort();
const text = (name: string) => readFileSync(join(folder, name), 'utf8');

function* failing(): Generator<HtmlFile> {
  yield style;
  yield page('index.html', 'half a report');
  throw new Error('the disk is full');
}

test('a new folder: every file is for its owner alone, and nothing else is in it', async () => {
  await htmlFolder(folder).put(run('index.html', 'findings-1.html'));
  expect(there()).toEqual(['findings-1.html', 'index.html', 'splitbrain.css']);
  for (const name of there())
    expect([name, (statSync(join(folder, name)).mode & 0o777).toString(8)]).toEqual([name, '600']);
});

test('a run with fewer pages: none of the older run is left, and files of others stay', async () => {
  await htmlFolder(folder).put(run('index.html', 'findings-1.html', 'findings-2.html', 'findings-10.html'));
  writeFileSync(join(folder, 'notes.txt'), 'of a person');
  await htmlFolder(folder).put([style, page('index.html', 'newer'), page('findings-1.html')]);
  expect(there()).toEqual(['findings-1.html', 'index.html', 'notes.txt', 'splitbrain.css']);
  expect(text('index.html')).toBe(`${PAGE_START}newer`);
});

test('a run that fails: the report of the older run stays whole', async () => {
  await htmlFolder(folder).put(run('index.html', 'findings-1.html'));
  await expect(htmlFolder(folder).put(failing())).rejects.toThrow('the disk is full');
  expect(there()).toEqual(['findings-1.html', 'index.html', 'splitbrain.css']);
  expect(text('index.html')).toBe(`${PAGE_START}index.html`);
});

test('a run without a report leaves nothing behind', () => {
  htmlFolder(folder);
  expect(readdirSync(scratch.folder)).toEqual([]);
});

test('a first run that fails leaves an empty folder', async () => {
  await expect(htmlFolder(folder).put(failing())).rejects.toThrow('the disk is full');
  expect(there()).toEqual([]);
});

test('what a killed run left does not make the folder foreign, and is taken away', async () => {
  mkdirSync(join(folder, '.splitbrain-draft-abc'), { recursive: true });
  writeFileSync(join(folder, '.splitbrain-draft-abc/index.html'), 'half');
  await htmlFolder(folder).put(run('index.html'));
  expect(there()).toEqual(['index.html', 'splitbrain.css']);
});

describe('a folder that is not one of ours is refused, and stays as it is', () => {
  test.each([
    ['a file', { 'notes.txt': 'x' }],
    ["somebody's site", { 'index.html': '<!DOCTYPE html>\n<title>Home</title>' }],
    ['an empty first page', { 'index.html': '' }],
    ['pages without the first one', { 'findings-1.html': `${PAGE_START}x` }],
  ])('%s', (_, files) => {
    mkdirSync(folder, { recursive: true });
    for (const [name, words] of Object.entries(files)) writeFileSync(join(folder, name), words!);
    expect(() => htmlFolder(folder)).toThrow('name a new or an empty folder');
    expect(there()).toEqual(Object.keys(files));
  });

  test('it became one while the run looked', async () => {
    const opened = htmlFolder(folder);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.html'), 'of another program');
    await expect(opened.put(run('index.html'))).rejects.toThrow('name a new or an empty folder');
    expect(text('index.html')).toBe('of another program');
  });

  test('the first page is a link to one of ours elsewhere', () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(scratch.folder, 'elsewhere.html'), `${PAGE_START}x`);
    symlinkSync(join(scratch.folder, 'elsewhere.html'), join(folder, 'index.html'));
    expect(() => htmlFolder(folder)).toThrow('name a new or an empty folder');
  });
});

test('a link in place of a page is replaced, never followed', async () => {
  await htmlFolder(folder).put(run('index.html'));
  const elsewhere = join(scratch.folder, 'elsewhere');
  writeFileSync(elsewhere, 'of a person');
  symlinkSync(elsewhere, join(folder, 'findings-1.html'));
  await htmlFolder(folder).put(run('index.html', 'findings-1.html'));
  expect([readFileSync(elsewhere, 'utf8'), text('findings-1.html')]).toEqual([
    'of a person',
    `${PAGE_START}findings-1.html`,
  ]);
});

test.each([
  ['-', 'cannot be standard output'],
  ['/dev/null/html', 'ENOTDIR'],
  ['/dev/null', 'EEXIST'],
])('%s -> %s', (path, complaint) => {
  expect(() => htmlFolder(path)).toThrow(complaint);
  expect(existsSync('-')).toBe(false);
});
