// Situations that a report must say well: each is rendered, written and looked at by several tests.

import type { RunReport } from '../../src/domain/run-report.ts';
import {
  finding,
  findingList,
  lazyFindings,
  mesh,
  meshFinding,
  proxyNames,
  proxyView,
  route,
  runReport,
  shardA,
  shardB,
  split,
  troubledProxy,
} from './run-report.ts';

const twenty = proxyNames(20);

export const situations: Readonly<Record<string, () => RunReport>> = {
  agreement: () => runReport(),

  'a split with a peer link down': () =>
    runReport({
      proxies: mesh(['hap-a', 'hap-b', 'hap-c'], {
        'hap-c': {
          peers: [
            { name: 'hap-a', state: 'down', protocolErrors: 0 },
            { name: 'hap-b', state: 'up', protocolErrors: 0 },
          ],
        },
      }),
      findings: findingList(
        ['room1@conf', 'weekly sync', 'standup', 'x/y'].map((name) =>
          split(name, { cause: 'peer-link-down', because: 'hap-a and hap-c have no established peer link' }),
        ),
      ),
      meshFindings: [
        meshFinding('peer-down', 'hap-a', 'hap-c', 'hap-a does not hear hap-c'),
        meshFinding('peer-down', 'hap-c', 'hap-a', 'hap-c does not hear hap-a'),
      ],
      counts: { inFlight: 12 },
      notes: ['The key length of the table is not known, so that ambiguous keys were not looked for.'],
    }),

  'a split seen by an incomplete view': () =>
    runReport({
      proxies: [...mesh(['hap-a', 'hap-b', 'hap-c']), troubledProxy('hap-d')],
      expected: { min: 4, max: 4 },
      findings: findingList([split('room1@conf', { absentOn: [] })]),
      meshFindings: [meshFinding('unreachable', 'hap-d', null, 'hap-d: connection refused by 10.0.0.5:22')],
    }),

  'an incomplete view without findings': () =>
    runReport({
      proxies: [
        proxyView('hap-a', ['hap-b']),
        troubledProxy('hap-b', {
          status: 'denied',
          trouble: {
            code: 'socket-permission',
            message: 'hap-b: /run/haproxy/admin.sock may not be opened by ubuntu',
            remedy: 'Put ubuntu into the group haproxy, or let socat run under sudo.',
          },
        }),
      ],
      expected: { min: 3, max: 4 },
    }),

  'one of every kind': () =>
    runReport({
      findings: findingList([
        split('s', { cause: 'id-drift' }),
        finding('missing', 'm', {
          cause: 'emptied',
          routes: [route('hap-a', shardA), route('hap-b', shardA)],
          absentOn: ['hap-c'],
          because: 'hap-c started 13 min ago',
        }),
        finding('mixed', 'x', {
          routes: [route('hap-a', shardA, { serverId: 12 })],
          because: 'server_key says 10.0.0.8:443, server_id 12 says 10.0.0.9:443',
        }),
        finding('orphaned', 'o', {
          routes: [
            route('hap-a', null, { serverId: 99, serverKey: '10.9.9.9:443' }),
            route('hap-b', null, { serverId: 99 }),
          ],
        }),
        finding('ambiguous', 'a'.repeat(200), {
          routes: [route('hap-a', shardA)],
          because: 'the key fills the 200 bytes of the table',
        }),
      ]),
      proxies: mesh(['hap-a', 'hap-b', 'hap-c'], { 'hap-c': { uptimeSeconds: 812 } }),
      meshFindings: [
        meshFinding('id-drift', null, null, 'id 11 is 10.0.0.8:443 on hap-a and 10.0.0.9:443 on hap-b'),
        meshFinding('restarted', 'hap-c', null, 'up for 812 s, entries live for 300 s'),
      ],
    }),

  '20 proxies, one restarted, 50,000 conferences missing there': () =>
    runReport({
      proxies: mesh(twenty, { 'hap-t': { uptimeSeconds: 45, haproxy: '3.0.11-1+deb13u3' } }),
      findings: lazyFindings(50_000, (i) =>
        finding('missing', `conference-${String(i).padStart(6, '0')}`, {
          cause: 'emptied',
          routes: twenty.slice(0, 19).map((name) => route(name, i % 2 ? shardA : shardB)),
          absentOn: ['hap-t'],
          because: 'hap-t started 45 s ago',
        }),
      ),
      counts: { conferences: 200_000 },
      meshFindings: [
        meshFinding('version-skew', 'hap-t', null, 'hap-t runs 3.0.11, the others 2.6.12'),
        meshFinding('restarted', 'hap-t', null, 'up for 45 s, the table keeps entries for 300 s'),
      ],
    }),

  '20 proxies behind a dead bastion': () =>
    runReport({ proxies: twenty.map((name) => troubledProxy(name)), counts: { conferences: 0 } }),

  'saved dumps, looked at once': () => {
    const report = runReport({
      proxies: mesh(['a', 'b']).map((proxy) => ({ ...proxy, peersKnown: false, localPeer: null, peers: [] })),
    });
    return { ...report, run: { ...report.run, looks: 1, source: '/var/dumps/2026-11-20 before recycle' } };
  },
};
