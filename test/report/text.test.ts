// The text summary: what each situation reads like.

import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { Terminal } from '../../src/report/terminal.ts';
import { renderText } from '../../src/report/text.ts';
import { situations } from '../support/report-situations.ts';
import { findingList, meshFinding, proxyNames, route, runReport, shardB, split } from '../support/run-report.ts';

const plain: Terminal = { width: 100, colour: false, unicode: true };
const ascii: Terminal = { width: 100, colour: false, unicode: false };
const everySituation = Object.entries(situations);
const say = (name: string, terminal: Terminal = plain) => renderText(situations[name]!(), terminal);
const linesOf = (text: string) => text.trimEnd().split('\n');

test('a shard is called by its name beside its address, and a percent-encoded conference by what it says', () => {
  const shards = [
    {
      address: shardB,
      name: 'prod-us-s12',
      names: ['12-prod-us-s12'],
      conferences: 1,
      participants: null,
      state: 'up' as const,
    },
  ];
  const text = renderText(
    runReport({ shards, findings: findingList([split('caf%C3%A9/%20'), split('50%/no')]) }),
    plain,
  );
  expect(text).toContain('caf%C3%A9/%20 = café/ ');
  expect(text).toContain('prod-us-s12 10.0.0.9:443 on hap-a, hap-b');
  expect(text).toContain('50%/no ');
});

describe('situations', () => {
  test('a mesh that agrees takes a line of verdict and a line per proxy', () => {
    expect(say('agreement')).toMatchInlineSnapshot(`
      "AGREE  all 1,234 conferences lead to the same shard everywhere (stage-8x8, table nodes, 3 of 3
             proxies read)

        PROXY  STATE  HAPROXY  ENTRIES  PEERS
        hap-a  ok     2.6.12     1,234    2/2
        hap-b  ok     2.6.12     1,234    2/2
        hap-c  ok     2.6.12     1,234    2/2

      Exit code 0: the mesh agrees.
      2 looks at live proxies, 2026-11-21 10:00:00 UTC, 3.4 s, run r-7f3a, version 0.1.0
      "
    `);
  });

  test('a split names who says what, why, and what to do next', () => {
    expect(say('a split with a peer link down')).toMatchInlineSnapshot(`
      "SPLIT  4 of 1,234 conferences are split across shards (stage-8x8, table nodes, 3 of 3 proxies read)

        PROXY  STATE  HAPROXY  ENTRIES  PEERS
        hap-a  ok     2.6.12     1,234    2/2
        hap-b  ok     2.6.12     1,234    2/2
        hap-c  ok     2.6.12     1,234    1/2

      4 conferences routed to different shards: a peer link is down (split, peer-link-down)
        room1@conf     10.0.0.9:443 on hap-a, hap-b | 10.0.0.8:443 on hap-c
        "weekly sync"  10.0.0.9:443 on hap-a, hap-b | 10.0.0.8:443 on hap-c
        standup        10.0.0.9:443 on hap-a, hap-b | 10.0.0.8:443 on hap-c
        and 1 more
        because hap-a and hap-c have no established peer link
        → Check the peers port and the firewall between hap-a and hap-c; "show peers" must say ESTA on
          both ends. A link that is back repairs only what is touched afterwards.

      Mesh
        peer-down (2) peer links that are not established
          hap-a does not hear hap-c
          hap-c does not hear hap-a

      Notes
        - 12 more disagreed in one look and not in the next: in flight, not counted.
        - The key length of the table is not known, so that ambiguous keys were not looked for.

      Exit code 2: a disagreement remains.
      Every finding with what each proxy says: splitbrain report --json report.json
      2 looks at live proxies, 2026-11-21 10:00:00 UTC, 3.4 s, run r-7f3a, version 0.1.0
      "
    `);
  });

  test('incomplete and split says both', () => {
    expect(say('a split seen by an incomplete view')).toMatchInlineSnapshot(`
      "SPLIT  1 of 1,234 conferences is split across shards, on the proxies that were read (stage-8x8,
             table nodes, 3 of 4 proxies read)
      INCOMPLETE  1 of 4 proxies could not be read in full: there may be more

        PROXY  STATE        HAPROXY  ENTRIES  PEERS
        hap-a  ok           2.6.12     1,234    2/3
        hap-b  ok           2.6.12     1,234    2/3
        hap-c  ok           2.6.12     1,234    2/3
        hap-d  unreachable  -              -      -
            hap-d: connection refused by 10.0.0.5:22
            → Check that sshd runs there and that port 22 is open from here.

      1 conference routed to different shards: no evidence says why (split, unknown)
        room1@conf  10.0.0.9:443 on hap-a, hap-b | 10.0.0.8:443 on hap-c
        → Run this again in a few minutes: first requests at the same instant part a conference in a
          healthy mesh too, and its next request settles it. What stays needs a look at the proxies named
          here.

      Exit code 3: the view is incomplete.
      Every finding with what each proxy says: splitbrain report --json report.json
      2 looks at live proxies, 2026-11-21 10:00:00 UTC, 3.4 s, run r-7f3a, version 0.1.0
      "
    `);
  });

  test('incomplete without findings is no agreement, and says what is expected', () => {
    expect(say('an incomplete view without findings')).toMatchInlineSnapshot(`
      "INCOMPLETE  1 of 2 proxies could not be read in full, 3 to 4 proxies are expected and 2 known:
                  nothing can be said for the mesh (stage-8x8, table nodes, 1 of 2 proxies read)

        PROXY  STATE   HAPROXY  ENTRIES  PEERS
        hap-a  ok      2.6.12     1,234    1/1
        hap-b  denied  -              -      -
            hap-b: /run/haproxy/admin.sock may not be opened by ubuntu
            → Put ubuntu into the group haproxy, or let socat run under sudo.

      Exit code 3: the view is incomplete.
      2 looks at live proxies, 2026-11-21 10:00:00 UTC, 3.4 s, run r-7f3a, version 0.1.0
      "
    `);
  });

  test('every kind has its words', () => {
    expect(say('one of every kind')).toMatchInlineSnapshot(`
      "SPLIT  1 of 1,234 conferences is split across shards, 1 is missing on some proxies, 1 is mixed
             (stage-8x8, table nodes, 3 of 3 proxies read)

        PROXY  STATE  HAPROXY  ENTRIES  PEERS
        hap-a  ok     2.6.12     1,234    2/2
        hap-b  ok     2.6.12     1,234    2/2
        hap-c  ok     2.6.12     1,234    2/2  up 13 min

      1 conference routed to different shards: one server id means two shards (split, id-drift)
        s  10.0.0.9:443 on hap-a, hap-b | 10.0.0.8:443 on hap-c
        → Give each server an explicit "id", the same on every proxy, and reload: see Mesh.

      1 conference missing on some proxies: a proxy lost its entries, or never got them (missing, emptied)
        m  10.0.0.8:443 on hap-a, hap-b | absent on hap-c
        because hap-c started 13 min ago
        → Fill it from the others before it takes traffic (\`splitbrain fill\`), or wait: entries come back
          as conferences are touched. A proxy that finds no peer in its first 5 s never asks for the old
          ones again.

      1 conference whose server id and server key name different shards (mixed)
        x  10.0.0.8:443 (id 12) on hap-a
        because server_key says 10.0.0.8:443, server_id 12 says 10.0.0.9:443
        → Server ids drift (see Mesh), or somebody ran "set table ... data.server_id": HAProxy routes by
          server_key.

      1 conference without a usable shard (orphaned)
        o  no known shard (id 99) on hap-b | no known shard (id 99, key 10.9.9.9:443) on hap-a
        → Their next request is placed anew, on any shard: check the servers on the proxies named here
          ("show servers state").

      1 conference under a key that several may share (ambiguous)
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…aaaaaaaaaaaaaaaaaaaaaaaaaaaaa  10.0.0.8:443 on hap-a
        because the key fills the 200 bytes of the table
        → Longer names were cut to this key: raise "len" of the stick table, on every proxy alike.

      Mesh
        id-drift (1) server ids that mean different shards
          id 11 is 10.0.0.8:443 on hap-a and 10.0.0.9:443 on hap-b
        restarted (1) proxies that started less than one expiry ago
          hap-c  up for 812 s, entries live for 300 s

      Exit code 2: a disagreement remains.
      Every finding with what each proxy says: splitbrain report --json report.json
      2 looks at live proxies, 2026-11-21 10:00:00 UTC, 3.4 s, run r-7f3a, version 0.1.0
      "
    `);
  });

  test('50,000 missing conferences on 20 proxies stay under 60 lines', () => {
    const text = say('20 proxies, one restarted, 50,000 conferences missing there');
    expect(linesOf(text).length).toBeLessThan(60);
    expect(text).toContain('and 49,997 more');
    expect(text).toContain('10.0.0.9:443 on hap-a, hap-b and 17 more | absent on hap-t');
    expect(text).toContain('up 45 s');
  });

  test('a remedy that helps twenty proxies is said once', () => {
    const text = say('20 proxies behind a dead bastion');
    expect(text.split('Check that sshd runs there').length - 1).toBe(1);
    expect(text.split('connection refused').length - 1).toBe(20);
  });

  test('saved dumps are named as such, and peers nobody saved are not counted as down', () => {
    const text = say('saved dumps, looked at once');
    expect(text).toContain('1 look at saved dumps in "/var/dumps/2026-11-20 before recycle"');
    expect(text).not.toContain('0/1');
  });

  test('more than five mesh findings of a kind are counted', () => {
    const names = proxyNames(8);
    const findings = names.map((name) => meshFinding('state-drift', name, null, `${name} has 10.0.0.8:443 down`));
    const text = renderText(runReport({ meshFindings: findings }), plain);
    expect(text).toContain('hap-e has 10.0.0.8:443 down');
    expect(text).not.toContain('hap-f has 10.0.0.8:443 down');
    expect(text).toContain('and 3 more');
  });

  test('a mesh finding that the line of its proxy has told is not told again', () => {
    expect(say('a split seen by an incomplete view').split('connection refused').length - 1).toBe(1);
  });

  test('a route that leads nowhere shows what the entry holds', () => {
    const findings = findingList([
      split('room', { routes: [route('hap-a', '[2001:db8::1]:443'), route('hap-b', null)] }),
    ]);
    const text = renderText(runReport({ findings }), plain);
    expect(text).toContain('[2001:db8::1]:443 on hap-a | no known shard (id 12) on hap-b');
  });
});

describe('terminals', () => {
  test.each(everySituation)('%s: an ASCII terminal gets ASCII', (_name, make) => {
    expect(renderText(make(), ascii)).toMatch(/^[\n -~]*$/);
  });

  test.each(everySituation)('%s: 60 columns are enough', (_name, make) => {
    for (const line of linesOf(renderText(make(), { ...plain, width: 60 }))) {
      expect(stringWidth(line), line).toBeLessThanOrEqual(60);
    }
  });

  test.each(everySituation)('%s: colours change nothing but colours', (_name, make) => {
    const coloured = renderText(make(), { ...plain, colour: true });
    expect(coloured).toContain('\x1b[');
    expect(coloured.replace(/\x1b\[\d+m/g, '').replace(/ +\n/g, '\n')).toBe(renderText(make(), plain));
  });

  test('wide characters keep their columns', () => {
    const findings = findingList([split('会議室'), split('room'), split('café')]);
    const lines = linesOf(renderText(runReport({ findings }), plain)).filter((line) => line.includes(' on hap-c'));
    const columns = lines.map((line) => stringWidth(line.slice(0, line.indexOf('10.0.0.9:443'))));
    expect(columns).toEqual([10, 10, 10]);
  });
});
