// Ansible's INI inventories: which hosts a group has, and what is refused.

import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { parseAnsible } from '../../src/inventory/ansible.ts';

const INVENTORY = `# made from service discovery
bastion.example

[tag_shard_role_haproxy]
10.0.0.5
10.0.0.6 ansible_user=ubuntu  # the second one
hap-c ansible_host=10.0.0.7 ansible_port=2222
hap-d note="two words" ansible_host='10.0.0.8'

[mesh:children]
tag_shard_role_haproxy
europe

[europe]
; nothing in Asia
hap-e
10.0.0.5

[mesh:vars]
ansible_user=ubuntu

[elsewhere]
web[01:50].example
hap-e ansible_host=10.0.0.9
`;

function hostsOf(text: string, group: string): Record<string, string> {
  return Object.fromEntries(parseAnsible(text, 'hosts', group).map(({ name, host }) => [name, host]));
}

function complaintsOf(text: string, group: string): readonly string[] {
  try {
    parseAnsible(text, 'hosts', group);
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
  return [];
}

describe('the hosts of a group', () => {
  test('bare hosts, hosts with variables, ansible_host', () => {
    expect(hostsOf(INVENTORY, 'tag_shard_role_haproxy')).toEqual({
      '10.0.0.5': '10.0.0.5',
      '10.0.0.6': '10.0.0.6',
      'hap-c': '10.0.0.7',
      'hap-d': '10.0.0.8',
    });
  });

  test('children are included, each host once; ansible_host counts from whichever line', () => {
    expect(hostsOf(INVENTORY, 'mesh')).toEqual({
      '10.0.0.5': '10.0.0.5',
      '10.0.0.6': '10.0.0.6',
      'hap-c': '10.0.0.7',
      'hap-d': '10.0.0.8',
      'hap-e': '10.0.0.9',
    });
  });

  test('hosts keep the order of the file', () => {
    expect(parseAnsible('[g]\nb\na\nb\n', 'hosts', 'g').map(({ name }) => name)).toEqual(['b', 'a']);
  });

  test('a group that is its own grandchild is read once', () => {
    expect(hostsOf('[a]\nx\n[a:children]\nb\n[b:children]\na\n', 'a')).toEqual({ x: 'x' });
  });

  test('all is every host, those of no group too', () => {
    expect(Object.keys(hostsOf('x\n[g]\ny\r\n', 'all'))).toEqual(['x', 'y']);
  });

  test('an empty group has no hosts', () => {
    expect(hostsOf('[g]\n', 'g')).toEqual({});
  });
});

describe('complaints', () => {
  test.each([
    [
      'a range in the group',
      '[g]\nx\nweb[1:9].example\n',
      'hosts:3: "web[1:9].example" is a range of hosts: write each host on its own line',
    ],
    ['a port', '[g]\nx:2222\n', 'hosts:2: "x:2222" has a port: it belongs in the endpoint pattern'],
    ['a misspelt group', '[gg]\nx\n', 'hosts: there is no group "g" (did you mean "gg"?)'],
    ['a child that is not there', '[g:children]\nnone\n', 'hosts:2: there is no group "none"'],
    [
      'an unknown section',
      '[g]\n[g:hostvars]\n',
      'hosts:2: expected [group], [group:children] or [group:vars], found "[g:hostvars]"',
    ],
  ])('%s', (_, text, complaint) => {
    expect(complaintsOf(text, 'g')).toEqual([complaint]);
  });

  test('a YAML inventory is named as such', () => {
    expect(complaintsOf('all:\n  hosts:\n    x:\n', 'all')).toEqual([
      "hosts:1: this is YAML: only Ansible's INI inventories are understood here",
    ]);
  });

  test('a range in another group is no trouble', () => {
    expect(complaintsOf(INVENTORY, 'europe')).toEqual([]);
  });
});
