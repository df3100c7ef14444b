// The mesh names its own members: whose word counts, where members are read, and what is not
// believed.

import { describe, expect, test } from 'vitest';
import { spellEndpoint, type Trouble } from '../../src/domain/proxy.ts';
import type { ProxySource } from '../../src/domain/settings.ts';
import { isProblem } from '../../src/input/complaint.ts';
import { parseEndpoint } from '../../src/input/endpoint.ts';
import type { MemberList } from '../../src/inventory/inventory-context.ts';
import { readInventory } from '../../src/inventory/read-inventory.ts';
import { complaintsOf, machine } from './machine.ts';

type PeersSource = Extract<ProxySource, { kind: 'peers' }>;

const PATTERN = 'ssh://u@{host}/run/a.sock';
const refused: Trouble = { code: 'refused', message: 'connection refused', remedy: 'start it' };

/** `members` as `name@address`. */
const list = (localPeer: string | null, ...members: readonly string[]): MemberList => ({
  process: `process of ${localPeer}`,
  localPeer,
  remark: localPeer === null ? 'no peers section of it shares this table' : null,
  members: members.map((member) => {
    const [name = '', address = ''] = member.split('@');
    return { name, address: address === '' ? null : address };
  }),
});

function endpointOf(text: string) {
  const endpoint = parseEndpoint(text);
  if (isProblem(endpoint)) throw new Error(endpoint.problem);
  return endpoint;
}

async function ask(answers: Readonly<Record<string, MemberList | Trouble>>, more: Partial<PeersSource> = {}) {
  const source = {
    kind: 'peers',
    of: Object.keys(answers).map(endpointOf),
    ignorePeers: [],
    endpoint: PATTERN,
    ...more,
  } as const;
  const spelled = new Map(Object.entries(answers).map(([text, answer]) => [spellEndpoint(endpointOf(text)), answer]));
  const readMembers = async (endpoint: PeersSource['of'][number]) => spelled.get(spellEndpoint(endpoint))!;
  const { proxies, notes } = await readInventory(source, null, machine({ readMembers }));
  return { proxies: proxies.map(({ name, endpoint }) => `${name} ${spellEndpoint(endpoint)}`), notes };
}

const A = 'ssh://u@10.0.0.1/run/other.sock';
const B = 'ssh://u@10.0.0.2/run/a.sock';

describe('one proxy is asked', () => {
  test('itself where it answered, the others by the pattern, IPv6 too', async () => {
    expect(await ask({ [A]: list('hap-a', 'hap-c@2001:db8::3', 'hap-b@10.0.0.2') })).toEqual({
      proxies: [
        'hap-a ssh://u@10.0.0.1:22/run/other.sock',
        'hap-b ssh://u@10.0.0.2:22/run/a.sock',
        'hap-c ssh://u@[2001:db8::3]:22/run/a.sock',
      ],
      notes: [],
    });
  });

  test('a pattern with {name} needs no address', async () => {
    const { proxies } = await ask(
      { 'unix:///run/hap-a.sock': list('hap-a', 'hap-b@127.0.0.1', 'hap-c@') },
      { endpoint: 'unix:///run/{name}.sock' },
    );
    expect(proxies).toEqual([
      'hap-a unix:///run/hap-a.sock',
      'hap-b unix:///run/hap-b.sock',
      'hap-c unix:///run/hap-c.sock',
    ]);
  });

  test('peers that are meant to be outside are left out', async () => {
    const { proxies } = await ask(
      { [A]: list('hap-a', 'hap-b@10.0.0.2', 'probe@10.0.0.9') },
      { ignorePeers: ['probe'] },
    );
    expect(proxies.map((proxy) => proxy.split(' ')[0])).toEqual(['hap-a', 'hap-b']);
  });

  test.each(['127.0.0.1', '::1', '0.0.0.0', '::', ''])(
    'a member at %j of another host leads nowhere from here, and {name} is named',
    async (address) => {
      expect(await complaintsOf(ask({ [A]: list('hap-a', `hap-b@${address}`) }))).toEqual([
        'show peers of ssh://u@10.0.0.1:22/run/other.sock: "hap-b" gives no {host}: its proxies give no address of it that leads there from here: use {name}, or proxies.list',
      ]);
    },
  );

  test('loopback of a proxy on this host is this host', async () => {
    const { proxies } = await ask(
      { 'tcp://127.0.0.1:9999': list('hap-a', 'hap-b@127.0.0.2') },
      { endpoint: 'tcp://{host}:9999' },
    );
    expect(proxies).toEqual(['hap-a tcp://127.0.0.1:9999', 'hap-b tcp://127.0.0.2:9999']);
  });

  test('two members at one place cannot be told apart', async () => {
    expect(await complaintsOf(ask({ [A]: list('hap-a', 'hap-b@10.0.0.2', 'hap-c@10.0.0.2') }))).toEqual([
      'proxies.peers: hap-b and hap-c are both at ssh://u@10.0.0.2:22/run/a.sock',
    ]);
  });
});

describe('several are asked', () => {
  test('their lists are joined, each asked one once, at its own endpoint', async () => {
    const { proxies, notes } = await ask({
      [A]: list('hap-a', 'hap-b@10.9.9.9', 'hap-c@10.0.0.3'),
      [B]: list('hap-b', 'hap-a@10.0.0.1', 'hap-d@10.0.0.4'),
    });
    expect(proxies).toEqual([
      'hap-a ssh://u@10.0.0.1:22/run/other.sock',
      'hap-b ssh://u@10.0.0.2:22/run/a.sock',
      'hap-c ssh://u@10.0.0.3:22/run/a.sock',
      'hap-d ssh://u@10.0.0.4:22/run/a.sock',
    ]);
    expect(notes).toEqual([]);
  });

  test('one cannot be reached -> the others serve, and it is noted; a member all the same, it is in the list', async () => {
    const { proxies, notes } = await ask({ [B]: refused, [A]: list('hap-a', 'hap-b@10.0.0.2') });
    expect(proxies).toEqual(['hap-a ssh://u@10.0.0.1:22/run/other.sock', 'hap-b ssh://u@10.0.0.2:22/run/a.sock']);
    expect(notes).toEqual([
      'Not asked who belongs to the mesh: ssh://u@10.0.0.2:22/run/a.sock: connection refused: start it.',
    ]);
  });

  test('one cannot be reached and nobody lists it -> it is in the list all the same: the view lacks it', async () => {
    const { proxies } = await ask({ [B]: refused, [A]: list('hap-a', 'hap-c@10.0.0.3') });
    expect(proxies).toEqual([
      'hap-a ssh://u@10.0.0.1:22/run/other.sock',
      'hap-c ssh://u@10.0.0.3:22/run/a.sock',
      'u-10.0.0.2:22-run-a.sock ssh://u@10.0.0.2:22/run/a.sock',
    ]);
  });

  test('none can be reached -> each with its remedy', async () => {
    expect(await complaintsOf(ask({ [A]: refused, [B]: refused }))).toEqual([
      'proxies.peers.of: ssh://u@10.0.0.1:22/run/other.sock: connection refused: start it',
      'proxies.peers.of: ssh://u@10.0.0.2:22/run/a.sock: connection refused: start it',
    ]);
  });

  test('one process at two endpoints is one proxy', async () => {
    const { proxies } = await ask({
      [A]: list('hap-a', 'hap-b@10.0.0.2'),
      'tcp://10.0.0.1:9999': list('hap-a', 'hap-b@10.0.0.2'),
    });
    expect(proxies).toHaveLength(2);
  });

  test('two processes of one name are refused: one of them would be lost', async () => {
    const asked = ask({ [A]: list('hap-a', 'hap-b@10.0.0.2'), [B]: { ...list('hap-a'), process: 'another' } });
    expect(await complaintsOf(asked)).toEqual([
      expect.stringContaining('are two processes that call themselves hap-a: give each a name of its own'),
    ]);
  });

  test('two addresses of one member: the first that answered decides, and that is noted', async () => {
    const { proxies, notes } = await ask({
      [A]: list('hap-a', 'hap-c@127.0.0.1'),
      [B]: list('hap-b', 'hap-c@10.0.0.3'),
      'ssh://u@10.0.0.5/run/a.sock': list('hap-e', 'hap-c@192.0.2.3'),
    });
    expect(proxies).toContain('hap-c ssh://u@10.0.0.3:22/run/a.sock');
    expect(notes).toEqual([
      expect.stringMatching(/^hap-c is at 10\.0\.0\.3 for .* and at 192\.0\.2\.3 for .*; read at the first\.$/),
    ]);
  });

  test('one without peers for the table is read all the same: requests may enter there', async () => {
    const { proxies, notes } = await ask({ [A]: list('hap-a', 'hap-b@10.0.0.2'), 'unix:///run/x y.sock': list(null) });
    expect(proxies).toContain('run-x-y.sock unix:///run/x y.sock');
    expect(notes).toEqual([
      'unix:///run/x y.sock is in no peers section (no peers section of it shares this table); it is read all the same.',
    ]);
  });

  test('none has peers for the table -> nobody names the mesh', async () => {
    expect(await complaintsOf(ask({ [A]: list(null), [B]: refused }))).toEqual([
      'proxies.peers.of: ssh://u@10.0.0.2:22/run/a.sock: connection refused: start it',
      'proxies.peers.of: ssh://u@10.0.0.1:22/run/other.sock: no peers section of it shares this table: check table:, or name its proxies in proxies.list',
    ]);
  });
});

describe('a hostile list costs itself', () => {
  test.each([
    [
      'a name that is a path',
      list('hap-a', '../../etc@10.0.0.2'),
      'lists the peer "../../etc", which cannot be the name',
    ],
    ['a name of its own with an escape', list('\u001b[2J', 'hap-b@10.0.0.2'), 'lists the peer "\\u001b[2J"'],
    [
      'an option for ssh',
      list('hap-a', 'hap-b@-oProxyCommand=x'),
      'lists hap-b at "-oProxyCommand=x", which is no address',
    ],
    ['a socket in an address', list('hap-a', 'hap-b@10.0.0.2/tmp/x'), 'which is no address'],
    [
      'more members than a mesh has',
      list('hap-a', ...Array.from({ length: 1001 }, (_, n) => `p${n}@10.0.0.2`)),
      'lists 1001 peers',
    ],
  ])('%s', async (_, hostile, why) => {
    const { proxies, notes } = await ask({ [A]: hostile, [B]: list('hap-b', 'hap-c@10.0.0.3') });
    expect(proxies).toEqual([
      'hap-b ssh://u@10.0.0.2:22/run/a.sock',
      'hap-c ssh://u@10.0.0.3:22/run/a.sock',
      // It is a proxy of the mesh for whoever named it, and is read as one.
      'u-10.0.0.1:22-run-other.sock ssh://u@10.0.0.1:22/run/other.sock',
    ]);
    expect(notes).toEqual([expect.stringContaining(why)]);
    expect(await complaintsOf(ask({ [A]: hostile }))).toEqual([expect.stringContaining(why)]);
  });
});
