// Consul's refusals: what is not a whole answer, and what people are told to do.

import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { consul, play, playConsul, read, report, rowOf, shard } from './reading.ts';

const S1 = 'stage-w-s1';

describe('one datacenter of two', () => {
  test.each([
    [{ status: 403, text: 'Permission denied' }, 'denied', 'key:read'],
    [{ status: 403, text: 'ACL not found' }, 'denied', 'does not know the token'],
    [{ status: 500, text: 'No path to datacenter' }, 'status', 'WAN link'],
    [{ status: 500, text: 'No cluster leader' }, 'status', "Consul's own log"],
    [{ status: 301, text: '' }, 'status', "Consul's own log"],
    [{ status: 200, text: '<html>' }, 'not-json', 'leads to a Consul agent'],
    [{ status: 200, text: '[{"Key":"a"' }, 'not-json', 'run again where the answer was cut off'],
  ])('%j: it is named, the other counts', async (answer, code, remedy) => {
    const url = await playConsul({ w: [report(S1, [])], e: answer });
    const { gaps, counted, shards } = await read(consul(url), { shards: [shard('stage-e-s2', '10.0.0.2:443')] });
    expect(counted).toEqual({ [S1]: [] });
    expect(gaps).toMatchObject([{ name: 'e', trouble: { code, remedy: expect.stringContaining(remedy) } }]);
    expect(shards.at(-1)).toMatchObject({
      name: 'stage-e-s2',
      status: 'unanswered',
      trouble: { code: 'no-report', message: 'Consul has no report of stage-e-s2, but did not answer in full.' },
    });
  });

  test.each([200, 404])('what ACLs hide (%i): no full answer', async (status) => {
    const url = await play((request, response) => {
      if (request.url === '/v1/catalog/datacenters') return response.end('["w"]');
      response.writeHead(status, { 'X-Consul-Results-Filtered-By-ACLs': 'true' });
      return response.end(status === 200 ? JSON.stringify([rowOf(report(S1, []))]) : '');
    });
    const { gaps } = await read(consul(url, { token: 't' }));
    expect(gaps).toMatchObject([{ name: 'w', trouble: { code: 'filtered' } }]);
    expect(gaps[0]?.trouble.remedy).toContain('The policy of census.consul.token must allow');
  });

  test('the token and the datacenter are in the question', async () => {
    const asked: string[] = [];
    const url = await play((request, response) => {
      asked.push(`${request.url} ${request.headers['x-consul-token']}`);
      response.writeHead(404).end();
    });
    await read(consul(url, { token: 't', prefix: 'a b/c?/', datacenters: ['w&x'] }));
    expect(asked).toEqual(['/v1/kv/a%20b/c%3F/?recurse&dc=w%26x t']);
  });
});

describe('no Consul at all: a gap, and every known shard is unknown', () => {
  const closed = async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    return `127.0.0.1:${port}`;
  };
  const speaking = async (said: string) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(said));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return `127.0.0.1:${(server.address() as { port: number }).port}`;
  };
  test.each([
    ['nobody listens', async () => `http://${await closed()}`, 'refused'],
    ['no HTTP', async () => `http://${await speaking('SSH-2.0-OpenSSH_9.2\r\n')}`, 'wrong-shape'],
    ['no TLS', async () => `https://${await speaking('HTTP/1.0 200 OK\r\n\r\n')}`, 'tls'],
    ['no such host', async () => 'http://consul.invalid', 'unknown-host'],
    ['it hangs up', async () => `http://${await speaking('')}`, 'closed-early'],
    ['a list of something else', () => play((_, response) => response.end('{"a":1}')), 'not-json'],
    ['no list', () => play((_, response) => response.end('[]')), 'not-json'],
  ])('%s', async (_, url, code) => {
    const at = await url();
    const { gaps, shards } = await read(consul(at), { shards: [shard(S1, '10.0.0.1:443')] });
    expect(gaps).toMatchObject([{ name: at, trouble: { code, remedy: expect.stringMatching(/./) } }]);
    expect(shards).toMatchObject([{ name: S1, status: 'unanswered' }]);
  });
});
