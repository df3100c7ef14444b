// The pages in a real Chromium: from disk and under Jenkins' Content-Security-Policy, on a phone and
// on a desk, light and dark, and as an automated accessibility check sees them.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeScratch, type Scratch } from '../../../lab/scratch.ts';
import { withStyle } from '../../../src/report/html/files.ts';
import { reportPages } from '../../../src/report/html/front-page.ts';
import { type HtmlFile, htmlFolder } from '../../../src/report/html-folder.ts';
import { browserPath, complaintsOf, JENKINS_POLICIES, serveAsJenkins, startBrowser } from '../../support/browser.ts';
import { htmlSituations } from '../../support/html-situations.ts';
import { otherPages } from '../../support/other-pages.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folders: Readonly<Record<string, () => Iterable<HtmlFile>>> = {
  ...Object.fromEntries(
    Object.entries(htmlSituations).map(([name, make]) => [
      name,
      () => {
        const { report, past } = make();
        return reportPages(report, past);
      },
    ]),
  ),
  ...otherPages,
};
const names = Object.keys(folders);
const large = names.findIndex((name) => name.includes('50,000'));

describe.skipIf(browserPath === null)('in Chromium', () => {
  let scratch: Scratch;
  let browser: Browser;
  beforeAll(async () => {
    scratch = makeScratch();
    browser = await startBrowser();
    for (const [at, make] of Object.values(folders).entries())
      await htmlFolder(join(scratch.folder, String(at))).put(withStyle(make()));
  });
  afterAll(async () => {
    await browser?.close();
    scratch.clear();
  });

  const fromDisk = (path: string) => pathToFileURL(join(scratch.folder, path)).href;

  /** Runs `body` with a fresh page, and closes it. */
  async function withPage(options: Parameters<Browser['newPage']>[0], body: (page: Page) => Promise<void>) {
    const page = await browser.newPage(options);
    try {
      await body(page);
    } finally {
      await page.close();
    }
  }

  /** Whether the style sheet was taken: without it, a page has no colour of its own. */
  const background = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');

  test('from disk: no complaint, with its style', () =>
    withPage({}, async (page) => {
      const complaints = complaintsOf(page);
      for (const at of names.keys()) {
        await page.goto(fromDisk(`${at}/index.html`));
        expect([names[at], await background(page)]).toEqual([names[at], 'rgb(244, 245, 248)']);
      }
      expect(complaints).toEqual([]);
    }));

  describe.each(JENKINS_POLICIES)('%s', (policy) => {
    let server: Awaited<ReturnType<typeof serveAsJenkins>>;
    beforeAll(async () => {
      server = await serveAsJenkins(scratch.folder, policy);
    });
    afterAll(() => server.close());

    test('nothing is refused, and the style sheet is taken', () =>
      withPage({}, async (page) => {
        const complaints = complaintsOf(page);
        for (const at of names.keys()) {
          await page.goto(`${server.url}/${at}/index.html`);
          expect([names[at], await background(page)]).toEqual([names[at], 'rgb(244, 245, 248)']);
        }
        expect(complaints).toEqual([]);
      }));

    test('links lead on: to a page of findings, to the next one, and back', () =>
      withPage({}, async (page) => {
        await page.goto(`${server.url}/${large}/index.html`);
        await page.click('text=All 50,000 conferences');
        await page.click('text=Next page >> nth=0');
        expect(page.url()).toBe(`${server.url}/${large}/findings-2.html`);
        await page.click('text=Overview >> nth=0');
        expect(page.url()).toBe(`${server.url}/${large}/index.html`);
      }));

    test('what it refuses is seen', () =>
      withPage({}, async (page) => {
        mkdirSync(join(scratch.folder, 'wrong'), { recursive: true });
        writeFileSync(join(scratch.folder, 'wrong/index.html'), '<p style="color: red">x</p><script>1</script>');
        const complaints = complaintsOf(page);
        await page.goto(`${server.url}/wrong/index.html`);
        expect(complaints.filter((words) => /inline style|script/i.test(words))).toHaveLength(2);
      }));
  });

  // Colours take no room: the scheme does not matter to the width.
  test.each([390, 1280])('%i pixels wide: nothing sticks out', (width) =>
    withPage({ viewport: { width, height: 900 } }, async (page) => {
      for (const at of names.keys()) {
        await page.goto(fromDisk(`${at}/index.html`));
        expect([names[at], await page.evaluate('document.documentElement.scrollWidth')]).toEqual([names[at], width]);
      }
    }),
  );

  test.each([
    [390, 'dark'],
    [1280, 'light'],
  ] as const)('%i pixels wide, %s: no serious hurdle', (width, colorScheme) =>
    withPage({ viewport: { width, height: 900 }, colorScheme }, async (page) => {
      const found: string[] = [];
      for (const at of names.keys()) {
        // The cells of the largest one are alike: they take long and show nothing new.
        if (at === large) continue;
        await page.goto(fromDisk(`${at}/index.html`));
        await page.evaluate('document.querySelectorAll("details").forEach((each) => { each.open = true; })');
        await page.evaluate(axe);
        const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
        for (const { id, impact, nodes } of violations)
          if (impact === 'serious' || impact === 'critical') found.push(`${names[at]}: ${id}: ${nodes[0]!.html}`);
      }
      expect(found).toEqual([]);
    }),
  );

  test('by keys: the first stop leads to the content, and wide tables can be reached', () =>
    withPage({ viewport: { width: 390, height: 900 } }, async (page) => {
      await page.goto(fromDisk(`${large}/index.html`));
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('To the content');
      await page.keyboard.press('Enter');
      await page.waitForURL(/#main$/);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Conferences by proxies');
      await page.keyboard.press('ArrowRight');
      await page.waitForFunction('document.activeElement.scrollLeft > 0');
    }));

  test('on paper: without the links between parts, on white', () =>
    withPage({ colorScheme: 'dark' }, async (page) => {
      await page.emulateMedia({ media: 'print', colorScheme: 'light' });
      await page.goto(fromDisk(`${large}/index.html`));
      expect(await page.isVisible('nav')).toBe(false);
      expect(await background(page)).toBe('rgb(255, 255, 255)');
    }));
});
