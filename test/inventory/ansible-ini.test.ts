// Ansible's INI inventories by our own reader: which hosts a group has, how they are reached, and
// what is refused.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAnsibleIni } from '../../src/inventory/ansible-ini.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/inventories/${name}`, import.meta.url), 'utf8');

function hostsOf(text: string, group: string): readonly string[] {
  const { hosts, complaints } = parseAnsibleIni(text, 'hosts', group);
  expect(complaints).toEqual([]);
  return hosts.map(({ name, host, port, user }) => `${name} ${user ?? '-'}@${host}:${port}`);
}

const complaintsOf = (text: string, group: string) => parseAnsibleIni(text, 'hosts', group).complaints;

describe('the hosts of a group', () => {
  // test/inventory/ansible.test.ts has Ansible itself say the same.
  test('host variables over those of groups, children over parents, then by priority and name', () => {
    expect(hostsOf(fixture('every-form.ini'), 'all')).toEqual([
      'bastion.example everybody@bastion.example:22',
      'hap-a ops@10.0.0.11:2222',
      'hap-b haproxy@hap-b:2223',
      '10.0.0.3 ubuntu@10.0.0.3:2400',
      'hap-d haproxy@10.0.0.4:2400',
      'hap-e haproxy@10.0.0.5:2400',
      '2001:db8::6 haproxy@2001:db8::6:2400',
      '2001:db8::7 haproxy@2001:db8::7:2224',
      'hap-f europe@hap-f:2300',
      'hap-g late@hap-g:22',
    ]);
  });

  test('port and user of a host line', () => {
    expect(hostsOf(fixture('inventory-port-user.ini'), 'haproxy')).toEqual(['hap-a ops@127.0.0.1:2222']);
  });

  test('without variables: the name, port 22, nobody in particular', () => {
    expect(hostsOf('[g]\r\nhap-a\r\n', 'g')).toEqual(['hap-a -@hap-a:22']);
  });

  test('hosts keep the order of the file, each once, each with its first line', () => {
    const { hosts } = parseAnsibleIni('[g]\nb\na\nb\n', 'hosts', 'g');
    expect(hosts.map(({ name, where }) => [name, where])).toEqual([
      ['b', 'hosts:2'],
      ['a', 'hosts:3'],
    ]);
  });

  test('a group that is its own grandchild is read once', () => {
    expect(hostsOf('[a]\nx\n[a:children]\nb\n[b:children]\na\n[b:vars]\nansible_user=b\n', 'a')).toEqual(['x b@x:22']);
  });

  test('an empty group has no hosts', () => {
    expect(hostsOf('[g]\n', 'g')).toEqual([]);
  });
});

describe('complaints, by line', () => {
  test.each([
    [
      'a range in the group',
      '[g]\nx\nweb[1:9].example\n',
      'hosts:3: "web[1:9].example" is a range of hosts: write each on its own line, or install ansible-core, whose ansible-inventory reads it',
    ],
    ['a misspelt group', '[gg]\nx\n', 'hosts: there is no group "g" with hosts (did you mean "gg"?)'],
    ['a child that is not there', '[g:children]\nnone\n', 'hosts:2: there is no group "none"'],
    [
      'an unknown section',
      '[g]\n[g:hostvars]\n',
      'hosts:2: expected [group], [group:children] or [group:vars], found "[g:hostvars]"',
    ],
    [
      'a section that is not closed',
      '[g]\n[h\n',
      'hosts:2: expected [group], [group:children] or [group:vars], found "[h"',
    ],
    [
      'a quote that is not closed',
      '[g]\nx rack="3\n',
      'hosts:2: expected every quote to be closed, found "x rack=\\"3"',
    ],
    ['a word behind a host', '[g]\nx y\n', 'hosts:2: expected variable=value behind the host, found "y"'],
    [
      'blanks around =',
      '[g]\nx ansible_port = 22\n',
      'hosts:2: expected variable=value behind the host, found "ansible_port"',
    ],
    [
      'a variable without value',
      '[g]\nx\n[g:vars]\nansible_user\n',
      'hosts:4: expected variable=value, found "ansible_user"',
    ],
    ['two children on a line', '[g:children]\na b\n', 'hosts:2: expected the name of a group, found "a b"'],
    [
      'a host that ends with a colon',
      '[g]\nx:\n',
      expect.stringContaining('hosts:2: "x:" is no host; if this is YAML'),
    ],
  ])('%s', (_, text, complaint) => {
    const [first] = complaintsOf(text, 'g');
    expect(first).toEqual(complaint);
  });

  test.each([
    ['a YAML inventory', fixture('hosts.yml'), 'YAML: install ansible-core'],
    ['a document mark', '---\nall:\n', 'YAML: install ansible-core'],
    ['a plugin', '# EC2\nplugin: amazon.aws.aws_ec2\n', 'YAML: install ansible-core'],
    ['JSON', '{"all": {}}', 'JSON: install ansible-core'],
    ['a script', '#!/usr/bin/python3\nimport json\n', 'a program: name it in proxies.command.run'],
  ])('%s is named as such', (_, text, form) => {
    expect(complaintsOf(text, 'all')).toEqual([expect.stringContaining(`hosts:1: this is ${form}`)]);
  });

  test('a range in another group is no trouble', () => {
    expect(hostsOf('[g]\nx\n[elsewhere]\nweb[01:50].example\n', 'g')).toEqual(['x -@x:22']);
  });
});
