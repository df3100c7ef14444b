// Files that people give as the configuration by mistake: each is named for what it is.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hapName, haproxyConfig } from '../../lab/haproxy/haproxy-config.ts';
import { complaintsOf, SMALL } from './loading.ts';

const haproxyCfg = haproxyConfig(
  { layout: 'simple', srvkey: 'addr', expire: '5m', keyLength: 200, size: '1k', level: 'admin' },
  {
    name: hapName(0),
    socketPath: '/run/haproxy/admin.sock',
    statsPort: 1,
    httpPort: 2,
    peers: [{ name: hapName(0), address: '127.0.0.1:3' }],
    servers: [{ shard: 0, id: 11 }],
    shardAddresses: ['127.0.1.11:80'],
  },
);

test.each<[string, string, string]>([
  ['nothing', '', 'is empty'],
  ['comments', '# environment: stage\n---\n\n', 'is empty'],
  ['haproxy.cfg', haproxyCfg, "is HAProxy's own configuration: -c names a configuration of splitbrain"],
  ['a haproxy.cfg of one section', '# by hand\nglobal\n    daemon\n', "is HAProxy's own configuration"],
  ['an INI inventory', '[tag_shard_role_haproxy]\n10.0.0.5\n', 'is an inventory in INI: name it in proxies.ansible'],
  ['a YAML inventory', 'all:\n  hosts:\n    hap-a:\n', 'is an Ansible inventory: name it in proxies.ansible'],
  ['a list', '- { name: hap-a, endpoint: "unix:///run/a.sock" }\n', 'is a list: a configuration is a mapping'],
  ['JSON of proxies', '[{"name": "hap-a"}]', 'is a list'],
  ['a report', '{"schema": "splitbrain/report/1", "environment": "stage"}', 'is a report that splitbrain wrote'],
  ['a plan', '{"schema": "splitbrain/plan/1"}', 'is a plan: splitbrain apply FILE takes it'],
  ['a program', '#!/bin/sh\necho 10.0.0.5\n', 'is a program: name it in proxies.command.run'],
  ['a key', '-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n', 'is a key or a certificate'],
  ['bytes', '\u001f\ufffd\u0000\u0000', 'is a binary file'],
  ['an address', '10.0.0.5\n', 'is plain text'],
])('%s', (_, text, said) => {
  expect(complaintsOf(text)).toEqual([expect.stringContaining(`conf/mesh.yaml:1:1: (file): ${said}`)]);
});

test('a configuration is none of them, and neither is one that is broken', () => {
  expect(complaintsOf(SMALL)).toEqual([]);
  expect(complaintsOf('environment: [stage\n')).toEqual([expect.stringContaining('not the YAML')]);
});

test("the package's own configurations of the jobs are none of them", () => {
  const text = readFileSync(new URL('../../jobs/environments/staging.yaml', import.meta.url), 'utf8');
  expect(complaintsOf(text, {}, {}).filter((line) => line.includes('(file)'))).toEqual([]);
});
