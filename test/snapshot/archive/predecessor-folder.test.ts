// The predecessor's folder reads as a mesh: dumps and stat files side by side, nothing known of
// peers and versions.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openArchive } from '../../../src/snapshot/archive/reader.ts';
import { capture, captureVersions } from '../../support/captures.ts';
import { dumpText, readMesh, scratch } from '../saved-mesh.ts';

function folderWith(files: Record<string, string>): string {
  const folder = scratch();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, 'latin1');
  return folder;
}
const namesIn = (folder: string, table = 'nodes') =>
  openArchive(folder, table).members.map(({ target }) => target.name);

test('every version’s dump with its stat file: entries, servers, and no more than was saved', async () => {
  const files = captureVersions.map((version) => [
    [`haproxy-table-nodes-hap-${version}`, capture(version, 'show-table.txt')],
    [`haproxy-stat-hap-${version}`, capture(version, 'show-stat.csv')],
  ]);
  const { environment, members } = openArchive(folderWith(Object.fromEntries(files.flat())), 'nodes');
  expect(environment).toBeNull();
  const { views, entries } = await readMesh(members);
  expect(views.map(({ name }) => name)).toEqual(captureVersions.map((version) => `hap-${version}`));
  for (const [proxy, view] of views.entries()) {
    expect(view).toMatchObject({
      status: 'ok',
      trouble: null,
      haproxy: null,
      uptimeSeconds: null,
      pid: null,
      peersKnown: false,
      peers: [],
      table: { entries: 12, size: 204_800, keyLength: null },
    });
    expect(view.servers.map(({ id, address, state }) => [id, address, state])).toEqual([
      [11, '127.0.1.11:9000', 'up'],
      [12, '127.0.1.12:9000', 'drain'],
      [13, '127.0.1.13:9000', 'maint'],
    ]);
    expect(entries[proxy]).toHaveLength(12);
  }
});

test('without stat files no server is known, and the entries are as good', async () => {
  const folder = folderWith({ 'haproxy-table-nodes-a': dumpText, 'haproxy-stat-b': capture('3.4', 'show-stat.csv') });
  const { views } = await readMesh(openArchive(folder, 'nodes').members);
  expect(views).toMatchObject([{ name: 'a', status: 'ok', servers: [], table: { entries: 12 } }]);
});

test('dumps that hold something else: each its own trouble', async () => {
  const folder = folderWith({
    'haproxy-table-nodes-cut': dumpText.slice(0, 500),
    'haproxy-table-nodes-empty': '',
    'haproxy-table-nodes-error': 'ssh: connect to host 10.0.0.9 port 22: Connection refused\n',
    'haproxy-table-nodes-gone': 'No such table\n\n',
    'haproxy-table-nodes-user': capture('2.6', 'show-table-user-level.txt'),
  });
  mkdirSync(join(folder, 'haproxy-table-nodes-z'));
  const { views } = await readMesh(openArchive(folder, 'nodes').members);
  expect(views.map(({ name, status, trouble }) => [name, status, trouble?.code])).toEqual([
    ['cut', 'truncated', 'truncated'],
    ['empty', 'truncated', 'truncated'],
    ['error', 'unreachable', 'not-haproxy'],
    ['gone', 'no-table', 'no-such-table'],
    ['user', 'denied', 'level'],
    ['z', 'unreachable', 'truncated'],
  ]);
});

test('a table whose name begins like this one is another table', () => {
  const folder = folderWith({
    'haproxy-table-nodes-hap': dumpText,
    'haproxy-table-nodes-b-hap': dumpText.replace('nodes', 'nodes-b'),
    'haproxy-table-nodes-b-hop': dumpText,
    'haproxy-table-nodes-': dumpText,
    'haproxy-table-rooms-hap': dumpText.replace('nodes', 'rooms'),
    'something-else': '',
  });
  expect(namesIn(folder)).toEqual(['b-hop', 'hap']);
  expect(namesIn(folder, 'nodes-b')).toEqual(['hap']);
  expect(namesIn(folder, 'rooms')).toEqual(['hap']);
});

test('no dump of this table: the complaint names the ones that are there', () => {
  const folder = folderWith({ 'haproxy-table-rooms-hap': dumpText, 'haproxy-stat-hap': '' });
  expect(() => openArchive(folder, 'nodes')).toThrow(
    /nor files named haproxy-table-nodes-PROXY; it has haproxy-table-rooms-hap/,
  );
  expect(readdirSync(folder)).toHaveLength(2);
});
