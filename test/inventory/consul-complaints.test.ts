// Consul that refuses, leaves out, does not answer or is none: what is said then.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { readConsul } from '../../src/inventory/consul.ts';
import { complaintsOf } from './machine.ts';
import { closeAll, closers, context, instance, playConsul, source } from './played-consul.ts';

afterEach(closeAll);

describe('complaints', () => {
  test('an answer that ACLs have shortened is none', async () => {
    const url = await playConsul((_, response) => {
      response.setHeader('X-Consul-Results-Filtered-By-ACLs', 'true');
      response.end(JSON.stringify([instance('hap-1', '10.0.0.1')]));
    });
    const said =
      'Consul left out of its answer what ACLs hide (X-Consul-Results-Filtered-By-ACLs), so that proxies may be missing:';
    const rights = 'allow service:read on "haproxy" and node:read on every node';
    expect(await complaintsOf(readConsul(source(url), context()))).toEqual([
      `${url}/v1/health/service/haproxy?dc=a: ${said} give proxies.consul.token a token that may ${rights}`,
    ]);
    expect(await complaintsOf(readConsul(source(url, { token: 't' }), context()))).toEqual([
      expect.stringContaining(`the policy of proxies.consul.token must ${rights}`),
    ]);
  });

  test('the header says that nothing was left out', async () => {
    const url = await playConsul((_, response) => {
      response.setHeader('X-Consul-Results-Filtered-By-ACLs', 'false');
      response.end(JSON.stringify([instance('hap-1', '10.0.0.1')]));
    });
    expect((await readConsul(source(url), context())).hosts).toHaveLength(1);
  });

  test('no instance anywhere: the service and the token are named', async () => {
    const url = await playConsul((_, response) => response.end('[]'));
    const complaint = await complaintsOf(readConsul(source(url, { service: 'hapoxy' }), context()));
    expect(complaint).toEqual([
      'proxies.consul: no instance of the service "hapoxy" in a: check its name and the datacenters; where Consul has ACLs it answers so without proxies.consul.token',
    ]);
  });

  test('a certificate that Node does not trust names NODE_EXTRA_CA_CERTS; the wrong scheme is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'splitbrain-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', [...words, '-subj', '/CN=consul', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
      response.end('[]'),
    );
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => secure.close(() => resolve())));
    const { port } = secure.address() as AddressInfo;
    const untrusted = await complaintsOf(readConsul(source(`https://127.0.0.1:${port}`), context()));
    expect(untrusted).toEqual([
      expect.stringMatching(/for the service "haproxy" \(DEPTH_ZERO_SELF_SIGNED_CERT\).*NODE_EXTRA_CA_CERTS=/),
    ]);
    const plain = await playConsul((_, response) => response.end('[]'));
    const noTls = await complaintsOf(readConsul(source(plain.replace('http:', 'https:')), context()));
    expect(noTls).toEqual([expect.stringContaining('this port does not speak TLS: write http://')]);
  });

  test('a refusal names the token, and every datacenter that refuses', async () => {
    const url = await playConsul((_, response) => response.writeHead(403).end('Permission denied: token tok\n'));
    const complaints = await complaintsOf(readConsul(source(url, { datacenters: ['a', 'b'] }), context()));
    expect(complaints).toEqual(
      ['a', 'b'].map(
        (dc) =>
          `${url}/v1/health/service/haproxy?dc=${dc}: Consul answered 403 "Permission denied: token tok" for the service "haproxy": give proxies.consul.token a token that may read nodes and the service`,
      ),
    );
  });

  test('an unknown datacenter', async () => {
    const url = await playConsul((_, response) => response.writeHead(500).end('No path to datacenter'));
    const complaints = await complaintsOf(readConsul(source(url), context()));
    expect(complaints).toEqual([
      expect.stringContaining(
        'answered 500 "No path to datacenter" for the service "haproxy": check proxies.consul.datacenters',
      ),
    ]);
  });

  test('a redirect is not followed', async () => {
    const paths: unknown[] = [];
    const url = await playConsul((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const complaints = await complaintsOf(readConsul(source(url, { token: 'tok' }), context()));
    expect(complaints).toEqual([expect.stringContaining('answered 302')]);
    expect(paths).toEqual(['/v1/health/service/haproxy?dc=a']);
  });

  test.each(['<html>', '{}', '[null]', '[{"Node":{"Node":"x"}}]'])('the answer %s is not from Consul', async (body) => {
    const url = await playConsul((_, response) => response.end(body));
    const complaints = await complaintsOf(readConsul(source(url), context()));
    expect(complaints).toEqual([expect.stringContaining("is not Consul's list")]);
  });

  test('nobody listens', async () => {
    const url = await playConsul((_, response) => response.end());
    await closers.pop()!();
    const complaints = await complaintsOf(readConsul(source(url), context()));
    expect(complaints).toEqual([
      expect.stringContaining('Consul cannot be asked for the service "haproxy" (ECONNREFUSED)'),
    ]);
  });

  test('a server that never answers costs the deadline, not more', async () => {
    const url = await playConsul(() => {});
    const complaints = await complaintsOf(readConsul(source(url), context(50)));
    expect(complaints).toEqual([expect.stringContaining('no answer for the service "haproxy" within 50 ms')]);
  });

  test('an interruption rejects with its own reason', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const url = await playConsul(() => controller.abort(reason));
    await expect(readConsul(source(url), context(30_000, controller.signal))).rejects.toBe(reason);
  });
});
