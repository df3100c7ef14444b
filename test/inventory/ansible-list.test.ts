// The JSON of ansible-inventory --list, and of inventory scripts: what is read of it, and what is
// another form.

import { expect, test } from 'vitest';
import { ansibleHosts } from '../../src/inventory/ansible-hosts.ts';
import { readAnsibleList } from '../../src/inventory/ansible-list.ts';

function hostsOf(value: unknown, group: string) {
  const inventory = readAnsibleList(value, 'list');
  if (inventory === null) throw new Error('not understood');
  const { hosts, complaints } = ansibleHosts(inventory, group);
  return { hosts: hosts.map(({ name, host, port, user }) => `${name} ${user ?? '-'}@${host}:${port}`), complaints };
}

test('children without an entry of their own are empty; numbers are texts; host variables stand under _meta', () => {
  const list = {
    _meta: { hostvars: { a: { ansible_host: '10.0.0.1', ansible_port: 2222 }, lost: { ansible_host: 'x' } } },
    all: { children: ['ungrouped', 'g'] },
    g: { hosts: ['a'], children: ['empty'] },
  };
  expect(hostsOf(list, 'g')).toEqual({ hosts: ['a -@10.0.0.1:2222'], complaints: [] });
  expect(hostsOf(list, 'all')).toEqual(hostsOf(list, 'g'));
});

test('an older script: groups as lists, variables at the groups', () => {
  const list = { g: ['a', 'b'], top: { children: ['g'], vars: { ansible_user: 'ops' } } };
  expect(hostsOf(list, 'top').hosts).toEqual(['a ops@a:22', 'b ops@b:22']);
});

test('a value from a vault is no text', () => {
  const list = { _meta: { hostvars: { a: { ansible_host: { __ansible_vault: '...' } } } }, g: { hosts: ['a'] } };
  expect(hostsOf(list, 'g').complaints).toEqual(['list: ansible_host of "a" is no plain text (from a vault?)']);
});

test('groups that are their own ancestors end', () => {
  const list = {
    a: { hosts: ['x'], children: ['b'], vars: { ansible_user: 'a' } },
    b: { children: ['a'], vars: { ansible_port: 7 } },
  };
  expect(hostsOf(list, 'b').hosts).toEqual(['x a@x:7']);
});

test.each([
  null,
  [],
  'text',
  {},
  { _meta: {} },
  { _meta: [] },
  { _meta: { hostvars: [] }, g: { hosts: ['a'] } },
  { _meta: { hostvars: { a: 'x' } }, g: { hosts: ['a'] } },
  { g: 'a' },
  { g: { hosts: 'a' } },
  { g: { hosts: [1] } },
  { g: { children: {} } },
  { g: { vars: [] } },
])('%j is another form', (value) => {
  expect(readAnsibleList(value, 'list')).toBe(null);
});
