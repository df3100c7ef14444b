// A real Chromium for pages: opened from disk, or from a server that sends Jenkins'
// Content-Security-Policy; every refusal of that policy is kept.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

/**
 * What Jenkins sends with archived artifacts unless it is told otherwise: before and since 2.369.
 */
export const JENKINS_POLICIES = [
  "sandbox; default-src 'none'; img-src 'self'; style-src 'self';",
  "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';",
] as const;

/** Where Debian's Chromium is; `null` where it is not, which is told. */
function findBrowser(): string | null {
  try {
    return execFileSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).trim();
  } catch {
    console.warn('skipped: there is no chromium here (apt-get install chromium): no page is opened in a browser');
    return null;
  }
}

export const browserPath = findBrowser();

/** Root may not use Chromium's sandbox; the pages are this project's own. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath!, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css',
  svg: 'image/svg+xml',
};

/** Serves the files of a folder as Jenkins does. */
export async function serveAsJenkins(folder: string, policy: string) {
  const server = createServer(({ url = '/' }, response) => {
    const name = new URL(url, 'http://x').pathname.slice(1);
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('X-Content-Type-Options', 'nosniff');
    // Jenkins has an icon of its own there.
    if (name === 'favicon.ico') return void response.writeHead(204).end();
    try {
      const body = readFileSync(join(folder, name));
      response.setHeader('Content-Type', types[name.split('.').at(-1)!] ?? 'text/plain');
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** What the browser complains about while pages load: refusals, errors, and files that are lost. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  page.on('response', (response) => {
    if (!response.ok()) complaints.push(`${response.status()}: ${response.url()}`);
  });
  return complaints;
}
