// What a template lets through: nothing that was not written as markup.

import { describe, expect, test } from 'vitest';
import { conferenceOf, encodeKey } from '../../../src/domain/key.ts';
import { type Fill, html, Markup } from '../../../src/report/html/markup.ts';
import { hostileNames } from '../../support/hostile-names.ts';

describe('values', () => {
  test.each<[Fill, string]>([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['" onmouseover="x', '&quot; onmouseover=&quot;x'],
    ["' x='", '&#39; x=&#39;'],
    ['a & b &lt;', 'a &amp; b &amp;lt;'],
    ['\u0000\u001b[31m\u0085\ud800', '\ufffd\ufffd[31m\ufffd\ufffd'],
    [7, '7'],
    [null, ''],
    [false, ''],
    ['', ''],
  ])('%j -> %j', (value, spelled) => {
    expect(html`<p>${value}</p>`.text).toBe(`<p>${spelled}</p>`);
    expect(html`<p title="${value}">x</p>`.text).toBe(`<p title="${spelled}">x</p>`);
  });

  test('hostile names stay texts', () => {
    for (const name of hostileNames.map((bytes) => conferenceOf(encodeKey(bytes))))
      expect(html`<p title="${name}">${name}</p>`.text).toMatch(/^<p title="[^"<>]*">[^<>]*<\/p>$/);
  });
});

test('markup within markup, and lists of it, stay as they are', () => {
  const items = ['<a>', 'b'].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>${null}${['<', [1, html`<br>`]]}`.text).toBe(
    '<ul><li>&lt;a&gt;</li><li>b</li></ul>&lt;1<br>',
  );
});

test.each([
  ['an attribute without quotes', () => html`<p title=${'x'}>`],
  ['the name of a tag', () => html`<${'p'}>`],
  ['the name of an attribute', () => html`<p ${'hidden'}>`],
])('%s -> a defect of this program', (_, make) => {
  expect(make).toThrow('without quotes');
});

test('nobody else makes markup', () => {
  expect(() => new Markup('<p>', Symbol('another') as never)).toThrow();
});
