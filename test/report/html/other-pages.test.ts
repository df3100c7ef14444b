// The pages of check, compare and explain: what stands where.

import { describe, expect, test } from 'vitest';
import { flawsOf } from '../../support/html-flaws.ts';
import { otherPages } from '../../support/other-pages.ts';

const textOf = (name: string) => otherPages[name]!()[0]!.text;
const cellsOf = (text: string, row: string) =>
  new RegExp(`<th scope="row">(?:<code>)?${row}.*?</tr>`, 's')
    .exec(text)![0]
    .split('</td>')
    .slice(0, -1)
    .map((cell) =>
      cell
        .replace(/^.*<\/th>/s, '')
        .replace(/<[^>]*>/g, '')
        .replace(/\s+/g, ' ')
        .trim(),
    );

const MANY = 'a comparison with many changes';

test.each(Object.keys(otherPages))('%s: without a flaw, one page unless there is much to list', (name) => {
  const pages = otherPages[name]!();
  expect(pages.flatMap((page) => flawsOf(page.text))).toEqual([]);
  expect(pages.length).toBe(name === MANY ? 51 : 1);
});

test('a comparison with 5,250 changes: ten of a kind on the first page, 5,000 on fifty pages', () => {
  const [index, ...pages] = otherPages[MANY]!();
  expect(index!.text.match(/<code>moved-\d+/g)).toHaveLength(10);
  expect(index!.text).toContain('<a href="changes-1.html#moved">All 250 conferences</a>, 240 more than here');
  expect(index!.text).toContain('<a href="changes-3.html#lost">All 5,000 conferences</a>');
  expect(index!.text).toContain('250 conferences more are in the comparison that --json writes');
  expect(pages.map(({ name }) => name)).toEqual(pages.map((_, at) => `changes-${at + 1}.html`));
  const listed = pages.flatMap(({ text }) => text.match(/(?<=<code>)(?:moved|lost)-\d+/g)!);
  expect([listed.length, new Set(listed).size, listed[249], listed[250]]).toEqual([
    5_000,
    5_000,
    'moved-249',
    'lost-0',
  ]);
  // The page of both kinds has a heading for each, and leads on.
  expect(pages[2]!.text).toMatch(/<h2 id="moved-title">Moved[\s\S]*<h2 id="lost-title">/);
  expect(pages[2]!.text).toContain('<a rel="next" href="changes-4.html">');
  expect(pages.at(-1)!.text).not.toContain('rel="next"');
});

describe('a check', () => {
  test('the verdict stands first, with what it means', () => {
    expect(textOf('a check that passes')).toMatch(/<div class="verdict good">\s*<h1><span class="word">PASS<\/span>/);
    expect(textOf('a check that fails')).toMatch(/<div class="verdict bad">\s*<h1><span class="word">FAIL<\/span>/);
  });

  test('what fails, what is unknown and what passes stand apart', () => {
    const text = textOf('a check that fails');
    const part = (id: string) => new RegExp(`<section id="${id}".*?</section>`, 's').exec(text)![0];
    expect(part('fails')).toContain('<h3>version</h3>');
    expect(part('fails')).toContain('<h3>reachable</h3>');
    expect(part('unknown')).toContain('<h3>peer-links, peer-names, peer-errors</h3>');
    expect(part('passes')).not.toContain('version');
    expect(textOf('a check that passes')).not.toContain('<section id="fails"');
  });
});

describe('an explanation', () => {
  const text = textOf('an explanation');

  test('the verdict is its heading, and a row says what a proxy does', () => {
    expect(text).toMatch(/<div class="verdict bad">\s*<h1><span class="word">SPLIT<\/span>/);
    expect(cellsOf(text, 'stage-8x8-haproxy-hap-a')).toEqual([
      's11 stage-8x8-eu-central-1-s11',
      'server_key',
      'server_id=21 server_key=10.2.0.11:443',
      '240 s',
      '',
    ]);
    expect(cellsOf(text, 'stage-8x8-haproxy-hap-g')[0]).toMatch(/ drain$/);
    expect(cellsOf(text, 'stage-8x8-haproxy-hap-h')).toEqual(['placed anew', '', '', '', 'it has no entry']);
  });

  test('the commands of a heal are there as HAProxy gets them', () => {
    expect(text).toContain('set table nodes key acme/daily data.server_id 21');
    expect(text).toContain('3 participants reload');
  });
});

test('a comparison: its verdict, what changed by name, and the sides', () => {
  const text = textOf('a comparison');
  expect(text).toMatch(/<div class="verdict bad">\s*<h1><span class="word">MOVED<\/span>/);
  expect(text).toContain('<p class="more doubtful"><span class="word">INCOMPLETE</span>');
  expect(cellsOf(text, 'acme/daily')).toEqual(['s11', 's14', '']);
  expect(cellsOf(text, 'beta')).toEqual(['s12', 'none', 'the proxies that held it are gone, and none took it over']);
  expect(cellsOf(text, 'Before')).toEqual(['&quot;before &lt;1&gt;&quot;', 'not known', '8 of 8', '900']);
  expect(cellsOf(text, 'After').slice(0, 2)).toEqual(['the live mesh', '2026-11-21 10:00:00']);
});

test('a list of conferences has a row each, and says how many were not looked at', () => {
  const text = textOf('a list of conferences');
  expect(cellsOf(text, 'acme/daily')).toEqual(['DISAGREE', 's11 s14']);
  expect(cellsOf(text, 'acme/retro')).toEqual(['ORPHANED', 'no shard']);
  expect(text).toContain('1 more were not looked at');
});
