// A message to real servers: one that takes it, and those that refuse, redirect, hang, break off or
// never stop answering.

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, test } from 'vitest';
import { postMessage } from '../../src/notify/post.ts';

let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

interface Receiver {
  readonly url: string;
  readonly got: string[];
}

type Answer = (response: http.ServerResponse, number: number) => void;

async function receiver(answer: Answer): Promise<Receiver> {
  const got: string[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      got.push(body);
      answer(response, got.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`, got };
}

const post = (url: string, signal = new AbortController().signal, tryMs = 5000) =>
  postMessage(url, '{"text":"hä"}', { signal, tryMs, pauseMs: 1 });
const status =
  (code: number, headers = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end('no secret-path here');

test('taken -> the body arrived, once', async () => {
  const { url, got } = await receiver(status(200));
  expect([await post(url), got]).toEqual([null, ['{"text":"hä"}']]);
});

test.each<[string, Answer, number, string | null]>([
  ['404 is a decision', status(404), 1, 'the receiver answered 404: is `notify.url` still valid?'],
  ['500 is tried once more', status(500), 2, 'the receiver answered 500'],
  ['429 is tried once more', status(429), 2, 'the receiver answered 429'],
  ['500, then taken', (response, number) => response.writeHead(number === 1 ? 500 : 200).end(), 2, null],
  [
    'a redirect is not followed',
    status(302, { location: '/elsewhere' }),
    1,
    'the receiver answered 302, a redirect, which is not followed',
  ],
  ['it breaks off', (response) => response.destroy(), 2, 'the receiver cannot be reached (ECONNRESET)'],
  ['an endless answer is not read', endless(200), 1, null],
  ['an endless refusal is not read', endless(400), 1, 'the receiver answered 400'],
])('%s', async (_what, answer, requests, problem) => {
  const { url, got } = await receiver(answer);
  const said = await post(url);
  expect([said, got.length]).toEqual([problem, requests]);
  expect(String(said)).not.toContain('secret');
});

function endless(code: number): Answer {
  return (response) => {
    response.writeHead(code);
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    };
    response.on('drain', more);
    more();
  };
}

test('one that hangs costs its time twice, and no more', async () => {
  const { url, got } = await receiver(() => {});
  expect([await post(url, undefined, 100), got.length]).toEqual(['the receiver did not answer in time', 2]);
});

// With AbortSignal.any over AbortSignal.timeout this never ends (Node 20.20).
test('so does one that hangs while garbage is collected', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const { url } = await receiver(() => collect());
  expect(await post(url, undefined, 300)).toBe('the receiver did not answer in time');
});

test('nobody listens -> said without the address', async () => {
  const { url } = await receiver(status(200));
  await stop();
  stop = async () => {};
  expect(await post(url)).toBe('the receiver cannot be reached (ECONNREFUSED)');
});

test('an interruption ends it', async () => {
  const interrupted = new AbortController();
  const { url, got } = await receiver(() => interrupted.abort(new Error('SIGTERM')));
  expect([await post(url, interrupted.signal), got.length]).toEqual(['the run was interrupted', 1]);
});
