// The inventory as the run gets it, whatever its source.

import { expect, test } from 'vitest';
import type { ProxySource } from '../../src/domain/settings.ts';
import { ConfigError } from '../../src/errors.ts';
import { readInventory } from '../../src/inventory/read-inventory.ts';
import { machine } from './machine.ts';

const files: Record<string, string> = {
  hosts:
    '[haproxy]\n10.0.0.5\nhap-b ansible_host=10.0.0.6\n[empty]\n[same]\na ansible_host=10.0.0.5\nb ansible_host=10.0.0.5\n',
};
const context = machine({ files });

const ansible = (group: string, inventory = 'hosts'): ProxySource => ({
  kind: 'ansible',
  inventory,
  group,
  endpoint: 'ssh://ubuntu@{host}/run/a.sock',
});

const proxy = (name: string, port: number) => ({
  name,
  endpoint: { kind: 'tcp', host: '127.0.0.1', port } as const,
  region: null,
});

async function complaintOf(source: ProxySource): Promise<string> {
  const error = await readInventory(source, null, context).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ConfigError) return error.message;
  throw error ?? new Error('nothing was refused');
}

test('a list is handed on, with the expected number', async () => {
  const proxies = [proxy('a', 1), proxy('b', 2)];
  const expected = { min: 2, max: 3 };
  expect(await readInventory({ kind: 'list', proxies }, expected, context)).toEqual({ proxies, expected, notes: [] });
});

test('a group of an Ansible inventory', async () => {
  const { proxies, expected } = await readInventory(ansible('haproxy'), null, context);
  const socket = { kind: 'ssh', user: 'ubuntu', port: 22, path: '/run/a.sock' };
  expect(proxies).toEqual([
    { name: '10.0.0.5', endpoint: { ...socket, host: '10.0.0.5' }, region: null },
    { name: 'hap-b', endpoint: { ...socket, host: '10.0.0.6' }, region: null },
  ]);
  expect(expected).toBe(null);
});

test('the hosts that a program prints', async () => {
  const run = [process.execPath, '-e', 'console.log("hap-a ::1 eu")'];
  const { proxies } = await readInventory(
    { kind: 'command', run, group: null, endpoint: 'tcp://{host}:9999' },
    null,
    context,
  );
  expect(proxies).toEqual([{ name: 'hap-a', endpoint: { kind: 'tcp', host: '::1', port: 9999 }, region: 'eu' }]);
});

test.each<[string, ProxySource, string]>([
  ['an inventory without proxies', ansible('empty'), 'proxies.ansible: names no proxy'],
  [
    'a file that is not there',
    ansible('g', 'gone'),
    'proxies.ansible.inventory: gone cannot be read: there is no such file',
  ],
  [
    'one endpoint under two names',
    ansible('same'),
    'proxies.ansible: a and b are both at ssh://ubuntu@10.0.0.5:22/run/a.sock',
  ],
  [
    'one name twice',
    { kind: 'list', proxies: [proxy('a', 1), proxy('a', 2)] },
    'proxies.list: two proxies are called a',
  ],
])('%s ends the run', async (_, source, complaint) => {
  expect(await complaintOf(source)).toBe(complaint);
});

test('a run that is already interrupted reads nothing', async () => {
  const reason = new Error('interrupted');
  const read = readInventory(ansible('haproxy'), null, { ...context, signal: AbortSignal.abort(reason) });
  await expect(read).rejects.toBe(reason);
});
