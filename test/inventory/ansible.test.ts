// Ansible inventories through the real ansible-inventory where it is installed, and through our own
// reader where it is not.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { readAnsible } from '../../src/inventory/ansible.ts';
import { ansibleLacking } from '../support/ansible.ts';
import { machine } from './machine.ts';

const scratch = mkdtempSync(join(tmpdir(), 'splitbrain-ansible-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/inventories/${name}`, import.meta.url));
const disk = (path: string) => readFileSync(path, 'utf8');
const file = (name: string, text: string, mode = 0o644) => {
  writeFileSync(join(scratch, name), text, { mode });
  return join(scratch, name);
};
const withAnsible = machine({ readFile: disk, env: { PATH: process.env.PATH, HOME: scratch } });
const withoutAnsible = machine({ readFile: disk });
const source = (inventory: string, group = 'all') =>
  ({ kind: 'ansible', inventory, group, endpoint: 'ssh://{user}@{host}:{port}/run/a.sock' }) as const;

async function hostsOf(inventory: string, group?: string, context = withAnsible) {
  const { hosts } = await readAnsible(source(inventory, group), context);
  return hosts.map(({ name, host, port, user }) => `${name} ${user ?? '-'}@${host}:${port}`);
}

async function complaintOf(inventory: string, group?: string, context = withAnsible): Promise<string> {
  const error = await readAnsible(source(inventory, group), context).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ConfigError) return error.message;
  throw error ?? new Error('nothing was refused');
}

describe.skipIf(ansibleLacking() !== null)('with ansible-inventory', () => {
  test('YAML', async () => {
    expect(await hostsOf(fixture('hosts.yml'), 'haproxy')).toEqual(['hap-a -@10.0.0.1:22', 'hap-b -@10.0.0.2:22']);
  });

  test.each(['C', 'POSIX', 'en_US'])('in the locale %s, in which Ansible itself does not start', async (locale) => {
    const context = { ...withAnsible, env: { ...withAnsible.env, LC_ALL: locale } };
    expect(await hostsOf(fixture('hosts.yml'), 'haproxy', context)).toHaveLength(2);
  });

  test('ranges', async () => {
    expect(await hostsOf(file('ranges', '[g]\nhap[08:10].example ansible_user=ops\n'), 'g')).toEqual(
      ['08', '09', '10'].map((n) => `hap${n}.example ops@hap${n}.example:22`),
    );
  });

  test('a folder: two inventories, and the variables in group_vars and host_vars', async () => {
    const folder = join(scratch, 'folder');
    for (const name of ['', 'group_vars', 'host_vars']) mkdirSync(join(folder, name));
    file('folder/one', '[g]\nhap-a\n');
    file('folder/two.yml', 'g:\n  hosts:\n    hap-b:\n');
    file('folder/group_vars/g.yml', 'ansible_user: ops\nansible_port: 2222\n');
    file('folder/host_vars/hap-b.yml', 'ansible_host: 10.0.0.2\n');
    expect(await hostsOf(folder, 'g')).toEqual(['hap-a ops@hap-a:2222', 'hap-b ops@10.0.0.2:2222']);
    expect(await hostsOf(join(folder, 'one'), 'g')).toEqual(['hap-a ops@hap-a:2222']);
  });

  test('an inventory script, and a plugin', async () => {
    const list = JSON.stringify({ g: { hosts: ['hap-a'], vars: { ansible_user: 'ops' } }, _meta: { hostvars: {} } });
    expect(await hostsOf(file('script', `#!/bin/sh\necho '${list}'\n`, 0o755), 'g')).toEqual(['hap-a ops@hap-a:22']);
    const plugin = file(
      'plugin.yml',
      'plugin: ansible.builtin.generator\nhosts: { name: "hap-{{ letter }}", parents: [{ name: g }] }\nlayers: { letter: [a, b] }\n',
    );
    expect(await hostsOf(plugin, 'g')).toEqual(['hap-a -@hap-a:22', 'hap-b -@hap-b:22']);
  });

  test('our own reader says the same of an INI inventory', async () => {
    const inventory = fixture('every-form.ini');
    for (const group of ['all', 'mesh', 'ungrouped']) {
      const own = await hostsOf(inventory, group, withoutAnsible);
      expect([group, (await hostsOf(inventory, group)).sort()]).toEqual([group, [...own].sort()]);
      expect(own).not.toEqual([]);
    }
  });

  test('what Ansible cannot read is an error, in its words', async () => {
    expect(await complaintOf(file('bad.ini', '[g\nx y z\n'))).toMatch(
      /bad\.ini: ansible-inventory ended with exit status \d+, saying .*Failed to parse .*bad\.ini with ini plugin/,
    );
    expect(await complaintOf(file('x.aws_ec2.yml', 'plugin: no_such_cloud\n'))).toContain(
      "unknown plugin 'no_such_cloud'",
    );
  });

  test('what Ansible skips with a warning is told where the group is missing', async () => {
    const said = await complaintOf(file('skipped.yml', 'haproxies:\n  - hap-a\n'), 'haproxy');
    expect(said).toMatch(/there is no group "haproxy" with hosts.*saying \[WARNING\]: Skipping 'haproxies'/);
  });

  test('a name that begins like an option is a file', async () => {
    file('--version', '[g]\nhap-a\n');
    const context = { ...withAnsible, readFile: (path: string) => disk(join(scratch, path)) };
    expect(await complaintOf('--version', 'g', context)).toContain('failed to parse inventory source');
  });

  test('one that does not end is gone after the deadline', async () => {
    const slow = file('slow', '#!/bin/sh\nexec sleep 60\n', 0o755);
    expect(await complaintOf(slow, 'g', { ...withAnsible, timeoutMs: 1500 })).toContain('did not end within 1500 ms');
    const isOver = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(`--inventory=${slow}`);
    await vi.waitFor(() => expect(isOver()).toBe(false));
  });
});

describe('without ansible-inventory', () => {
  test('INI', async () => {
    expect(await hostsOf(fixture('inventory-port-user.ini'), 'haproxy', withoutAnsible)).toEqual([
      'hap-a ops@127.0.0.1:2222',
    ]);
  });

  test('other forms name what to install', async () => {
    expect(await complaintOf(fixture('hosts.yml'), 'haproxy', withoutAnsible)).toMatch(
      /hosts\.yml:1: this is YAML: install ansible-core, whose ansible-inventory reads it$/,
    );
    expect(await complaintOf(scratch, 'haproxy', withoutAnsible)).toContain('is a folder: install ansible-core');
  });

  test('variables beside the inventory that would be ignored', async () => {
    const context = machine({
      files: { 'conf/hosts': '[g]\nhap-a\n', 'conf/group_vars': null, 'conf/host_vars': 'a file' },
    });
    expect(await complaintOf('conf/hosts', 'g', context)).toBe(
      'conf/hosts: group_vars beside it would be ignored here: install ansible-core, whose ansible-inventory reads it',
    );
  });
});

test('a file that is not there', async () => {
  expect(await complaintOf('/nowhere/hosts')).toBe(
    'proxies.ansible.inventory: /nowhere/hosts cannot be read: there is no such file',
  );
});
